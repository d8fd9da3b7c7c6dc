// Comparisons that say so when the two sides have different types. feelin answers `"5" > 1` with true,
// a text against a date with `>=` true, and calls P200D and P201D equal.
import { FeelTime, $equals as equals, $getType as getType, $isZoned as isZoned, $toComparable as toComparable, isRange } from 'feelin';
import { fault, session } from './session.js';

const ORDERED = new Set(['number', 'string', 'date', 'time', 'date time', 'days and time duration', 'years and months duration']);
// What is neither ordered nor one of these (a function, a test like `< 10`) is equal to nothing that feelin could know.
const COMPARED = new Set([...ORDERED, 'boolean', 'list', 'context']);
const isNull = (value) => value === null || value === undefined;

export function kindOf(value) {
  const type = getType(value);
  if (type !== 'duration') return type;
  return value.yearsMonths ? 'years and months duration' : 'days and time duration';
}

// A time of day without a zone is local, as a date and time without one is; two local times compare by the clock on
// the wall, since the offset of a zone depends on the day.
const isLocal = (time) => time.zone === null || time.zone === session.zone;
const clash = (kind, a, b) => kind === 'time' && isZoned(a) !== isZoned(b) && !(isLocal(a) && isLocal(b));

function comparable(value, kind) {
  if (kind === 'time' && isLocal(value)) return toComparable(new FeelTime(value.value));
  if (kind === 'years and months duration') return value.value.years * 12 + value.value.months;
  const number = toComparable(value);
  return number === null ? value : number;
}

// FEEL lets a list of one stand for its item, so that `lines[id = 1].quantity = 5` means what it says.
function unwrap(value, other) {
  return Array.isArray(value) && value.length === 1 && !Array.isArray(other) ? value[0] : value;
}

function differ(node, left, right) {
  return fault(node, 'type', { left: kindOf(left), right: kindOf(right) });
}

export function same(node, left, right) {
  left = unwrap(left, right);
  right = unwrap(right, left);
  if (isNull(left) || isNull(right)) return isNull(left) && isNull(right);
  const kind = kindOf(left);
  if (kind !== kindOf(right)) return differ(node, left, right);
  if (kind === 'range') return sameRange(node, left, right);
  if (!COMPARED.has(kind)) return differ(node, left, right);
  if (!ORDERED.has(kind)) return equals(left, right);
  if (clash(kind, left, right)) return fault(node, 'zone');
  return comparable(left, kind) === comparable(right, kind);
}

function sameRange(node, left, right) {
  const ends = ['start included', 'end included'].every((end) => left[end] === right[end]);
  return ends && same(node, left.start, right.start) === true && same(node, left.end, right.end) === true;
}

function order(node, left, right) {
  left = unwrap(left, right);
  right = unwrap(right, left);
  if (isNull(left) || isNull(right)) return null;
  const kind = kindOf(left);
  if (kind !== kindOf(right) || !ORDERED.has(kind)) return differ(node, left, right);
  if (clash(kind, left, right)) return fault(node, 'zone');
  const [a, b] = [comparable(left, kind), comparable(right, kind)];
  return a < b ? -1 : Number(a > b);
}

const ORDER_TESTS = { '<': (n) => n < 0, '<=': (n) => n <= 0, '>': (n) => n > 0, '>=': (n) => n >= 0 };

export function compare(node, symbol, left, right) {
  if (symbol === '=' || symbol === '!=') {
    const result = same(node, left, right);
    return result === null ? null : result === (symbol === '=');
  }
  const result = order(node, left, right);
  return result === null ? null : ORDER_TESTS[symbol](result);
}

// FEEL's three-valued "and": one false side decides, else an unknown side makes it unknown.
function both(a, b) {
  if (a === false || b === false) return false;
  return a === null || b === null ? null : true;
}

export function between(node, value, start, end) {
  return both(compare(node, '>=', value, start), compare(node, '<=', value, end));
}

function inRange(node, range, value) {
  if (isRange(value)) return range.includes(value);
  if (isNull(range.start) || isNull(range.end) || isNull(value)) return null;
  let { start, end, 'start included': startIn, 'end included': endIn } = range;
  if (order(node, start, end) > 0) [start, end, startIn, endIn] = [end, start, endIn, startIn];
  const above = compare(node, startIn ? '>=' : '>', value, start);
  const below = compare(node, endIn ? '<=' : '<', value, end);
  return both(above, below);
}

// One test of `in (...)` or of a table cell against a value.
export function passes(node, test, value) {
  if (Array.isArray(test)) return any(test.map((item) => passes(node, item, value)));
  if (typeof test === 'function') return test(value);
  if (isRange(test)) return inRange(node, test, value);
  return same(node, value, test);
}

export function any(results) {
  if (results.includes(true)) return true;
  return results.includes(null) ? null : false;
}
