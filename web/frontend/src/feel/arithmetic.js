// Arithmetic of numbers, and of dates with durations, where feelin's own is inexact or ignores the zone.
import {
  FeelDate, FeelDateTime, FeelDuration, FeelTime, duration,
  $Temporal as Temporal, $addDuration as addDuration, $hasTimeComponent as hasTimeComponent, $toComparable as toComparable,
} from 'feelin';
import { kindOf } from './compare.js';
import { fault } from './session.js';
import { localise } from './values.js';

// FEEL numbers are decimal. A double holds every decimal of 15 digits (IEEE 754), so rounding each result to
// 15 digits makes + - * exact for such decimals: 0.1 + 0.2 is 0.3. Whole numbers are left alone.
export function exact(number) {
  return Number.isInteger(number) ? number : Number(number.toPrecision(15));
}

const NUMERIC = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '**': (a, b) => a ** b,
  '^': (a, b) => a ** b,
};

function numbers(node, symbol, a, b) {
  if (symbol === '/' && b === 0) return fault(node, 'division_by_zero');
  const result = exact(NUMERIC[symbol](a, b));
  if (!Number.isFinite(result)) return fault(node, 'overflow');
  if (Number.isInteger(result) && !Number.isSafeInteger(result)) return fault(node, 'overflow');
  return result;
}

const isDays = (value) => value instanceof FeelDuration && !value.yearsMonths;
const isMoment = (value) => value instanceof FeelDate || value instanceof FeelDateTime;
const midnight = (value) => (value instanceof FeelDate ? localise(new FeelDateTime(value.value.toPlainDateTime(), null)) : value);
const months = (value) => value.value.years * 12 + value.value.months;
const ofMonths = (count) => new FeelDuration(Temporal.Duration.from({ months: count }), true);

function scaled(node, value, factor) {
  if (!Number.isFinite(factor)) return fault(node, 'division_by_zero');
  if (isDays(value)) return duration(Math.round(toComparable(value) * factor));
  return ofMonths(Math.trunc(exact(months(value) * factor)));
}

function durations(node, symbol, a, b) {
  const [left, right] = [kindOf(a), kindOf(b)];
  if (symbol === '*' && right === 'number') return scaled(node, a, b);
  if (symbol === '*' && left === 'number') return scaled(node, b, a);
  if (symbol !== '/' || !(a instanceof FeelDuration)) return undefined;
  if (right === 'number') return scaled(node, a, 1 / b);
  if (left !== right) return undefined;
  return numbers(node, '/', isDays(a) ? toComparable(a) : months(a), isDays(b) ? toComparable(b) : months(b));
}

// Undefined: leave it to feelin.
function temporals(node, symbol, a, b) {
  if (symbol === '-' && isMoment(a) && isMoment(b)) return duration(toComparable(midnight(a)) - toComparable(midnight(b)));
  if ([a, b].some((value) => value instanceof FeelTime) && [a, b].some((value) => value instanceof FeelDuration && value.yearsMonths)) return null;
  const [moment, change] = a instanceof FeelDate ? [a, b] : [b, a];
  const sum = symbol === '+' || (symbol === '-' && moment === a);
  if (sum && moment instanceof FeelDate && isDays(change) && hasTimeComponent(change)) {
    return addDuration(midnight(moment), change, symbol === '-' ? -1 : 1);
  }
  return a instanceof FeelDuration || b instanceof FeelDuration ? durations(node, symbol, a, b) : undefined;
}

export function calculate(node, symbol, a, b, feelin) {
  const [left, right] = [kindOf(a), kindOf(b)];
  if (left === 'nil' || right === 'nil') return fault(node, 'null');
  if (left === 'number' && right === 'number') return numbers(node, symbol, a, b);
  const own = temporals(node, symbol, a, b);
  const result = own === undefined ? feelin() : own;
  return result === null ? fault(node, 'type', { left, right }) : localise(result);
}

export function negate(node, value) {
  if (typeof value === 'number') return 0 - value;
  if (value instanceof FeelDuration) return new FeelDuration(value.value.negated(), value.yearsMonths);
  if (value === null || value === undefined) return fault(node, 'null');
  return fault(node, 'type', { left: 'number', right: kindOf(value) });
}
