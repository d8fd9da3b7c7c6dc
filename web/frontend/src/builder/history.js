// What can be taken back: whole documents, since a form is small; typing in one field is one entry.
const MOST = 200;

export class History {
  constructor(doc) {
    Object.assign(this, { doc, selected: '', past: [], future: [], tag: '' });
  }

  // change: gets a copy of the document, and returns the path to choose then (or nothing, to stay).
  edit(change, tag = '') {
    const before = { doc: this.doc, selected: this.selected };
    const doc = structuredClone(this.doc);
    const chosen = change(doc);
    if (JSON.stringify(doc) === JSON.stringify(this.doc)) return false;
    if (!tag || tag !== this.tag) this.past = [...this.past, before].slice(-MOST);
    Object.assign(this, { doc, selected: chosen ?? this.selected, future: [], tag });
    return true;
  }

  choose(path) {
    this.selected = path;
    this.tag = '';
  }

  undo() { return this.swap(this.past, this.future); }

  redo() { return this.swap(this.future, this.past); }

  swap(from, to) {
    const found = from.pop();
    if (!found) return false;
    to.push({ doc: this.doc, selected: this.selected });
    Object.assign(this, { ...found, tag: '' });
    return true;
  }
}
