// FEEL without silent surprises: feelin's node evaluators, replaced where they turn a fault into "no" or null.
import {
  $evalNode as evalNode, $getType as getType, $isContext as isContext, $isInvocationFailure as isInvocationFailure,
  $wrapFunction as wrapFunction, isRange,
} from 'feelin';
import './functions.js';
import { calculate, negate } from './arithmetic.js';
import { any, between, compare, passes } from './compare.js';
import { context, contextEntry, definition, instanceOf, iteration } from './forms.js';
import { fault, session } from './session.js';
import { localise } from './values.js';

const tag = (evaluator, type) => Object.assign(evaluator, { type });

// null and the three-valued results are allowed as operands of and/or; a condition itself must be true or false.
function required(node, value) {
  if (typeof value === 'boolean') return value;
  return fault(node, 'not_boolean', { type: getType(value) });
}

function operand(node, value) {
  if (typeof value === 'boolean' || value === null || value === undefined) return value ?? null;
  return fault(node, 'not_boolean', { type: getType(value) });
}

// The left side decides first, so that `is defined(x) and x > 5` works.
function junction(node, args, decisive) {
  return tag((context) => {
    const left = operand(node, args[0](context));
    if (left === decisive) return decisive;
    const right = operand(node, args[2](context));
    if (right === decisive) return decisive;
    return left === null || right === null ? null : !decisive;
  }, 'test');
}

// Null is a member of no range and of no list but one that holds null.
function within(node, test, value) {
  return test === null && value !== null ? null : passes(node, test, value);
}

function comparison(node, args) {
  return tag((context) => {
    const operator = args[1];
    if (operator === 'in') {
      const value = args[0](context);
      const outcomes = [(args[3] || args[2])(context)].flat();
      return any(outcomes.map((outcome) => ('decided' in outcome ? outcome.decided : within(node, outcome.test, value ?? null))));
    }
    if (operator === 'between') return between(node, args[0](context), args[2](context), args[4](context));
    return compare(node, operator.symbol, args[0](context), args[2](context));
  }, 'test');
}

function compareOp(node, args, interpreter) {
  const ranged = evalNode(node, args, interpreter);
  const symbol = node.input;
  const test = () => {
    if (symbol === '=' || symbol === '!=') return (right) => (left) => compare(node, symbol, left, right);
    return (right) => (right === null ? () => null : (left) => compare(node, symbol, left, right));
  };
  return Object.assign(tag(test, ranged.type), { symbol });
}

function conditional(node, args) {
  const [, condition, , thenValue, , elseValue] = args;
  return tag((context) => {
    const decision = required(node, condition(context));
    if (decision === null) return null;
    return decision ? thenValue(context) : elseValue(context);
  }, thenValue.type === elseValue.type ? thenValue.type : 'any');
}

function quantified(node, args) {
  const [quantifier, contexts, , condition] = args;
  const decisive = quantifier === 'some';
  return tag((context) => {
    const candidates = contexts(context);
    if (!Array.isArray(candidates)) return fault(node, 'null');
    for (const candidate of candidates) {
      const result = required(node, condition(candidate));
      if (result === null) return null;
      if (result === decisive) return decisive;
    }
    return !decisive;
  }, 'test');
}

function at(node, list, index) {
  if (!Number.isInteger(index) || index === 0) return fault(node, 'index');
  return list[index < 0 ? list.length + index : index - 1] ?? null;
}

function itemContext(context, item) {
  return { ...context, item, ...(isContext(item) ? item : {}) };
}

function filter(node, args) {
  const test = args[2];
  return tag((context) => {
    const target = args[0](context);
    if (target === null || target === undefined) return null;
    const list = Array.isArray(target) ? target : [target];
    if (test.type === 'number') return at(node, list, test(context));
    const results = [];
    for (const item of list) {
      let result = test(itemContext(context, item));
      if (typeof result === 'number') return at(node, list, test(context));
      if (typeof result === 'function' || isRange(result)) result = passes(node, result, item);
      if (required(node, result)) results.push(item);
    }
    return results;
  }, 'any');
}

// feelin answers null when the arguments do not fit, without a warning. Null is a proper answer only of these,
// or when an argument was null.
const MAY_ANSWER_NULL = new Set(['get value', 'min', 'max', 'sum', 'mean', 'median', 'stddev', 'product', 'all', 'any', 'mode']);

function explainsNull(name, values) {
  if (values.some((value) => value === null || value === undefined)) return true;
  if (!MAY_ANSWER_NULL.has(name)) return false;
  const list = values.length === 1 && Array.isArray(values[0]) ? values[0] : null;
  return name === 'get value' || (list !== null && (list.length === 0 || list.includes(null)));
}

function call(node, name, target, parameters) {
  const callable = wrapFunction(target);
  if (!callable) return fault(node, 'unknown_function', { name });
  const result = callable.invoke(parameters);
  if (isInvocationFailure(result)) return fault(node, 'arguments', { name });
  const values = Array.isArray(parameters) ? parameters : Object.values(parameters);
  const builtin = typeof target === 'function';
  if (builtin && (result === null || result === undefined) && !explainsNull(name, values)) return fault(node, 'arguments', { name });
  return localise(result);
}

function invocation(node, args) {
  const [target, , parameters] = args;
  const name = target.feelName ?? 'function';
  if (name === 'is defined') {
    return tag((context) => {
      const known = session.faults.length;
      const [value] = Object.values(parameters(context));
      // Unknown names and missing entries are what is being asked for.
      session.faults.length = known;
      return value !== null && value !== undefined;
    }, 'test');
  }
  return tag((context) => call(node, name, target(context), parameters(context)), 'any');
}

// date("..."), @"..." and their kin; feelin computes constant ones while it compiles.
// Offsets that exist nowhere, and an offset beside the name of a zone.
const IMPOSSIBLE = /:\d\d[+-](?:1[5-9]|[2-9]\d):\d\d|[+-]\d\d:\d\d(?::\d\d)?@/;

function temporal(node, args, interpreter) {
  const evaluator = temporalOf(node, args, interpreter);
  return tag((context) => (IMPOSSIBLE.test(node.input) ? fault(node, 'arguments', { name: '@' }) : evaluator(context)), 'date');
}

function temporalOf(node, args, interpreter) {
  const evaluator = evalNode(node, args, interpreter);
  const constant = evaluator.constantValue;
  if (constant !== undefined && constant !== null) return tag(() => localise(constant), 'date');
  if (args.length === 1) return tag((context) => localise(evaluator(context)) ?? fault(node, 'arguments', { name: '@' }), 'date');
  return tag((context) => {
    const parameters = args[2](context);
    // feelin drops fractions of a second.
    const isFraction = Object.values(parameters).some((value) => typeof value === 'number' && !Number.isInteger(value));
    if (isFraction || Object.values(parameters).some((value) => IMPOSSIBLE.test(value))) return fault(node, 'arguments', { name: node.input.split('(')[0] });
    return call(node, node.input.split('(')[0].trim(), args[0](context), parameters);
  }, 'date');
}

function arithmetic(node, args) {
  if (args.length === 2) return tag((context) => negate(node, args[1](context)), args[1].type);
  const [left, operator, right] = args;
  return tag((context) => {
    const [a, b] = [left(context), right(context)];
    return calculate(node, operator.symbol, a, b, () => operator(context)(() => a, () => b));
  }, left.type === right.type ? left.type : 'any');
}

// A bare name in a cell is compared with the input; only an expression decides by itself.
function positiveTest(args) {
  const [test] = args;
  const compared = test.type === 'boolean' || test.bare;
  return (context) => {
    const result = test(context);
    return typeof result === 'boolean' && !compared ? { decided: result } : { test: result };
  };
}

function cellPasses(node, outcome, value) {
  if (outcome === true || 'decided' in outcome) return outcome === true || outcome.decided;
  if (value === null) return outcome.test === null;
  if (outcome.test === null) return false;
  return passes(node, outcome.test, value);
}

function unaryTests(node, args) {
  const negated = args[0] === 'not';
  const tests = args.filter((argument) => typeof argument === 'function');
  return (context) => {
    const value = context['?'] ?? null;
    const outcomes = tests.flatMap((test) => test(context));
    const result = any(outcomes.map((outcome) => cellPasses(node, outcome, value)));
    if (!negated) return result === true;
    return value !== null && result !== true;
  };
}

function inTest(node, args, interpreter) {
  const evaluator = evalNode(node, args, interpreter);
  return tag((context) => {
    try {
      return evaluator(context);
    } catch {
      return fault(node, 'range');
    }
  }, 'test');
}

const OWN = {
  ArithmeticExpression: arithmetic,
  CompareOp: compareOp,
  Context: context,
  ContextEntry: contextEntry,
  Comparison: comparison,
  Conjunction: (node, args) => junction(node, args, false),
  DateTimeLiteral: temporal,
  Disjunction: (node, args) => junction(node, args, true),
  FilterExpression: filter,
  FormalParameter: (node, args) => ({ name: args[0], type: args.slice(1).find((part) => part?.kind) }),
  FunctionDefinition: definition,
  FunctionInvocation: invocation,
  IfExpression: conditional,
  InstanceOfExpression: instanceOf,
  Interval: inTest,
  IterationContext: iteration,
  QuantifiedExpression: quantified,
  UnaryTests: unaryTests,
  every: () => 'every',
  some: () => 'some',
};

export function buildNode(node, args, interpreter) {
  const { name } = node;
  if (name === 'PositiveUnaryTest') return positiveTest(args);
  if (OWN[name]) return OWN[name](node, args, interpreter);
  const evaluator = evalNode(node, args, interpreter);
  if (name === 'ArithOp') return Object.assign(evaluator, { symbol: node.input });
  if (name === 'VariableName') return Object.assign(evaluator, { feelName: args.join(' '), bare: true });
  if (name === 'PathExpression') return Object.assign(evaluator, { bare: true });
  if (name === 'ForExpression') {
    return (context) => evaluator(context) ?? fault(node, 'null');
  }
  return evaluator;
}
