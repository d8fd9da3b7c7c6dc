// The entry of the bundle that engine/feel runs in a V8 isolate. One call, one job, JSON in and out.
import { namesIn } from './compile.js';
import { decide } from './decide.js';
import { lint, signatures } from './lint.js';
import { run } from './run.js';
import { begin, Refusal } from './session.js';
import { enter, leave } from './values.js';

function evaluate(job, context, names) {
  return job.expressions.map((text) => leave(run(text, { values: context, names }, false, {})));
}

const JOBS = { decide, evaluate };

globalThis.fieldflow = {
  run(text) {
    const job = JSON.parse(text);
    begin(job);
    try {
      if (job.op === 'check') return JSON.stringify({ value: job.checks.map((check) => lint(check, job.open)) });
      if (job.op === 'functions') return JSON.stringify({ value: signatures() });
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
