// Keys on lists: j and k move, Enter opens, / searches, ? shows the keys. Never while typing.
const TYPING = 'input, textarea, select, [contenteditable]';

export function listKeys(root) {
  root.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPING)) return;
    if (event.key === '/') return focusFirst(root, event, '[data-search]');
    if (event.key === '?') return open(root, event, '#keys');
    if (event.key === 'j' || event.key === 'k') move(root, event, event.key === 'j' ? 1 : -1);
  });
}

function focusFirst(root, event, selector) {
  const found = root.querySelector(selector);
  if (!found) return;
  event.preventDefault();
  found.focus();
}

function open(root, event, selector) {
  const sheet = root.querySelector(selector);
  if (!sheet || sheet.open) return;
  event.preventDefault();
  sheet.showModal();
}

function move(root, event, step) {
  const rows = [...root.querySelectorAll('[data-row]')];
  if (!rows.length) return;
  const at = rows.indexOf(root.activeElement);
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  event.preventDefault();
  next.focus();
}
