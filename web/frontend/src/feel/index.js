// The entry of the bundle that engine/feel runs in a V8 isolate. One call, one job, JSON in and out.
import { compile, namesIn } from './compile.js';
import { $getType as getType } from 'feelin';
import { DECLARED, lint } from './lint.js';
import { begin, Refusal, session } from './session.js';
import { enter, leave } from './values.js';


function run(text, context, names, cell, where) {
  session.faults = [];
  try {
    const value = compile(text, names, cell)(context);
    if (session.faults.length) throw new Refusal(session.faults[0].code, session.faults[0]);
    return value ?? null;
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal(error instanceof RangeError ? 'too_large' : 'failed');
    Object.assign(refusal.fault, { expression: text, ...where, ...refusal.fault });
    throw refusal;
  }
}

function evaluate(job, context, names) {
  return job.expressions.map((text) => leave(run(text, context, names, false, {})));
}

function expectType(value, { type, expression }, where) {
  if (value === null || !type || getType(value) === DECLARED[type]) return;
  throw new Refusal('type', { left: DECLARED[type], right: getType(value), ...where, ...(expression ? { expression } : {}) });
}

function inputValue(input, column, context, names) {
  const value = run(input.expression, context, names, false, { part: 'input', column });
  expectType(value, input, { part: 'input', column });
  if (input.values && value !== null && !run(input.values, { ...context, '?': value }, names, true, { part: 'input_values', column })) {
    throw new Refusal('input_not_allowed', { part: 'input', column });
  }
  return value;
}

function outputValue(job, text, column, rule, context, names) {
  const found = text === '' ? null : run(text, context, names, false, { part: 'output', rule, column });
  expectType(found, job.outputs[column], { part: 'output', rule, column });
  const allowed = job.outputs[column].values;
  if (allowed && (found !== null || job.ordered) && !run(allowed, { ...context, '?': found }, names, true, { part: 'output_values', column })) {
    throw new Refusal('output_not_allowed', { part: 'output', rule, column });
  }
  return leave(found);
}

function orders(job, context, names) {
  return job.outputs.map(({ values }, column) => values && leave(run(`[${values}]`, context, names, false, { part: 'output_values', column })));
}

function defaults(job, context, names) {
  return job.outputs.map(({ default: text }, column) => text && leave(run(text, context, names, false, { part: 'default', column })));
}

// All cells of a table in one call. Which of the matches count is the hit policy's affair, in Python.
function table(job, context, names) {
  const values = job.inputs.map((input, column) => inputValue(input, column, context, names));
  const matches = [];
  for (const [rule, { cells, outputs }] of job.rules.entries()) {
    const fits = cells.every((cell, column) => {
      const inCell = { ...context, '?': values[column] };
      return run(cell, inCell, names, true, { part: 'cell', rule, column });
    });
    if (!fits) continue;
    matches.push({ rule, outputs: outputs.map((text, column) => outputValue(job, text, column, rule, context, names)) });
    if (job.first) break;
  }
  return { matches, order: job.ordered ? orders(job, context, names) : [], defaults: matches.length ? [] : defaults(job, context, names) };
}

const JOBS = { evaluate, table };

globalThis.fieldflow = {
  run(text) {
    const job = JSON.parse(text);
    begin(job);
    try {
      if (job.op === 'check') return JSON.stringify({ value: job.checks.map((check) => lint(check, job.open)) });
      const names = namesIn(job.types, job.variables);
      const context = enter(job.variables, job.types);
      return JSON.stringify({ value: JOBS[job.op](job, context, names) });
    } catch (error) {
      if (error instanceof Refusal) return JSON.stringify({ fault: error.fault });
      if (error instanceof RangeError) return JSON.stringify({ fault: { code: 'too_large' } });
      return JSON.stringify({ fault: { code: 'failed' } });
    }
  },
};
