// Show and hide fields by their conditions; a hidden field's value counts as missing and is not posted.
import { compute } from './compute.js';
import { holds } from './conditions.js';
import { fieldElement, flat, writeText } from './model.js';

function* placed(fields, around = []) {
  for (const field of fields) {
    const conditions = field.visible ? [...around, field.visible] : around;
    yield [field, conditions];
    if (field.type === 'section') yield* placed(field.children, conditions);
  }
}

function scopeOf(level, around, hidden) {
  const scope = { ...around };
  for (const field of flat(level.fields)) {
    scope[field.key] = hidden.has(field.key) ? null : level.values[field.key] ?? null;
  }
  return scope;
}

// Hiding one field may hide the next, so repeat until nothing changes (as forms/visibility.py does).
export function hiddenKeys(level, around) {
  const parts = [...placed(level.fields)];
  let hidden = new Set();
  for (let round = 0; round <= parts.length; round += 1) {
    const scope = scopeOf(level, around, hidden);
    const now = new Set(parts.filter(([, all]) => !all.every((each) => holds(each, scope))).map(([field]) => field.key));
    const settled = now.size === hidden.size && [...now].every((key) => hidden.has(key));
    hidden = now;
    if (settled) break;
  }
  return hidden;
}

export function computeLevel(level) {
  Object.values(level.rows).flat().forEach(computeLevel);
  for (const field of flat(level.fields)) {
    if (field.type === 'computed') level.values[field.key] = compute(field.compute, level.values);
  }
}

export function applyLevel(form, level, around) {
  level.hidden = hiddenKeys(level, around);
  level.scope = scopeOf(level, around, level.hidden);
  for (const field of flat(level.fields)) {
    const element = fieldElement(form, level.prefix + field.key);
    if (!element) continue;
    element.hidden = level.hidden.has(field.key);
    delete element.dataset.hidden;
    const optional = element.querySelector('[data-optional]');
    if (optional && typeof field.required === 'object') optional.hidden = holds(field.required, level.scope);
    if (field.type === 'computed') {
      element.querySelector('[data-computed]').value = writeText(field, level.values[field.key]);
    }
    for (const row of level.rows[field.key] ?? []) applyLevel(form, row, level.scope);
  }
}

// Disabled inputs are not posted: those of hidden fields and of removed rows.
export function disableHidden(form) {
  for (const input of form.querySelectorAll('[data-field] :is(input, select, textarea)')) {
    input.disabled = input.closest('[data-field][hidden], [data-removed]') !== null;
  }
}
