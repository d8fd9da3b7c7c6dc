// Draw problems: one sentence at each field, and a summary that takes the focus.
import { fieldElement } from './model.js';

function targetOf(element) {
  return element.querySelector('input:not([type=hidden]):not([type=file]), select, textarea') ?? element;
}

function describe(target, id, add) {
  const ids = (target.getAttribute('aria-describedby') ?? '').split(' ').filter((each) => each && each !== id);
  if (add) ids.push(id);
  if (ids.length) target.setAttribute('aria-describedby', ids.join(' '));
  else target.removeAttribute('aria-describedby');
}

export function clearError(element) {
  if (!('invalid' in element.dataset)) return;
  delete element.dataset.invalid;
  for (const line of element.querySelectorAll('.form-error')) {
    if (line.closest('[data-field]') !== element) continue;
    describe(element, line.id, false);
    describe(targetOf(element), line.id, false);
    line.remove();
  }
  targetOf(element).removeAttribute('aria-invalid');
  dropFromSummary(element);
}

// A line whose field was changed says nothing true any more.
function dropFromSummary(element) {
  const summary = element.closest('form').querySelector('[data-error-summary]');
  const ids = [element.id, targetOf(element).id].filter(Boolean);
  for (const link of summary.querySelectorAll('a')) {
    if (ids.includes(link.getAttribute('href').slice(1))) link.closest('li').remove();
  }
  summary.hidden = !summary.querySelector('li');
}

function showError(form, { path, text }, words) {
  const element = fieldElement(form, path);
  if (!element) return;
  element.dataset.invalid = '';
  const line = document.createElement('p');
  line.className = 'form-error';
  line.id = `${form.id}-${path.replaceAll('.', '-')}-error`;
  const icon = form.querySelector('.error-summary .form-icon')?.cloneNode(true);
  const prefix = document.createElement('span');
  prefix.className = 'visually-hidden';
  prefix.textContent = `${words.error} `;
  line.append(...(icon ? [icon] : []), prefix, text);
  const above = element.querySelector(':scope > .form-help') ?? element.querySelector(':scope > .form-label');
  if (above) above.after(line);
  else element.prepend(line);
  const target = targetOf(element);
  target.setAttribute('aria-invalid', 'true');
  describe(target, line.id, true);
}

export function showProblems(form, problems, words) {
  form.querySelectorAll('[data-invalid]').forEach(clearError);
  const summary = form.querySelector('[data-error-summary]');
  summary.hidden = problems.length === 0;
  summary.querySelector('ul').replaceChildren(...problems.map((problem) => {
    showError(form, problem, words);
    const link = document.createElement('a');
    const target = fieldElement(form, problem.path);
    link.href = `#${target ? targetOf(target).id : form.id}`;
    link.textContent = problem.text;
    const item = document.createElement('li');
    item.append(link);
    return item;
  }));
  if (problems.length) summary.focus();
}

// Follow a link of the summary to its input without leaving a trace in the history.
export function followLink(event) {
  const link = event.target.closest?.('[data-error-summary] a');
  const target = link && document.getElementById(link.getAttribute('href').slice(1));
  if (!target) return;
  event.preventDefault();
  target.focus({ preventScroll: true });
  (target.closest('[data-field]') ?? target).scrollIntoView({ block: 'center' });
}
