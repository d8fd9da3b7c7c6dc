// One expression in an environment: its values, and those of their names that change how a text is parsed.
import { compile, withName } from './compile.js';
import { Refusal, session } from './session.js';

export function bind(env, name, value, shape = null) {
  return { values: { ...env.values, [name]: value }, names: withName(env.names, name, value, shape) };
}

// An expression may call a function whose body is evaluated here too, so the faults of the outer one are kept.
export function run(text, env, cell, where) {
  const outer = session.faults;
  session.faults = [];
  try {
    const value = compile(text, env.names, cell)(env.values);
    if (session.faults.length) throw new Refusal(session.faults[0].code, session.faults[0]);
    return value ?? null;
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal(error instanceof RangeError ? 'too_large' : 'failed');
    refusal.fault = { expression: text, ...where, ...refusal.fault };
    throw refusal;
  } finally {
    session.faults = outer;
  }
}
