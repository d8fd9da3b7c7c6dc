// The task beside the list: pages fetched and shown without their frame, forms sent from here, and what came of it.
import { loadLater } from '../app/later.js';

const TASK = /^\/tasks\/([0-9a-f-]{36})$/;
const RUN = /^\/tasks\/bulk\/[0-9a-f-]{36}$/;
const PROGRESS_MS = 400;
const TOAST_MS = 4000;

export class Pane {
  constructor(root, { isShown, onDone, onShow, onLeave }) {
    Object.assign(this, { root, isShown, onDone, onShow, onLeave, taskId: '', asked: 0, isEmpty: true });
    this.hint = root.innerHTML;
    root.addEventListener('submit', (event) => this.submit(event));
    root.addEventListener('click', (event) => this.follow(event));
  }

  follow(event) {
    if (event.target.closest('[data-pane-close]')) {
      event.preventDefault();
      this.leave();
      return;
    }
    const link = event.target.closest('a[data-pane-link], .steps a');
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.open(link.href);
  }

  async open(url) {
    const number = ++this.asked;
    this.root.setAttribute('aria-busy', 'true'); // the style shows it only if it lasts
    const response = await fetch(url, { headers: { 'X-Pane': '1' }, credentials: 'same-origin' }).catch(() => null);
    if (number !== this.asked) return;
    this.root.removeAttribute('aria-busy');
    if (!response) { this.tell(document.getElementById('not-sent')?.textContent); return; }
    // A task with a page of its own is done there.
    if (response.redirected && !new URL(response.url).pathname.startsWith('/tasks/')) {
      location.assign(response.url);
      return;
    }
    await this.show(response);
  }

  // A form of the pane, or one of the list that answers here: sent with its button, its answer shown.
  async submit(event) {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute('method') !== 'post') return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = 'true';
    event.submitter?.setAttribute('aria-busy', 'true');
    const before = this.taskId;
    const number = ++this.asked;
    try {
      const body = new FormData(form, event.submitter);
      const options = { method: 'POST', body, headers: { 'X-Pane': '1' }, credentials: 'same-origin' };
      const response = await fetch(form.getAttribute('action'), options).catch(() => null);
      if (!response) { this.tell(document.getElementById('not-sent')?.textContent); return; }
      // Whoever has opened something else meanwhile stays there; a refusal comes up all the same.
      await this.show(response, { isOvertaken: () => response.ok && number !== this.asked });
      const left = Boolean(before) && this.isEmpty;
      const failed = [...this.root.querySelectorAll('[data-failed]')].map((row) => row.dataset.failed);
      const isBulk = Boolean(this.root.querySelector('[data-run]'));
      await this.onDone({ taskId: before, left, isBulk, failed: failed.length ? failed : null });
    } finally {
      delete form.dataset.sending;
      event.submitter?.removeAttribute('aria-busy');
    }
  }

  async show(response, { isOvertaken = () => false } = {}) {
    const path = new URL(response.url).pathname;
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const main = page.getElementById('main');
    for (const flash of page.querySelectorAll('#main > .notice[role="status"]')) {
      this.tell(flash.textContent.trim());
      flash.remove();
    }
    if (isOvertaken()) return;
    const task = TASK.exec(path);
    // What answers with a place outside of the tasks, or with the list, is done here.
    if (!main || (response.ok && !path.startsWith('/tasks/'))) {
      this.clear();
      return;
    }
    this.taskId = task ? task[1] : '';
    this.isEmpty = false;
    this.root.replaceChildren(...main.childNodes);
    this.root.scrollTop = 0;
    loadLater(this.root);
    document.dispatchEvent(new Event('htmx:afterSwap'));
    (this.root.querySelector('[data-focus]') ?? this.root).focus({ preventScroll: true });
    this.onShow();
    if (RUN.test(path)) this.watch(response.url);
  }

  // A run that is not finished is asked for again, and shown when it is.
  async watch(url) {
    const run = this.root.querySelector('[data-run]:not([data-finished])');
    if (!run) return;
    const number = this.asked;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, PROGRESS_MS));
      if (number !== this.asked || !run.isConnected) return;
      const answer = await fetch(url, { headers: { Accept: 'application/json' } }).then((found) => found.json()).catch(() => null);
      if (!answer) continue;
      const done = answer.total - answer.waiting;
      run.querySelector('progress').value = done;
      const text = run.querySelector('[data-total]');
      text.textContent = text.dataset.total.replace('{done}', done).replace('{total}', answer.total);
      if (answer.is_finished) break;
    }
    await this.open(url);
    const failed = [...this.root.querySelectorAll('[data-failed]')].map((row) => row.dataset.failed);
    await this.onDone({ taskId: '', left: false, isBulk: true, failed: failed.length ? failed : null });
  }

  clear() {
    this.asked += 1;
    this.taskId = '';
    this.isEmpty = true;
    this.root.innerHTML = this.hint;
    this.onShow();
  }

  leave() {
    this.onLeave();
    if (!this.taskId) this.clear();
  }

  tell(text) {
    const toast = document.getElementById('desk-toast');
    if (!toast || !text) return;
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => { toast.hidden = true; }, TOAST_MS);
  }
}
