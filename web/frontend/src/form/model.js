// Values in and out of the page. A "level" is the form or one row of a list:
// { fields, prefix, values, rows: { listKey: [level] } }.
import { readMoney, readNumber, writeMoney } from './numbers.js';

const FILES = ['photo', 'file', 'signature'];

export function fieldElement(form, path) {
  const found = form.querySelectorAll(`[data-field="${CSS.escape(path)}"]`);
  return [...found].find((element) => !element.closest('[data-removed]')) ?? null;
}

// The inputs that post under this path: all radio buttons, all hidden inputs of a file list.
export function inputs(element, path) {
  return [...element.querySelectorAll(`[name="${CSS.escape(path)}"]`)];
}

export function rowElements(element) {
  const holder = element.querySelector('[data-rows]');
  return [...holder.children].filter((row) => row.dataset.row !== undefined && !('removed' in row.dataset));
}

export function* flat(fields) {
  for (const field of fields) {
    yield field;
    if (field.type === 'section') yield* flat(field.children);
  }
}

function readField(field, element, path) {
  const found = inputs(element, path);
  if (field.type === 'checkbox') return found.some((input) => input.checked);
  if (field.type === 'multiselect') return found.filter((input) => input.checked).map((input) => input.value);
  if (FILES.includes(field.type)) {
    return found.map(({ value }) => {
      const end = value.startsWith('local-') ? 70 : 64;
      return { file: value.slice(0, end), name: value.slice(end + 1) };
    });
  }
  const one = found[0]?.type === 'radio' ? found.find((input) => input.checked) : found[0];
  const text = (one?.value ?? '').trim();
  if (text === '') return null;
  if (field.type === 'number') return readNumber(text);
  return field.type === 'money' ? readMoney(text) : text;
}

export function readLevel(form, fields, prefix = '') {
  const level = { fields, prefix, values: {}, rows: {} };
  for (const field of flat(fields)) {
    if (field.type === 'section' || field.type === 'note' || field.type === 'computed') continue;
    const path = prefix + field.key;
    const element = fieldElement(form, path);
    if (!element) continue;
    if (field.type === 'list') {
      const rows = rowElements(element).map((row) => readLevel(form, field.children, `${path}.${row.dataset.row}.`));
      level.rows[field.key] = rows;
      level.values[field.key] = rows.map((row) => row.values);
    } else {
      level.values[field.key] = readField(field, element, path);
    }
  }
  return level;
}

export function writeText(field, value) {
  if (value === null || value === undefined) return '';
  return field.type === 'money' || field.format === 'money' ? writeMoney(value) : String(value);
}

// Put values back into the page; `tools` adds rows and thumbnails.
export function writeLevel(form, fields, prefix, values, tools) {
  for (const field of flat(fields)) {
    const path = prefix + field.key;
    const element = fieldElement(form, path);
    const value = values[field.key];
    if (!element || value === undefined || ['section', 'note', 'computed'].includes(field.type)) continue;
    if (field.type === 'list') {
      rowElements(element).forEach((row) => row.remove());
      for (const row of value ?? []) {
        const index = tools.addRow(element);
        writeLevel(form, field.children, `${path}.${index}.`, row, tools);
      }
    } else if (FILES.includes(field.type)) {
      tools.showFiles(element, value ?? []);
    } else {
      for (const input of inputs(element, path)) {
        if (input.type === 'checkbox' || input.type === 'radio') {
          input.checked = field.type === 'checkbox' ? value === true : [value].flat().includes(input.value);
        } else {
          input.value = writeText(field, value);
        }
      }
    }
  }
}
