// The server's check by itself: when somebody has stopped changing things for a moment, never two at once, so that a slow
// server is not asked faster than it answers; an answer to what has changed meanwhile is dropped.
import { send } from './send.js';

const QUIET_MS = 500;

export class LiveCheck {
  // read: gives what stands in the editor. show: gets the findings. failed: is told that there was no answer.
  constructor({ data, read, show, failed, waiting }) {
    Object.assign(this, { data, read, show, failed, waiting, changes: 0, running: null, answered: null });
  }

  soon() {
    this.changes += 1;
    this.waiting();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), QUIET_MS);
  }

  // Answers with the findings, or with what the server said instead of them. again: also if nothing has changed.
  async now({ again = false } = {}) {
    clearTimeout(this.timer);
    await this.running;
    this.running ??= this.ask(again).finally(() => { this.running = null; });
    return this.running;
  }

  async ask(again) {
    const { data, changes } = this;
    const content = await this.read();
    const asked = `${data.checkUrl} ${content}`;
    if (!again && this.answered?.asked === asked) {
      this.show(this.answered.findings);
      return this.answered;
    }
    const { ok, body } = await send(data.checkUrl, { xml: content, name: data.name, content });
    if (!ok) {
      if (changes === this.changes) this.failed();
      return { detail: body.detail };
    }
    const answer = { asked, findings: body.findings };
    // What the server knows of variables, for expressions that are being typed.
    data.closed = body.closed;
    if (changes === this.changes) {
      this.answered = answer;
      this.show(answer.findings);
    }
    return answer;
  }
}
