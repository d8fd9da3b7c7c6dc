// Keys: j and k move on lists, Enter opens, / searches, ? shows the keys, e goes to what is due, a takes or gives.
// Never while typing, and nothing that a slip of the finger could not take back.
const TYPING = 'input, textarea, select, [contenteditable], dialog[open]';

export function listKeys(root) {
  const act = {
    j: () => move(root, 1),
    k: () => move(root, -1),
    '/': () => reach(root, '[data-search]'),
    '?': () => open(root, '#keys'),
    e: () => due(root),
    a: () => press(root, '[data-key="a"]'),
  };
  root.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPING)) return;
    if (act[event.key]?.()) event.preventDefault();
  });
}

function shown(root, selector) {
  return [...root.querySelectorAll(selector)].filter((element) => element.checkVisibility());
}

function reach(root, selector) {
  const [found] = shown(root, selector);
  found?.focus();
  return found;
}

function open(root, selector) {
  const sheet = root.querySelector(selector);
  sheet?.showModal();
  return sheet;
}

function move(root, step) {
  const rows = shown(root, '[data-row]');
  const next = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(root.activeElement) + step))];
  next?.focus();
  return next;
}

// A button that completes something is only reached: Enter presses it.
function due(root) {
  const row = root.activeElement?.closest('[data-row]');
  if (!row) return press(root, '[data-key="e"]') || reach(root, '.form-submit');
  row.click();
  return row;
}

// Of a row that has the focus, or the first of the page. A menu is opened to by focus, all else is pressed.
function press(root, selector) {
  const [found] = shown(root.activeElement?.closest('tr, li') ?? root, selector);
  if (found?.matches('select')) found.focus();
  else found?.click();
  return found;
}
