// What can be said about an expression before it runs: names, functions, and types that never fit together.
import { $builtins as builtins, $wrapFunction as wrapFunction } from 'feelin';
import { namesIn, parse, syntaxRefusal } from './compile.js';
import './strict.js';

export const DECLARED = {
  text: 'string', number: 'number', money: 'number', boolean: 'boolean', date: 'date', datetime: 'date time',
  time: 'time', duration: 'duration', list: 'list', context: 'context',
  // A context whose entries are all declared.
  record: 'context',
};
const RESULTS = {
  number: ['count', 'sum', 'mean', 'median', 'floor', 'ceiling', 'modulo', 'sqrt', 'log', 'exp', 'decimal', 'product', 'stddev', 'number',
    'string length', 'round up', 'round down', 'round half up', 'round half down', 'day of year', 'week of year'],
  string: ['string', 'substring', 'replace', 'upper case', 'lower case', 'substring before', 'substring after', 'string join',
    'day of week', 'month of year'],
  boolean: ['not', 'contains', 'matches', 'all', 'any', 'is', 'before', 'after', 'odd', 'even', 'meets', 'overlaps', 'includes',
    'starts with', 'ends with', 'list contains', 'is defined', 'met by'],
  list: ['split', 'sublist', 'append', 'concatenate', 'reverse', 'union', 'flatten', 'sort', 'remove', 'mode', 'insert before',
    'distinct values', 'index of', 'get entries', 'list replace'],
  context: ['context', 'context merge', 'context put'],
  date: ['today'],
  'date time': ['now'],
  duration: ['years and months duration'],
};
const CONSTRUCTED = { date: 'date', time: 'time', 'date and time': 'date time', duration: 'duration' };
const ENTRIES = new Set(['year', 'month', 'day', 'hour', 'minute', 'second', 'weekday', 'days', 'hours', 'minutes', 'seconds', 'years', 'months']);

const functionTypes = Object.fromEntries(Object.entries(RESULTS).flatMap(([type, names]) => names.map((name) => [name, type])));

// Every function that an expression may call: its parameters, and the type of what it gives where that is certain.
export function signatures() {
  const types = { ...functionTypes, ...CONSTRUCTED };
  return Object.keys(builtins).sort().map((name) => ({
    name, parameters: [...wrapFunction(builtins[name]).parameterNames], type: types[name] ?? 'any',
  }));
}

const children = (node) => {
  const list = [];
  for (let child = node.firstChild; child; child = child.nextSibling) list.push(child);
  return list;
};

class Linter {
  constructor(text, types) {
    this.text = text;
    this.types = types;
    this.problems = [];
  }

  report(node, code, details = {}) {
    this.problems.push({ code, from: node.from, to: node.to, ...details });
  }

  source(node) {
    return this.text.slice(node.from, node.to);
  }

  name(node) {
    return this.source(node).replace(/`/g, '').replace(/\s+/g, ' ').trim();
  }

  visitAll(node, scope) {
    let type = 'any';
    for (const child of children(node)) type = this.visit(child, scope);
    return type;
  }

  visit(node, scope) {
    const own = VISITORS[node.name];
    if (own) return own(this, node, scope);
    return this.visitAll(node, scope);
  }

  // Declared names, then names bound inside the expression; inside a filter any entry of an item may be meant.
  nameType(node, scope) {
    const name = this.name(node);
    if (scope.bound.has(name)) return scope.bound.get(name);
    if (name in this.types) return DECLARED[this.types[name]] ?? 'any';
    if (scope.open || Object.keys(this.types).some((path) => path.startsWith(`${name}.`))) return 'any';
    if (name in builtins) return 'function';
    this.report(node, 'unknown_name', { name });
    return 'any';
  }

  compare(node, symbol, left, right) {
    if (left === 'any' || right === 'any' || left === 'nil' || right === 'nil') return;
    if (left !== right) this.report(node, 'type', { left, right });
    else if (!['=', '!='].includes(symbol) && ['boolean', 'list', 'context'].includes(left)) this.report(node, 'order', { left });
  }
}

// The grammar takes a test such as "<= 3" for an expression, and so for what another operator compares with: then the
// second test is a range, never the value that was meant. Ranges may be equal, if they look like ranges.
function refuseTests(linter, node, symbol, operands) {
  const isEquality = ['=', '!='].includes(symbol);
  for (const operand of operands) {
    let inner = operand;
    if (!isEquality) while (inner.name === 'ParenthesizedExpression') [, inner] = children(inner);
    const isTest = inner.name === 'SimplePositiveUnaryTest' && !(isEquality && inner.getChild('Interval'));
    if (isTest) linter.report(node, 'operand', { name: linter.source(inner) });
  }
}

const bind = (scope, names, open = scope.open) => ({ bound: new Map([...scope.bound, ...names]), open });

function isFraction(linter, node) {
  if (node.name === 'NumericLiteral') return linter.source(node).includes('.');
  if (node.name !== 'ArithmeticExpression') return false;
  return children(node).some((child) => (child.name === 'ArithOp' ? linter.source(child) === '/' : isFraction(linter, child)));
}

function comparison(linter, node, scope) {
  const parts = children(node);
  const [left, operator] = parts;
  const leftType = linter.visit(left, scope);
  if (operator.name === 'in') {
    for (const part of parts.slice(2)) unaryPart(linter, part, scope, leftType);
    return 'boolean';
  }
  if (operator.name === 'between') {
    for (const part of parts.slice(2)) {
      if (part.name !== 'and') linter.compare(node, '<', leftType, linter.visit(part, scope));
    }
    return 'boolean';
  }
  const symbol = linter.source(operator);
  refuseTests(linter, node, symbol, [left, parts[2]]);
  linter.compare(node, symbol, leftType, linter.visit(parts[2], scope));
  if (['=', '!='].includes(symbol) && (isFraction(linter, left) || isFraction(linter, parts[2]))) {
    linter.report(node, 'fraction_equality');
  }
  return 'boolean';
}

const TESTS = new Set(['PositiveUnaryTests', 'PositiveUnaryTest', 'UnaryTests', 'SimplePositiveUnaryTest', 'List', 'Interval']);
const UNORDERED = ['boolean', 'list', 'context'];

function unaryPart(linter, node, scope, valueType) {
  if (!TESTS.has(node.name)) return unaryValue(linter, node, scope, valueType);
  const operator = node.getChild('CompareOp');
  const operands = children(node).filter(({ name }) => name !== 'CompareOp');
  const types = operands.map((child) => unaryPart(linter, child, scope, valueType));
  if (!operator && node.name !== 'Interval') return 'any';
  const symbol = operator ? linter.source(operator) : '<';
  refuseTests(linter, node, symbol, operands);
  const left = [valueType, ...types].find((type) => UNORDERED.includes(type));
  if (left && !['=', '!='].includes(symbol)) linter.report(node, 'order', { left });
  return 'any';
}

function unaryValue(linter, node, scope, valueType) {
  const usesInput = /\?/.test(linter.source(node)) && node.name !== 'StringLiteral';
  const type = linter.visit(node, scope);
  if (usesInput || ['list', 'function'].includes(type)) return 'any';
  const decides = type === 'boolean' && !['BooleanLiteral', 'VariableName', 'PathExpression'].includes(node.name);
  if (!decides) linter.compare(node, '=', valueType, type);
  return decides ? type : 'any';
}

function nestedTest(linter, node, scope) {
  const symbol = node.getChild('CompareOp') ? linter.source(node.getChild('CompareOp')) : '<';
  refuseTests(linter, node, symbol, children(node));
  linter.visitAll(node, scope);
  return 'any';
}

function boolean(linter, node, type) {
  if (!['any', 'boolean'].includes(type)) linter.report(node, 'not_boolean', { type });
}

function junction(linter, node, scope) {
  for (const part of children(node)) {
    if (!['and', 'or'].includes(part.name)) boolean(linter, part, linter.visit(part, scope));
  }
  return 'boolean';
}

const MOMENTS = new Set(['date', 'date time']);
function arithmetic(linter, node, scope) {
  const parts = children(node);
  const symbol = linter.source(node.getChild('ArithOp'));
  const types = parts.filter((part) => part.name !== 'ArithOp').map((part) => linter.visit(part, scope));
  const [left, right = left] = types;
  if (types.length === 1) return left;
  if (left === 'any' || right === 'any') return 'any';
  if (left === 'number' && right === 'number') return 'number';
  if (symbol === '+' && left === 'string' && right === 'string') return 'string';
  if (symbol === '-' && MOMENTS.has(left) && MOMENTS.has(right)) return 'duration';
  if ('+-'.includes(symbol) && left === 'duration' && right === 'duration') return 'duration';
  if ('+-'.includes(symbol) && MOMENTS.has(left) && right === 'duration') return left === 'date' ? 'any' : left;
  if ('+-'.includes(symbol) && left === 'time' && ['duration', 'time'].includes(right)) return right === 'time' ? 'duration' : 'time';
  if (symbol === '+' && left === 'duration' && (MOMENTS.has(right) || right === 'time')) return right === 'date' ? 'any' : right;
  if ('*/'.includes(symbol) && left === 'duration' && right === 'number') return 'duration';
  if (symbol === '*' && left === 'number' && right === 'duration') return 'duration';
  if (symbol === '/' && left === 'duration' && right === 'duration') return 'number';
  linter.report(node, 'arithmetic', { left, right, symbol });
  return 'any';
}

function invocation(linter, node, scope) {
  const [target, , parameters] = children(node);
  const isName = target.name === 'VariableName';
  const name = linter.name(target);
  if (name === 'is defined') return 'boolean';
  const count = parameters?.name === 'PositionalParameters' ? children(parameters).length : null;
  if (parameters) linter.visit(parameters, scope);
  if (!isName || scope.bound.has(name) || name in linter.types) return 'any';
  if (!(name in builtins)) {
    linter.report(target, 'unknown_function', { name });
    return 'any';
  }
  const expected = wrapFunction(builtins[name]).parameterNames;
  if (count !== null && count > expected.length && !expected.at(-1)?.startsWith('...')) {
    linter.report(node, 'arguments', { name });
  }
  return functionTypes[name] ?? 'any';
}

function temporal(linter, node, scope) {
  const constructor = node.getChild('DateTimeConstructor');
  if (!constructor) {
    const text = linter.source(node);
    if (/^@"-?P/.test(text)) return 'duration';
    return text.includes('T') ? 'date time' : text.includes(':') ? 'time' : 'date';
  }
  linter.visitAll(node, scope);
  return CONSTRUCTED[linter.name(constructor)] ?? 'any';
}

// Inside a filter the owner may be an entry of the items, of which nothing is known.
function isWrongMember(linter, node, full, scope) {
  const owner = linter.name(node.firstChild);
  const isSure = node.firstChild.name === 'VariableName' && linter.types[owner] === 'record' && !scope.bound.has(owner) && !scope.open;
  const entries = isSure ? Object.keys(linter.types).filter((name) => name.startsWith(`${owner}.`)) : [];
  return entries.length > 0 && !entries.some((name) => name === full || name.startsWith(`${full}.`));
}

function path(linter, node, scope) {
  const full = linter.name(node).replace(/\s*\.\s*/g, '.');
  const owner = linter.visit(node.firstChild, scope);
  const entry = linter.name(node.lastChild);
  if (full in linter.types) return DECLARED[linter.types[full]] ?? 'any';
  if (isWrongMember(linter, node, full, scope)) linter.report(node, 'unknown_member', { name: entry, owner: linter.name(node.firstChild) });
  if (['string', 'number', 'boolean'].includes(owner)) linter.report(node, 'missing_entry', { name: entry });
  if ([...MOMENTS, 'time', 'duration'].includes(owner)) {
    if (ENTRIES.has(entry)) return 'number';
    if (!['timezone', 'time offset'].includes(entry)) linter.report(node, 'missing_entry', { name: entry });
  }
  return 'any';
}

// for, some, every: names bound one after the other, each seen by the next.
function iteration(linter, node, scope) {
  let inner = scope;
  for (const part of children(node)) {
    if (part.name === 'InExpressions') {
      for (const binding of children(part)) {
        const type = linter.visit(binding.getChild('IterationContext'), inner);
        const item = type === 'number' ? 'number' : 'any';
        inner = bind(inner, [[linter.name(binding.firstChild), item]]);
      }
    } else if (part.name === 'some' || part.name === 'every' || part.name === 'for') {
      continue;
    } else if (!['satisfies', 'return'].includes(part.name)) {
      const type = linter.visit(part, bind(inner, [['partial', 'list']]));
      if (node.name === 'QuantifiedExpression') boolean(linter, part, type);
    }
  }
  return node.name === 'QuantifiedExpression' ? 'boolean' : 'list';
}

function filter(linter, node, scope) {
  const [target, , test] = children(node);
  linter.visit(target, scope);
  if (test) linter.visit(test, bind(scope, [['item', 'any']], true));
  return 'any';
}

function conditional(linter, node, scope) {
  const [, condition, , thenValue, , elseValue] = children(node);
  boolean(linter, condition, linter.visit(condition, scope));
  const types = [linter.visit(thenValue, scope), linter.visit(elseValue, scope)];
  if (types[0] === types[1]) return types[0];
  return types.includes('nil') ? types.find((type) => type !== 'nil') : 'any';
}

function context(linter, node, scope) {
  let inner = scope;
  for (const entry of node.getChildren('ContextEntry')) {
    const [key, value] = [entry.firstChild, entry.lastChild];
    inner = bind(inner, [[linter.name(key).replace(/^"|"$/g, ''), linter.visit(value, inner)]]);
  }
  return 'context';
}

function definition(linter, node, scope) {
  const names = node.getChild('FormalParameters')?.getChildren('FormalParameter') ?? [];
  const body = node.getChild('FunctionBody');
  if (body) linter.visit(body, bind(scope, names.map((name) => [linter.name(name.firstChild), 'any'])));
  return 'function';
}

const VISITORS = {
  ArithmeticExpression: arithmetic,
  BooleanLiteral: () => 'boolean',
  Comparison: comparison,
  Conjunction: junction,
  Context: context,
  DateTimeLiteral: temporal,
  Disjunction: junction,
  FilterExpression: filter,
  ForExpression: iteration,
  FunctionDefinition: definition,
  FunctionInvocation: invocation,
  IfExpression: conditional,
  InstanceOfExpression: (linter, node, scope) => (linter.visit(node.firstChild, scope), 'boolean'),
  List: (linter, node, scope) => (linter.visitAll(node, scope), 'list'),
  NamedParameter: (linter, node, scope) => linter.visit(node.lastChild, scope),
  NumericLiteral: () => 'number',
  ParenthesizedExpression: (linter, node, scope) => linter.visit(children(node)[1], scope),
  PathExpression: path,
  QuantifiedExpression: iteration,
  SimplePositiveUnaryTest: nestedTest,
  StringLiteral: () => 'string',
  VariableName: (linter, node, scope) => linter.nameType(node, scope),
  null: () => 'nil',
};

const ALLOWED = { condition: ['boolean'], timer: ['date', 'date time', 'duration'] };
// What may stand where a value of a declared type is wanted; operations write numbers as text where they need it.
const FITTING = {
  text: ['string', 'number'], number: ['number'], money: ['number'], boolean: ['boolean'], date: ['date', 'date time'],
  datetime: ['date', 'date time'], duration: ['duration'], list: ['list'], context: ['context'],
};

// A flaw that the parser recovered from is a syntax problem, as it is at run time.
function firstError(tree, length) {
  let found = null;
  tree.iterate({
    enter(node) {
      if (!found && node.type.isError) found = { from: node.from, to: Math.min(length, Math.max(node.to, node.from + 1)) };
    },
  });
  return found;
}

export function lint({ expression, types, kind }, open) {
  const cell = kind === 'unary';
  let tree;
  try {
    tree = parse(expression, namesIn(types), cell);
  } catch (error) {
    return [syntaxRefusal(error).fault];
  }
  const error = firstError(tree, expression.length);
  if (error || !expression.trim()) return [{ code: 'syntax', from: error?.from ?? 0, to: error?.to ?? 0 }];
  const linter = new Linter(expression, types);
  const scope = { bound: new Map(), open };
  const root = tree.topNode;
  if (cell) {
    unaryPart(linter, root, bind(scope, [['?', DECLARED[types['?']] ?? 'any']]), DECLARED[types['?']] ?? 'any');
    return linter.problems;
  }
  const type = linter.visit(root, scope);
  if (type === 'function' && kind !== 'value') linter.report(root, 'not_data', { type });
  else if (ALLOWED[kind] && type !== 'any' && !ALLOWED[kind].includes(type)) linter.report(root, `not_${kind}`, { type });
  else if (FITTING[kind] && ![...FITTING[kind], 'any', 'nil'].includes(type)) linter.report(root, 'not_of_type', { type, wanted: kind });
  return linter.problems;
}
