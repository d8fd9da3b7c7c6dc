// Text to evaluator, once: parsing takes most of the time of an evaluation.
import { parseExpression, parseUnaryTests, $lintError as lintError } from 'feelin';
import { fault, Refusal } from './session.js';
import { buildNode } from './strict.js';

const MAX_COMPILED = 4000;
const MAX_LENGTH = 20_000;
const PLAIN_NAME = /^[\p{L}_][\p{L}0-9_]*$/u;
const KEYWORDS = new Set(
  'and or not if then else for in return some every satisfies between instance of function external null true false date time duration'
    .split(' '),
);
const compiled = new Map();

const CODES = {
  NO_VARIABLE_FOUND: 'unknown_name',
  NO_CONTEXT_ENTRY_FOUND: 'missing_entry',
  NO_PROPERTY_FOUND: 'missing_entry',
  INVALID_TYPE: 'type',
  NO_FUNCTION_FOUND: 'unknown_function',
  FUNCTION_INVOCATION_FAILURE: 'arguments',
  INVALID_ARGUMENTS: 'arguments',
};

// What feelin's evaluators call; its messages quote values, so only the kind and the place are kept.
const interpreter = { addWarning: (node, type) => fault(node, CODES[type] ?? 'warning') };

const isPlain = (name) => PLAIN_NAME.test(name) && !KEYWORDS.has(name);

// Names with spaces or signs change how a text is parsed, so they are part of the key; plain names do not.
function unusualNames(value) {
  if (Array.isArray(value)) {
    for (const item of value) {
      const names = unusualNames(item);
      if (names) return [names];
    }
    return null;
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return null;
  let names = null;
  for (const key of Object.keys(value)) {
    const inner = unusualNames(value[key]);
    if (inner || !isPlain(key)) (names ??= {})[key] = inner ?? 0;
  }
  return names;
}

// Declared names as nested contexts: "visit.planned end" is an entry of "visit".
function nested(types) {
  const shape = {};
  for (const path of Object.keys(types)) {
    if (path.includes('__proto__')) throw new Refusal('failed');
    let holder = shape;
    for (const name of path.split('.')) holder = holder[name] ??= {};
  }
  return shape;
}

export function namesIn(types, variables = {}) {
  const declared = unusualNames(nested(types));
  const present = unusualNames(variables);
  return declared || present ? { ...declared, ...present } : null;
}

// The names of one more variable: those in its value, and those that its type has while the value is null.
export function withName(names, name, value, shape) {
  const inner = { ...unusualNames(shape), ...unusualNames(value) };
  const isUnusual = Object.keys(inner).length > 0;
  if (!isUnusual && isPlain(name)) return names;
  return { ...names, [name]: isUnusual ? inner : 0 };
}

export function parse(text, names, cell) {
  if (text.length > MAX_LENGTH) throw new Refusal('too_large');
  return cell ? parseUnaryTests(text, { ...names, '?': 0 }) : parseExpression(text, names ?? {});
}

function build(tree, text) {
  const stack = [{ args: [], node: null }];
  tree.iterate({
    enter(nodeRef) {
      if (nodeRef.type.isError) throw lintError(text, nodeRef);
      if (nodeRef.type.isSkipped) return false;
      const { from, to, name } = nodeRef;
      stack.push({ args: [], node: { name, input: text.slice(from, to), position: { from, to } } });
      return true;
    },
    leave(nodeRef) {
      if (nodeRef.type.isSkipped) return;
      const { node, args } = stack.pop();
      stack.at(-1).args.push(buildNode(node, args, interpreter));
    },
  });
  return stack[0].args.at(-1);
}

export function syntaxRefusal(error) {
  if (error instanceof Refusal) return error;
  const { from = null, to = null } = error.position ?? {};
  return new Refusal('syntax', { from, to });
}

export function compile(text, names, cell) {
  const key = `${cell ? 'cell' : 'expression'}${names ? JSON.stringify(names) : ''}\n${text}`;
  let evaluator = compiled.get(key);
  if (!evaluator) {
    try {
      evaluator = build(parse(text, names, cell), text);
    } catch (error) {
      throw syntaxRefusal(error);
    }
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    compiled.set(key, evaluator);
  }
  return evaluator;
}
