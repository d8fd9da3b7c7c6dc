// Drafts: sent to the server a moment after typing stops; kept on this device while that fails, and in this tab
// when the form itself is sent, because its answer may never come.
import { send } from './request.js';

const PAUSE_MS = 1500;

export class Draft {
  constructor(form, config, read, restore) {
    Object.assign(this, { form, config, read, timer: 0, pending: false, url: form.dataset.draftUrl });
    this.slot = `fieldflow-draft:${form.dataset.draftKey || form.id}`;
    this.status = form.querySelector('.form-bar [data-status]');
    if (!this.url) return;
    addEventListener('online', () => this.pending && this.save());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden' && this.timer) this.save({ keepalive: true });
    });
    this.offer(restore);
  }

  touch() {
    if (!this.url) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE_MS);
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  leave() {
    this.stop();
    if (!this.url) return;
    try { sessionStorage.setItem(this.slot, JSON.stringify({ at: Date.now(), values: this.read() })); } catch { /* no copy */ }
  }

  time(at) {
    return new Date(at).toLocaleTimeString(this.config.locale.replace('_', '-'), { hour: '2-digit', minute: '2-digit' });
  }

  tell(word, at) {
    this.status.textContent = this.config.words[word].replace('{time}', this.time(at));
  }

  async save(options = {}) {
    this.stop();
    if (!this.form.isConnected) return;
    const values = this.read();
    const at = Date.now();
    try {
      await send(this.url, 'PUT', { values }, options);
      this.pending = false;
      this.forget();
      this.tell('saved', at);
    } catch {
      this.pending = true;
      // Storage may be full or forbidden; then the page itself is the only copy.
      try { localStorage.setItem(this.slot, JSON.stringify({ at, values })); this.tell('saved_here', at); } catch { /* no copy */ }
    }
  }

  forget() {
    try { localStorage.removeItem(this.slot); sessionStorage.removeItem(this.slot); } catch { /* nothing was kept */ }
  }

  offer(restore) {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(this.slot) ?? sessionStorage.getItem(this.slot)); } catch { /* unreadable: as good as none */ }
    // An answer with mistakes shows what was sent.
    if (!kept?.values || !this.form.querySelector('[data-error-summary]').hidden) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button';
    button.textContent = this.config.words.restore.replace('{time}', this.time(kept.at));
    button.addEventListener('click', () => {
      button.remove();
      restore(kept.values);
      this.save();
    });
    this.status.before(button);
  }
}
