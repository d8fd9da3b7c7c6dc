// The inbox of the desk: a list and the task beside it, by keyboard, kept up to date.
import { startConditions } from './conditions.js';
import { startKeys } from './keys.js';
import { LiveList } from './live.js';
import { Pane } from './pane.js';
import { Selection } from './selection.js';

const WIDE = matchMedia('(min-width: 1100px)');

export function startDesk(desk) {
  const selection = new Selection(desk);
  const list = new LiveList(desk, () => { selection.show(); mark(); });
  const pane = new Pane(desk.querySelector('#pane'), {
    isShown: () => WIDE.matches,
    onDone: async (result) => {
      const index = list.indexOf(result.taskId);
      await list.refresh();
      if (result.failed) selection.only(result.failed);
      else if (result.isBulk) selection.none();
      if (result.left) list.focusAt(index);
    },
    onShow: mark,
    onLeave: () => list.focus(pane.taskId),
  });

  function mark() {
    for (const row of desk.querySelectorAll('[data-task]')) {
      const isOpen = row.dataset.task === pane.taskId;
      row.classList.toggle('is-open', isOpen);
      const link = row.querySelector('[data-row]');
      if (isOpen) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  }

  desk.addEventListener('click', (event) => {
    const link = event.target.closest('#task-list [data-row]');
    if (!link || !WIDE.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    pane.open(link.href);
  });
  desk.addEventListener('submit', (event) => {
    if (event.target.matches('[data-to-pane]') && WIDE.matches) pane.submit(event);
  });
  startKeys(desk, { list, pane, selection });
  startConditions(desk);
  list.start();
}
