// The keys of the inbox, beside those that every list has (app/keys.js): the sheet behind ? lists them.
const TYPING = 'input:not([type="checkbox"]), textarea, select, [contenteditable], dialog[open]';

export function startKeys(desk, { list, pane, selection }) {
  function act(name) {
    const found = [...pane.root.querySelectorAll(`[data-act="${name}"]`)].find((element) => element.checkVisibility());
    found?.click();
    return found;
  }
  // A key for the row that has the focus: opened first, so that one sees what happens to what.
  async function onRow(name) {
    const row = list.current();
    if (row && row.dataset.task !== pane.taskId) await pane.open(row.querySelector('[data-row]').href);
    const found = act(name);
    if (found?.tagName === 'SUMMARY') found.parentElement.querySelector('select')?.focus();
  }
  const keys = {
    n: () => desk.querySelector('[data-key="n"]')?.click(),
    c: () => onRow('c'),
    a: () => onRow('a'),
    d: () => onRow('d'),
    x: () => { const row = list.current(); if (row) selection.toggle(row.dataset.task); },
    X: () => selection.page(!desk.querySelector('[data-select-page]')?.checked),
    b: () => desk.querySelector('#bulk.is-shown button[name="bulk-act"]')?.focus(),
    f: () => {
      const details = desk.querySelector('[data-add-filter]');
      details.open = true;
      details.querySelector('select').focus();
    },
    s: () => desk.querySelector('[data-key="s"]')?.click(),
    Escape: () => pane.leave(),
    Enter: () => {
      const row = document.activeElement?.matches('.task-check') && list.current();
      if (row) row.querySelector('[data-row]').click();
      return Boolean(row);
    },
  };
  for (let digit = 0; digit <= 9; digit += 1) {
    keys[digit] = () => desk.querySelectorAll('.views .view:not(.view-quiet)')[digit]?.click();
  }

  // Before app/keys.js, which knows fewer; what is handled here goes no further.
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
      const form = event.target.closest('#pane form') ?? pane.root.querySelector('form[data-form], form.card');
      form?.requestSubmit();
      event.preventDefault();
      return;
    }
    if (event.key === 'Escape' && event.target.closest('#pane, .desk-list') && !event.target.closest('dialog[open]')) {
      event.preventDefault();
      pane.leave();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPING)) return;
    if (!keys[event.key] || keys[event.key]() === false) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
}
