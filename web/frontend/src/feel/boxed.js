// Boxed expressions: trees whose leaves are FEEL texts and decision tables.
import { $wrapFunction as wrapFunction, $isContext as isContext, $isInvocationFailure as isInvocationFailure } from 'feelin';
import { fit, shapeOf } from './items.js';
import { bind, run } from './run.js';
import { Refusal } from './session.js';
import { decideTable } from './table.js';

// Parameters are typed; a call with too many or too few of them is refused, as is one that names an unknown parameter.
export function functionOf(names, types, body) {
  const call = (...given) => {
    if (given.length !== names.length) throw new Refusal('arguments');
    return body(given.map((value, index) => fit(value, types[index], { part: 'parameter', name: names[index] })));
  };
  return wrapFunction(call, names);
}

export function bindAll(env, names, types, values) {
  return names.reduce((inner, name, index) => bind(inner, name, values[index], shapeOf(types[index])), env);
}

function context(box, env) {
  const value = {};
  for (const [index, part] of (box.parts ?? []).entries()) {
    const name = box.names?.[index];
    const found = valueOf(part, env);
    if (!name) return found;
    value[name] = found;
    env = bind(env, name, found, shapeOf(part.type));
  }
  return value;
}

function invocation(box, env) {
  const target = wrapFunction(run(box.text, env, false, { element: box.id }));
  if (!target) throw new Refusal('unknown_function', { name: box.text });
  const given = box.parts && Object.fromEntries(box.parts.map((part, index) => [box.names[index], valueOf(part, env)]));
  const result = target.invoke(given ?? []);
  if (isInvocationFailure(result)) throw new Refusal('arguments', { name: box.text, expression: box.text });
  return result ?? null;
}

function truth(box, env) {
  const value = valueOf(box, env);
  if (typeof value !== 'boolean') throw new Refusal('not_boolean', { type: value === null ? 'nil' : typeof value, expression: box.text });
  return value;
}

function conditional(box, env) {
  const [test, yes, no] = box.parts;
  return valueOf(truth(test, env) ? yes : no, env);
}

function items(box, env) {
  const list = valueOf(box, env);
  if (list === null) throw new Refusal('null', { expression: box.text });
  return Array.isArray(list) ? list : [list];
}

function filtered(box, env) {
  return items(box.parts[0], env).filter((item) => {
    const parts = isContext(item) ? Object.entries(item) : [];
    const inner = parts.reduce((outer, [name, value]) => bind(outer, name, value), bind(env, 'item', item));
    return truth(box.parts[1], inner);
  });
}

function iterated(box, env) {
  const results = [];
  for (const item of items(box.parts[0], env)) {
    results.push(valueOf(box.parts[1], bind(bind(env, box.names[0], item), 'partial', results)));
  }
  return results;
}

const holds = (box, env) => (item) => truth(box.parts[1], bind(env, box.names[0], item));

const KINDS = {
  conditional,
  context,
  every: (box, env) => items(box.parts[0], env).every(holds(box, env)),
  filter: filtered,
  for: iterated,
  function: ({ names = [], types = [], parts }, env) => functionOf(names, types, (values) => valueOf(parts[0], bindAll(env, names, types, values))),
  invocation,
  list: (box, env) => (box.parts ?? []).map((part) => valueOf(part, env)),
  literal: (box, env) => run(box.text, env, false, { element: box.id }),
  record: (box, env) => Object.fromEntries((box.parts ?? []).map((part, index) => [box.names[index], valueOf(part, env)])),
  some: (box, env) => items(box.parts[0], env).some(holds(box, env)),
  table: (box, env) => decideTable(box.table, env).value,
};

export function valueOf(box, env) {
  return fit(KINDS[box.kind](box, env), box.type, { element: box.id, expression: box.text });
}
