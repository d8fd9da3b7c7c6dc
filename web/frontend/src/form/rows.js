// Add and remove rows of lists; a removed row waits, disabled, until the person moves on.
import { fieldElement, flat, rowElements } from './model.js';

export function addRow(element) {
  const holder = element.querySelector('[data-rows]');
  let depth = 0;
  for (let row = element.closest('[data-row]'); row; row = row.parentElement.closest('[data-row]')) depth += 1;
  const taken = [...holder.children].map((row) => Number(row.dataset.row ?? -1));
  const index = Math.max(-1, ...taken) + 1;
  const template = [...element.children].find((child) => child.matches('template'));
  // The template is the server's own markup; only the index is put in.
  holder.insertAdjacentHTML('beforeend', template.innerHTML.replaceAll(`__${depth}__`, String(index)));
  const row = holder.lastElementChild;
  const number = String(rowElements(element).length);
  row.setAttribute('aria-label', row.getAttribute('aria-label').replace('#', number));
  const hint = row.querySelector(':scope > [data-remove] .visually-hidden');
  if (hint) hint.textContent = hint.textContent.replace('#', number);
  return index;
}

function dropRemoved(element) {
  element.querySelectorAll('.form-removed, [data-removed]').forEach((each) => each.remove());
}

function removeRow(row, words, changed) {
  const element = row.closest('[data-field]');
  dropRemoved(element);
  row.dataset.removed = '';
  row.hidden = true;
  const line = document.createElement('p');
  line.className = 'form-removed';
  line.setAttribute('role', 'status');
  const undo = document.createElement('button');
  undo.type = 'button';
  undo.className = 'button button-quiet';
  undo.textContent = words.undo;
  line.append(`${words.removed} `, undo);
  row.after(line);
  undo.addEventListener('click', () => {
    line.remove();
    delete row.dataset.removed;
    row.hidden = false;
    changed();
    row.querySelector('input, select, textarea, button')?.focus();
  });
  changed();
  undo.focus();
}

export function initRows(form, config, changed) {
  form.addEventListener('click', (event) => {
    const button = event.target.closest('[data-add], [data-remove]');
    if (!button) return;
    event.preventDefault();
    if ('remove' in button.dataset) {
      removeRow(button.closest('[data-row]'), config.words, changed);
      return;
    }
    const element = button.closest('[data-field]');
    dropRemoved(element);
    addRow(element);
    changed();
    rowElements(element).at(-1).querySelector('input:not([type=hidden]), select, textarea')?.focus();
  });
}

// No more rows than the definition allows.
export function limitRows(form, level) {
  for (const field of flat(level.fields)) {
    if (field.type !== 'list') continue;
    const element = fieldElement(form, level.prefix + field.key);
    const add = element && [...element.children].find((child) => child.matches('[data-add]'));
    if (add) add.disabled = rowElements(element).length >= field.most;
    for (const row of level.rows[field.key] ?? []) limitRows(form, row);
  }
}
