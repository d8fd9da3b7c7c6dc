// A file of a draft as an editor holds it: saved with the revision that was read. Where somebody else saved meanwhile,
// nothing is overwritten and nothing typed is lost: the editor's owner decides.
import { send } from './send.js';

export class DraftFile {
  // read: gives what stands in the editor now. changed: is told when the draft's addresses are known.
  constructor({ data, root, read, status, changed = () => {} }) {
    Object.assign(this, { data, root, read, status, changed });
    this.saved = data.xml;
    this.saving = Promise.resolve(true);
    this.box = root.querySelector('[data-conflict]');
  }

  // One save at a time, each with what stands in the editor when its turn comes.
  save() {
    this.saving = this.saving.then(() => this.write());
    return this.saving;
  }

  async write() {
    const { data } = this;
    const content = await this.read();
    if (data.saveUrl && content === this.saved) return true;
    const answer = data.saveUrl
      ? await send(data.saveUrl, { content, revision: data.revision }, 'PUT')
      : await send(data.beginUrl, { name: data.name, content });
    if (answer.ok) return this.took(content, answer.body);
    if (answer.status === 409 && answer.body.code === 'draft_overtaken') this.ask(content, answer.body);
    this.status(answer.body.detail ?? data.texts.failed);
    return false;
  }

  took(content, body) {
    this.saved = content;
    // What is published is what its publisher saw: a save of somebody else in between is not theirs to publish unseen.
    if (body.revision === this.data.draftRevision + 1) this.data.draftRevision = body.revision;
    Object.assign(this.data, body);
    if (body.url) {
      history.replaceState(null, '', body.url);
      this.root.querySelector('[data-back]')?.setAttribute('href', body.draftUrl);
      this.head(body.title);
      this.changed();
    }
    return true;
  }

  // What was a version is a draft now, and says so.
  head(title) {
    const [heading, version] = ['h1', '.versions > summary'].map((each) => this.root.querySelector(each));
    if (heading) heading.textContent = title;
    const badge = Object.assign(document.createElement('span'), { className: 'badge badge-info', textContent: this.data.texts.draft });
    version?.replaceChildren(badge, ` ${this.data.name}`);
  }

  ask(content, body) {
    const { texts } = this.data;
    const head = document.createElement('p');
    head.className = 'strong';
    head.textContent = body.detail;
    const list = document.createElement('ul');
    for (const { text } of body.changes) list.append(Object.assign(document.createElement('li'), { textContent: text }));
    const row = document.createElement('div');
    row.className = 'row';
    row.append(
      this.button(texts.keepCopy, () => this.copy(content, body.copyUrl)),
      this.button(texts.overwrite, () => this.overwrite(body.revision)),
      this.button(texts.takeTheirs, () => location.reload()),
    );
    const stack = document.createElement('div');
    stack.className = 'stack';
    stack.append(head, list, row);
    this.box.replaceChildren(stack);
    this.box.hidden = false;
    this.box.focus();
  }

  button(label, act) {
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'button', textContent: label });
    button.addEventListener('click', act);
    return button;
  }

  async copy(content, url) {
    const answer = await send(url, { name: this.data.name, content });
    if (!answer.ok) return this.status(answer.body.detail ?? this.data.texts.failed);
    this.box.hidden = true;
    this.took(content, answer.body);
    return this.status(this.data.texts.copied);
  }

  async overwrite(revision) {
    this.data.revision = revision;
    this.box.hidden = true;
    if (await this.save()) this.status(this.data.texts.saved);
  }
}
