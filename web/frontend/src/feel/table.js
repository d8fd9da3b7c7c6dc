// Decision tables: which rules match, and what the hit policy makes of them.
import { exact } from './arithmetic.js';
import { same } from './compare.js';
import { fit } from './items.js';
import { bind, run } from './run.js';
import { Refusal } from './session.js';

const NOWHERE = { position: { from: null, to: null } };
const LISTS = new Set(['COLLECT', 'RULE ORDER', 'OUTPUT ORDER']);

function inputValue(input, column, env) {
  const found = run(input.expression, env, false, { part: 'input', column });
  const value = fit(found, input.type, { part: 'input', column, expression: input.expression });
  if (input.values && value !== null && !run(input.values, bind(env, '?', value), true, { part: 'input_values', column })) {
    throw new Refusal('input_not_allowed', { part: 'input', column, expression: input.expression });
  }
  return value;
}

function outputValue(table, text, column, rule, env) {
  const where = { part: 'output', rule, column, expression: text };
  const found = fit(text === '' ? null : run(text, env, false, where), table.outputs[column].type, where);
  const allowed = table.outputs[column].values;
  const counts = found !== null || isOrdered(table);
  if (allowed && counts && !run(allowed, bind(env, '?', found), true, { ...where, part: 'output_values' })) {
    throw new Refusal('output_not_allowed', where);
  }
  return found;
}

const isOrdered = (table) => table.policy === 'PRIORITY' || table.policy === 'OUTPUT ORDER';

function matching(table, env) {
  const values = table.inputs.map((input, column) => inputValue(input, column, env));
  const cells = values.map((value) => bind(env, '?', value));
  const matches = [];
  for (const [rule, [tests, outputs]] of table.rules.entries()) {
    const fits = tests.every((test, column) => run(test, cells[column], true, { part: 'cell', rule, column }));
    if (!fits) continue;
    matches.push({ rule, outputs: outputs.map((text, column) => outputValue(table, text, column, rule, env)) });
    if (table.policy === 'FIRST') break;
  }
  return matches;
}

// By the place of each output in the list of its values, the first output first; ties keep the order of the rules.
function byOutput(table, matches, env) {
  const orders = table.outputs.map(({ values }, column) => values && run(`[${values}]`, env, false, { part: 'output_values', column }));
  const rank = ({ outputs }) => outputs.map((value, column) => (orders[column] ? orders[column].findIndex((item) => same(NOWHERE, item, value)) : 0));
  const ranked = matches.map((match) => [rank(match), match]);
  ranked.sort(([a], [b]) => a.map((place, column) => place - b[column]).find((difference) => difference !== 0) ?? 0);
  return ranked.map(([, match]) => match);
}

const alike = (a, b) => a.outputs.every((value, column) => same(NOWHERE, value, b.outputs[column]) === true);

function chosen(table, matches, env) {
  if (table.policy === 'UNIQUE' && matches.length > 1) throw new Refusal('several_rules');
  if (table.policy === 'ANY' && matches.some((match) => !alike(match, matches[0]))) throw new Refusal('rules_disagree');
  const ordered = isOrdered(table) ? byOutput(table, matches, env) : matches;
  return LISTS.has(table.policy) ? ordered : ordered.slice(0, 1);
}

function result(table, outputs) {
  if (outputs.length === 1) return outputs[0];
  return Object.fromEntries(table.outputs.map(({ name = '' }, column) => [name, outputs[column]]));
}

function aggregated(aggregation, values) {
  if (aggregation === 'COUNT') return values.length;
  if (!values.every((value) => typeof value === 'number')) throw new Refusal('not_numbers');
  if (aggregation === 'MIN') return Math.min(...values);
  if (aggregation === 'MAX') return Math.max(...values);
  const total = values.reduce((sum, value) => exact(sum + value), 0);
  if (Number.isInteger(total) && !Number.isSafeInteger(total)) throw new Refusal('overflow');
  return total;
}

function withoutMatch(table, env) {
  if (table.aggregation === 'COUNT') return 0;
  const collects = LISTS.has(table.policy) && !table.aggregation;
  if (table.outputs.every((output) => !output.default)) return null;
  const values = table.outputs.map(({ default: text, type }, column) => {
    const where = { part: 'default', column };
    return text ? fit(run(text, env, false, where), type, where) : null;
  });
  return collects ? [result(table, values)] : result(table, values);
}

// The value, and the numbers of the rules that gave it.
export function decideTable(table, env) {
  const matches = matching(table, env);
  if (!matches.length) return { value: withoutMatch(table, env), rules: [] };
  const kept = chosen(table, matches, env);
  const rules = kept.map(({ rule }) => rule);
  const values = kept.map(({ outputs }) => result(table, outputs));
  if (table.aggregation) return { value: aggregated(table.aggregation, values), rules };
  return { value: LISTS.has(table.policy) ? values : values[0], rules };
}
