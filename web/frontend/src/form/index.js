// The form runtime: one controller for each form[data-form], made once, also for forms that htmx swaps in.
import { countCharacters } from './count.js';
import { hideWhatIsMissing, initDevice, locateAtSubmit, waitingPosition } from './device.js';
import { Draft } from './draft.js';
import { clearError, followLink, showProblems } from './errors.js';
import { Files } from './files.js';
import { initQuickDays, offerLast } from './last.js';
import { readLevel, writeLevel } from './model.js';
import { addRow, initRows, limitRows } from './rows.js';
import { initSignatures } from './signature.js';
import { problems } from './validate.js';
import { applyLevel, computeLevel, disableHidden } from './visibility.js';

const known = new WeakSet();

function start(form) {
  const config = JSON.parse(form.querySelector('[data-form-config]').textContent);
  let draft = null;
  let submitting = false;

  function refresh() {
    const level = readLevel(form, config.fields);
    computeLevel(level);
    applyLevel(form, level, { context: config.context });
    disableHidden(form);
    limitRows(form, level);
    countCharacters(form, level, config.words);
    hideWhatIsMissing(form);
    return level;
  }
  function changed() {
    refresh();
    initSignatures(form, files);
    draft?.touch();
  }
  function restore(values) {
    writeLevel(form, config.fields, '', values, { addRow, showFiles: (element, entries) => files.show(element, entries) });
    changed();
  }
  async function submit(event) {
    if (event.target !== form) return;
    const stop = () => { event.preventDefault(); event.stopImmediatePropagation(); };
    if (submitting) { stop(); return; }
    if (files.running.size) {
      stop();
      submitting = true;
      await files.settled();
      submitting = false;
      form.requestSubmit();
      return;
    }
    const position = waitingPosition(form);
    if (position) {
      stop();
      submitting = true;
      const button = event.submitter;
      button?.setAttribute('aria-busy', 'true');
      const goesOn = await locateAtSubmit(form, position, config.words, changed);
      button?.removeAttribute('aria-busy');
      submitting = false;
      if (goesOn) form.requestSubmit();
      return;
    }
    const found = problems(refresh(), config.messages);
    showProblems(form, found, config.words);
    if (found.length) stop();
    else draft?.leave();
  }

  const files = new Files(form, config, changed);
  draft = new Draft(form, config, () => readLevel(form, config.fields).values, restore);
  initRows(form, config, changed);
  initDevice(form, config, changed);
  initSignatures(form, files);
  initQuickDays(form, changed);
  offerLast(form, config.words, restore);
  // Before htmx, which listens on the form itself.
  form.addEventListener('submit', submit, true);
  form.addEventListener('click', followLink);
  for (const kind of ['input', 'change']) {
    form.addEventListener(kind, (event) => {
      if (event.target.type === 'file') return;
      const field = event.target.closest('[data-field]');
      if (field) clearError(field);
      changed();
    });
  }
  refresh();
  const summary = form.querySelector('[data-error-summary]');
  if (!summary.hidden) summary.focus();
}

export function initForms(root = document) {
  for (const form of root.querySelectorAll('form[data-form]')) {
    if (known.has(form)) continue;
    known.add(form);
    start(form);
  }
}
