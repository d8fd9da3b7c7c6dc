// Built-in functions that feelin lacks, reads from the wall clock, or gets wrong.
import {
  FeelDate, FeelDuration, isRange,
  $Temporal as Temporal, $builtins as builtins, $getType as getType, $invalidArguments as invalidArguments,
  $wrapFunction as wrapFunction,
} from 'feelin';
import { exact } from './arithmetic.js';
import { kindOf, same } from './compare.js';
import { session } from './session.js';
import { atZone } from './values.js';

const NOWHERE = { position: { from: null, to: null } };
const asList = (value) => (Array.isArray(value) ? value : [value]);
const numeric = (list) => list.every((item) => typeof item === 'number');

function define(name, parameters, body) {
  builtins[name] = Object.assign(body, { $args: parameters });
}

// Only its own use in a call is special (strict.js forgives unknown names there).
define('is defined', ['value'], (value) => value !== null && value !== undefined);
define('now', [], () => atZone(session.now));
define('today', [], () => new FeelDate(atZone(session.now).value.toPlainDate()));

// feelin only names these; without them the linter refuses their use.
for (const name of ['overlaps before', 'overlaps after', 'finishes', 'finished by', 'during', 'starts', 'started by', 'coincides']) {
  delete builtins[name];
}

// Points and ranges of different types have no order; feelin answers false.
const { before: earlier } = builtins;
const elementKinds = (value) => (isRange(value) ? [value.start, value.end] : [value]).filter((end) => end !== null).map(kindOf);
const ordered = (a, b) => new Set([...elementKinds(a), ...elementKinds(b)]).size === 1;
define('before', ['a', 'b'], (a, b) => (ordered(a ?? null, b ?? null) ? earlier(a, b) : null));
define('after', ['a', 'b'], (a, b) => (ordered(a ?? null, b ?? null) ? earlier(b, a) : null));

// feelin compares by identity: a date was never in a list of dates.
define('list contains', ['list', 'element'], (list, element) => {
  if (!Array.isArray(list)) return null;
  return list.some((item) => getType(item) === getType(element ?? null) && same(NOWHERE, item, element ?? null) === true);
});
define('index of', ['list', 'match'], (list, match) => {
  if (!Array.isArray(list)) return null;
  const found = (item) => getType(item) === getType(match ?? null) && same(NOWHERE, item, match ?? null) === true;
  return list.flatMap((item, index) => (found(item) ? [index + 1] : []));
});

// feelin takes P0Y for P0D.
const { is } = builtins;
define('is', ['value1', 'value2'], (a, b) => kindOf(a ?? null) === kindOf(b ?? null) && is(a, b));

// feelin counts a negative position from one too far, and takes positions outside the list.
define('list replace', ['list', 'position', 'newItem', 'match'], (list, position, newItem, match) => {
  const test = wrapFunction(match ?? (typeof position === 'number' ? null : position));
  if (!Array.isArray(list)) return null;
  if (test) return replaceMatching(list, test, newItem);
  if (typeof position !== 'number') return null;
  const place = Math.trunc(position ?? 0);
  if (place === 0 || Math.abs(place) > list.length) return null;
  return list.with(place < 0 ? place : place - 1, newItem);
});
function replaceMatching(list, test, newItem) {
  if (test.parameterNames.length !== 2) return null;
  const found = list.map((item) => test.invoke([item, newItem]));
  return found.every((answer) => typeof answer === 'boolean') ? list.map((item, index) => (found[index] ? newItem : item)) : null;
}

// XPath knows no group 0, which JavaScript reads as the character U+0000.
for (const name of ['matches', 'replace', 'split']) {
  const { [name]: original } = builtins;
  const body = (text, pattern, ...rest) => (/\\0/.test(pattern) ? null : original(text, pattern, ...rest));
  define(name, wrapFunction(original).parameterNames, body);
}

// feelin sorts numbers as text: the median of 1, 10 and 2 was 10.
define('median', ['...list'], (...list) => {
  const items = list.length === 1 ? asList(list[0]) : list;
  if (!items.length || !numeric(items)) return null;
  const sorted = [...items].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle) ? exact((sorted[middle - 1] + sorted[middle]) / 2) : sorted[Math.floor(middle)];
});

function total(items) {
  return items.reduce((sum, item) => exact(sum + item), 0);
}
define('sum', ['...list'], (...list) => {
  const items = list.length === 1 ? asList(list[0]) : list;
  return items.length && numeric(items) ? total(items) : null;
});
define('mean', ['...list'], (...list) => {
  const items = list.length === 1 ? asList(list[0]) : list;
  return items.length && numeric(items) ? exact(total(items) / items.length) : null;
});

// feelin keeps the days that are over.
define('years and months duration', ['from', 'to'], (from, to) => {
  if (![from, to].every((moment) => ['date', 'date time'].includes(getType(moment)))) return null;
  const months = plainDate(from).until(plainDate(to), { largestUnit: 'month' }).months;
  return new FeelDuration(Temporal.Duration.from({ months }), true);
});
function plainDate(moment) {
  return moment instanceof FeelDate ? moment.value : moment.value.toPlainDate();
}

// Also of texts, dates and durations, which FEEL orders and feelin refuses.
function extreme(name, sign) {
  define(name, ['...list'], (...list) => {
    const items = list.length === 1 ? asList(list[0]) : list;
    if (!items.length) return null;
    const types = new Set(items.map(getType));
    if (types.size > 1 || types.has('nil')) return null;
    return items.reduce((best, item) => (sign * rank(item, best) > 0 ? item : best));
  });
}
function rank(a, b) {
  const [x, y] = typeof a === 'object' ? [orderOf(a), orderOf(b)] : [a, b];
  return x < y ? -1 : Number(x > y);
}
function orderOf(value) {
  if (value instanceof FeelDuration) return value.value.total({ unit: 'millisecond', relativeTo: '1970-01-01' });
  return value.value.toZonedDateTime ? instantOf(value) : value.toString();
}
function instantOf(value) {
  return value.value.toZonedDateTime(value.zone ?? session.zone).epochMilliseconds;
}
extreme('min', -1);
extreme('max', 1);

// Scaling by a power of ten in binary turns 1.005 into 100.49999999999999; exact() undoes that.
function rounder(name, round, scaleNeeded) {
  define(name, ['n', 'scale'], (number, scale) => {
    const digits = scale === undefined && !scaleNeeded ? 0 : scale;
    if (typeof number !== 'number' || !Number.isInteger(digits)) return null;
    if (Math.abs(digits) > 15) return invalidArguments(`${name} expects a scale between -15 and 15`);
    return exact(round(exact(number * 10 ** digits)) / 10 ** digits);
  });
}
const away = (number) => Math.sign(number) * Math.ceil(Math.abs(number));
const halfUp = (number) => Math.sign(number) * Math.round(Math.abs(number));
const halfDown = (number) => Math.sign(number) * Math.ceil(Math.abs(number) - 0.5);
const halfEven = (number) => (Math.abs(number % 1) === 0.5 ? 2 * Math.round(number / 2) : Math.round(number));
rounder('floor', Math.floor, false);
rounder('ceiling', Math.ceil, false);
rounder('decimal', halfEven, true);
rounder('round up', away, true);
rounder('round down', Math.trunc, true);
rounder('round half up', halfUp, true);
rounder('round half down', halfDown, true);
