// The checks that need no server, with the server's own sentences; the server checks everything again.
import { holds, isEmpty } from './conditions.js';
import { flat, writeText } from './model.js';

const FORMATS = {
  email: /^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$/,
  phone: /^\+?[0-9][0-9 ()-]{4,23}$/,
};
const blank = (value) => isEmpty(value) || value === false;

function isRealDate(text) {
  const match = /^(\d{4})-(\d\d)-(\d\d)/.exec(text);
  if (!match) return false;
  const day = new Date(Date.UTC(match[1], match[2] - 1, match[3]));
  return day.getUTCDate() === Number(match[3]) && day.getUTCMonth() === match[2] - 1;
}

function checkNumber(field, value) {
  if (typeof value !== 'number') return [field.type === 'money' ? 'money' : field.integer ? 'integer' : 'number'];
  if (field.integer && !Number.isInteger(value)) return ['integer'];
  if (field.min !== undefined && value < field.min) return ['min', { min: writeText(field, field.min) }];
  if (field.max !== undefined && value > field.max) return ['max', { max: writeText(field, field.max) }];
  const steps = field.step ? (value - (field.min ?? 0)) / field.step : 0;
  return Math.abs(steps - Math.round(steps)) > 1e-6 ? ['step', { step: field.step }] : null;
}

function checkDate(field, value) {
  if (!isRealDate(value)) return [field.type];
  if (field.min && value < field.min) return ['date_min', { min: field.min }];
  if (field.max && value > field.max) return ['date_max', { max: field.max }];
  return null;
}

function checkText(field, value) {
  // Code points, as Python counts.
  const actual = [...value.replace(/\r\n?/g, '\n')].length;
  if (actual > field.max_length) return ['max_length', { max: field.max_length, actual }];
  return field.format && !FORMATS[field.format].test(value) ? [field.format] : null;
}

function checkCount(field, value) {
  if (field.type === 'multiselect') {
    return value.length > (field.max_choices ?? 100) ? ['max_choices', { max: field.max_choices }] : null;
  }
  if (field.type === 'list') {
    const filled = value.filter((row) => !Object.values(row).every(blank)).length;
    if (filled < (field.min_rows ?? 0)) return ['min_rows', { min: field.min_rows }];
  }
  if (value.length <= field.most) return null;
  return [field.type === 'list' ? 'max_rows' : 'max_files', { max: field.most }];
}

const CHECKS = {
  number: checkNumber, money: checkNumber, date: checkDate, datetime: checkDate,
  text: checkText, textarea: checkText, scan: checkText,
  multiselect: checkCount, list: checkCount, photo: checkCount, file: checkCount, signature: checkCount,
};

export function checkField(field, value, scope) {
  const given = field.type === 'list' ? value.filter((row) => !Object.values(row).every(blank)) : value;
  if (blank(given)) {
    const needed = typeof field.required === 'object' ? holds(field.required, scope) : field.required;
    if (needed) return [field.missing];
    return field.type === 'list' ? checkCount(field, value) : null;
  }
  return CHECKS[field.type]?.(field, value) ?? null;
}

export function sentence(messages, field, [code, params]) {
  const values = { label: field.label, ...params };
  return messages[code].replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

// Return [{ path, field, text }] in the order of the form. Needs levels that applyLevel has seen.
export function problems(level, messages) {
  const found = [];
  for (const field of flat(level.fields)) {
    if (level.hidden.has(field.key) || !(field.key in level.values) || field.type === 'computed') continue;
    const path = level.prefix + field.key;
    const problem = checkField(field, level.values[field.key], level.scope);
    if (problem) found.push({ path, field, text: sentence(messages, field, problem) });
    for (const row of level.rows[field.key] ?? []) {
      if (!Object.values(row.values).every(blank)) found.push(...problems(row, messages));
    }
  }
  return found;
}
