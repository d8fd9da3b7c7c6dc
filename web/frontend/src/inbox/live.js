// The list as it is now: asked for every two seconds with the tag of what is shown. 304 while nothing has changed.
const EVERY_MS = 2000;

export class LiveList {
  constructor(desk, onChange) {
    Object.assign(this, { desk, onChange, box: desk.querySelector('#task-list') });
    this.tag = this.box.dataset.tag;
    this.url = `${desk.dataset.listUrl}${location.search}`;
  }

  start() {
    const ask = async () => {
      if (document.visibilityState === 'visible') await this.refresh();
      setTimeout(ask, EVERY_MS);
    };
    setTimeout(ask, EVERY_MS);
    document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') this.refresh(); });
  }

  async refresh() {
    const headers = this.tag ? { 'If-None-Match': this.tag } : {};
    const response = await fetch(this.url, { headers, credentials: 'same-origin' }).catch(() => null);
    if (!response || (response.status !== 200 && response.status !== 304)) return;
    this.tag = response.headers.get('ETag') ?? this.tag;
    if (response.status === 304) return;
    this.swap(await response.text());
  }

  // Nothing jumps: the focus stays on its task, or on what has come to its place.
  swap(text) {
    const held = this.box.contains(document.activeElement) ? document.activeElement : null;
    const taskId = held?.closest('[data-task]')?.dataset.task;
    const index = taskId ? this.indexOf(taskId) : -1;
    const what = held?.matches('input') ? 'input' : '[data-row]';
    const view = held?.closest('.view')?.getAttribute('href');
    this.box.innerHTML = text;
    if (taskId) (this.row(taskId) ?? this.rows()[Math.min(index, this.rows().length - 1)])?.querySelector(what)?.focus({ preventScroll: true });
    else if (view) this.box.querySelector(`.view[href="${CSS.escape(view)}"]`)?.focus({ preventScroll: true });
    this.onChange();
  }

  rows() { return [...this.box.querySelectorAll('[data-task]')]; }

  row(taskId) { return this.box.querySelector(`[data-task="${CSS.escape(taskId)}"]`); }

  indexOf(taskId) { return this.rows().findIndex((row) => row.dataset.task === taskId); }

  current() {
    return document.activeElement?.closest('[data-task]') ?? this.box.querySelector('.task.is-open');
  }

  focus(taskId) {
    const row = (taskId && this.row(taskId)) || this.rows()[0];
    row?.querySelector('[data-row]').focus();
  }

  focusAt(index) {
    const rows = this.rows();
    rows[Math.min(Math.max(index, 0), rows.length - 1)]?.querySelector('[data-row]').focus();
  }
}
