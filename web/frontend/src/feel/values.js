// JSON values in and out: declared dates, date-times and durations become FEEL's own types on the way in,
// because a text never equals a date, and become ISO 8601 text on the way out.
import {
  FeelDate, FeelDateTime, FeelDuration, FeelTime, duration, parseDate, time,
  $Temporal as Temporal, $getType as getType,
} from 'feelin';
import { Refusal, session } from './session.js';

const MAX_TEXT = 256 * 1024;
const MAX_ITEMS = 100_000;
const ZONED = /T.*(Z|[+-]\d{2}:\d{2})$/i;
// How ECMAScript writes years before 0 and after 9999.
const LONG_YEAR = /^([-+])0*(\d{4,}-\d\d-\d\d)$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function toDateTime(text) {
  if (typeof text !== 'string' || !ZONED.test(text)) return null;
  return atZone(Temporal.Instant.from(text).epochMilliseconds);
}

export function atZone(epochMs, zone = session.zone) {
  const zoned = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone);
  return new FeelDateTime(zoned.toPlainDateTime(), zone);
}

// A date and time without a zone means the local time of the scope: comparing it as if it were UTC, as feelin
// does, would be wrong by eight hours in Shanghai.
export function localise(value) {
  return value instanceof FeelDateTime && value.zone === null ? new FeelDateTime(value.value, session.zone) : value;
}

const CONVERTERS = {
  text: (value) => (typeof value === 'string' ? value : null),
  number: (value) => (typeof value === 'number' ? value : null),
  money: (value) => (Number.isSafeInteger(value) ? value : null),
  boolean: (value) => (typeof value === 'boolean' ? value : null),
  date: (value) => (typeof value === 'string' && DAY.test(value) ? parseDate(value) : null),
  datetime: toDateTime,
  time: (value) => (typeof value === 'string' ? time(value) : null),
  duration: (value) => (typeof value === 'string' ? duration(value) : null),
  list: (value) => (Array.isArray(value) ? value : null),
  context: (value) => (isObject(value) ? value : null),
};

export function convert(value, type, name) {
  if (value === null || value === undefined) return null;
  let result = null;
  try {
    result = CONVERTERS[type](value);
  } catch {
    result = null;
  }
  if (result === null) throw new Refusal('variable_type', { name, type });
  return result;
}

function convertAt(holder, path, type, name) {
  if (Array.isArray(holder)) {
    for (const item of holder) convertAt(item, path, type, name);
    return;
  }
  if (!isObject(holder)) return;
  const [key, ...rest] = path;
  if (rest.length) convertAt(holder[key], rest, type, name);
  else if (key in holder) holder[key] = convert(holder[key], type, name);
}

// `types` may name an entry inside a context or a list of contexts: "visit.planned_start".
// Deeper names come first, so that "list" checks of the holder see plain JSON.
export function enter(variables, types) {
  for (const name of Object.keys(types).sort((a, b) => b.length - a.length)) {
    if (name in variables) variables[name] = convert(variables[name], types[name], name);
    else if (name.includes('.')) convertAt(variables, name.split('.'), types[name], name);
    else variables[name] = null;
  }
  return variables;
}

function dateTimeText(value) {
  const zoned = localise(value);
  return zoned.value.toZonedDateTime(zoned.zone).toString({ timeZoneName: 'never' });
}

export function leave(value, budget = { text: MAX_TEXT, items: MAX_ITEMS }) {
  if (value === null || value === undefined || typeof value === 'boolean') return value ?? null;
  if (--budget.items < 0) throw new Refusal('too_large');
  if (typeof value === 'string') {
    budget.text -= value.length;
    if (budget.text < 0) throw new Refusal('too_large');
    return value;
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Refusal('overflow');
    return value;
  }
  if (value instanceof FeelDateTime) return dateTimeText(value);
  if (value instanceof FeelTime) return (value.zone === session.zone ? new FeelTime(value.value) : value).toString();
  if (value instanceof FeelDate || value instanceof FeelDuration) return value.toString().replace(LONG_YEAR, '$1$2');
  if (Array.isArray(value)) return value.map((item) => leave(item, budget));
  if (getType(value) !== 'context') throw new Refusal('not_data', { type: getType(value) });
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, leave(item, budget)]));
}
