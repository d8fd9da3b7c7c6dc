// Types of a DMN file: what a value must be where it is declared, and what JSON text means there.
// A type is null (anything), { list: type }, or { base, fields, allowed }.
import { FeelDate, FeelDateTime, $getType as getType, $isContext as isContext } from 'feelin';
import { kindOf } from './compare.js';
import { bind, run } from './run.js';
import { Refusal } from './session.js';
import { convert, localise } from './values.js';

const KINDS = {
  text: 'string', number: 'number', boolean: 'boolean', date: 'date', time: 'time', datetime: 'date time', duration: 'duration',
  days: 'days and time duration', months: 'years and months duration', list: 'list', context: 'context', function: 'function',
};
const FROM_TEXT = { date: 'date', datetime: 'datetime', time: 'time', duration: 'duration', days: 'duration', months: 'duration' };

const isNull = (value) => value === null || value === undefined;

// Names of the parts, nested as the parts are: FEEL must know "Monthly Income" before it reads "Applicant.Monthly Income".
export function shapeOf(type) {
  if (!type) return null;
  if (type.list) return [shapeOf(type.list) ?? {}];
  return type.fields && Object.fromEntries(Object.entries(type.fields).map(([name, inner]) => [name, shapeOf(inner) ?? 0]));
}

function kindIn(base, value) {
  return base === 'duration' ? getType(value) : kindOf(value);
}

function single(value, type, where) {
  if (Array.isArray(value) && value.length === 1 && type.base !== 'list') value = value[0];
  if (isNull(value)) return null;
  if (type.base === 'list' && !Array.isArray(value)) return [value];
  if (type.base === 'datetime' && value instanceof FeelDate) return localise(new FeelDateTime(value.value.toPlainDateTime(), 'UTC'));
  if (type.base && kindIn(type.base, value) !== KINDS[type.base]) {
    throw new Refusal('type', { left: KINDS[type.base], right: kindOf(value), ...where });
  }
  return type.fields ? structure(value, type, where) : value;
}

function structure(value, type, where) {
  const result = { ...value };
  for (const [name, inner] of Object.entries(type.fields)) {
    if (!(name in value)) throw new Refusal('missing_field', { name, ...where });
    result[name] = fit(value[name], inner, where);
  }
  return result;
}

// DMN 1.5, 10.3.2.9.4: a list of one stands for its item and the other way round, a date for its midnight in UTC.
// Where the standard says null, this refuses.
export function fit(value, type, where) {
  if (!type || isNull(value)) return value ?? null;
  const result = type.list ? (Array.isArray(value) ? value : [value]).map((item) => fit(item, type.list, where)) : single(value, type, where);
  if (!type.allowed) return result;
  const asked = bind({ values: {}, names: null }, '?', result);
  if (!type.allowed.every((tests) => run(tests, asked, true, where))) throw new Refusal('value_not_allowed', where);
  return result;
}

// JSON from outside. A part that is absent is null, as a declared variable is.
export function read(value, type, name) {
  if (!type || isNull(value)) return value ?? null;
  if (type.list) return (Array.isArray(value) ? value : [value]).map((item) => read(item, type.list, name));
  if (typeof value === 'string' && FROM_TEXT[type.base]) return convert(value, FROM_TEXT[type.base], name);
  if (!type.fields || !isContext(value)) return value;
  const parts = Object.entries(type.fields).map(([part, inner]) => [part, read(value[part], inner, `${name}.${part}`)]);
  return { ...value, ...Object.fromEntries(parts) };
}
