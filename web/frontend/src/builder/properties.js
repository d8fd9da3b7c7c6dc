// The properties of the chosen component, or of the form itself. Typing changes the document and leaves the pane as it
// is; everything else draws it anew, with the focus where it was.
import { choices } from './options.js';
import { computeEditor } from './computed.js';
import { conditionEditor, fresh } from './conditions.js';
import { h, select } from './dom.js';
import { at, isPart, renameKey } from './document.js';
import { fieldAt, readable } from './fields.js';
import { boxed, framed, kept, line, menu, number, put, tick, wording } from './inputs.js';
import { valueInput } from './values.js';

const FORM = ['key', 'version', 'title', 'submit', 'components'];
const COMMON = ['type', 'key', 'label', 'help', 'visible_if'];
const OF_VALUES = ['placeholder', 'required', 'default', 'remember'];

export class Properties {
  constructor({ box, data, history, changed }) {
    Object.assign(this, { box, data, history, changed, texts: data.builder, words: data.properties, findings: [], uses: {} });
  }

  get doc() { return this.history.doc; }

  get path() { return this.history.selected; }

  // change: gets the component (of a copy). again: the pane is drawn anew.
  edit(change, tag = '', again = false) {
    const { path } = this;
    if (!this.history.edit((doc) => { change(path ? at(doc, path) : doc, doc); }, tag)) return;
    if (again) this.draw();
    this.changed();
  }

  draw() {
    const focused = this.focusable().indexOf(document.activeElement);
    const same = this.drawn === this.path;
    this.drawn = this.path;
    const part = this.path ? at(this.doc, this.path) : this.doc;
    const content = this.path ? this.component(part) : this.form(part);
    const body = h('fieldset', { class: 'property-body', disabled: this.data.readOnly }, content);
    this.box.replaceChildren(body);
    if (same && focused >= 0) this.focusable()[Math.min(focused, this.focusable().length - 1)]?.focus();
    this.mark();
  }

  focusable() { return [...this.box.querySelectorAll('input, select, textarea, button')]; }

  head(title) {
    return h('div', { class: 'builder-head' }, h('h2', { textContent: title }));
  }

  form(doc) {
    const { texts } = this;
    return [
      this.head(texts.form),
      h('div', { 'data-prop': '' }),
      line(this, 'key', texts.key, doc.key, (form, typed) => put(form, 'key', typed), { class: 'mono', readOnly: true }),
      wording(this, 'title', texts.title, doc.title),
      wording(this, 'submit', texts.submit, doc.submit),
      number(this, 'version', texts.version, doc.version, (form, typed) => put(form, 'version', typed)),
      ...this.unknown(doc, FORM),
    ];
  }

  component(part) {
    const type = this.data.types.find((each) => each.type === part?.type);
    if (!isPart(part) || !type) return [this.head(this.texts.unknown), h('div', { 'data-prop': '' }), kept(this, '', part)];
    const known = [...COMMON, ...(type.hasValue ? OF_VALUES : []), ...Object.keys(type.shapes)];
    if (type.holds) known.push('children');
    if (type.chooses) known.push('options', 'source');
    const { texts } = this;
    return [
      this.head(type.label),
      h('div', { 'data-prop': '' }),
      this.used(),
      wording(this, 'label', texts.label, part.label),
      this.key(part, type),
      type.hasValue && type.type !== 'computed' ? this.required(part) : '',
      'compute' in type.shapes ? computeEditor(this, part) : '',
      ...(type.chooses ? choices(this, part, type) : []),
      this.visible(part),
      wording(this, 'help', texts.help, part.help, { area: true }),
      type.hasValue ? wording(this, 'placeholder', texts.placeholder, part.placeholder) : '',
      type.hasValue ? this.preset(part, type) : '',
      type.hasValue ? tick(this, 'remember', texts.remember, part.remember === true, (made, on) => put(made, 'remember', on || undefined)) : '',
      ...Object.entries(type.shapes).filter(([name]) => name !== 'compute').map(([name, shape]) => this.property(part, name, shape)),
      ...this.unknown(part, known),
    ];
  }

  key(part, type) {
    const input = h('input', { value: part.key ?? '', name: 'p-key', class: 'mono', spellcheck: false, required: type.hasValue });
    input.addEventListener('change', () => this.edit((made, doc) => {
      if (input.value) renameKey(doc, this.path, input.value);
      else delete made.key;
    }, '', true));
    return boxed('key', this.texts.key, input);
  }

  used() {
    return h('div', { 'data-used': '' });
  }

  condition(name, condition) {
    const fields = readable(this.doc, this.path, this.data);
    const change = (made, typed) => this.edit((part) => {
      if (made === undefined) delete part[name];
      else part[name] = made;
    }, typed ? `${this.path}:${name}` : '', !typed);
    return conditionEditor({ condition, fields, texts: this.texts, change });
  }

  required(part) {
    const { texts } = this;
    const mode = isPart(part.required) ? 'when' : part.required === true ? 'always' : 'never';
    const words = ['always', 'never', 'when'].map((value) => ({ value, label: texts[value] }));
    const choose = (chosen) => this.edit((made) => {
      put(made, 'required', { always: true, when: fresh({ fields: readable(this.doc, this.path, this.data) }) }[chosen]);
    }, '', true);
    return framed('required', texts.required, select(words, mode, choose, { name: 'p-required', 'aria-label': texts.required }),
      mode === 'when' ? this.condition('required', part.required) : '');
  }

  visible(part) {
    const { texts } = this;
    const mode = part.visible_if === undefined || part.visible_if === null ? 'always' : 'when';
    const words = ['always', 'when'].map((value) => ({ value, label: texts[value] }));
    const choose = (chosen) => this.edit((made) => {
      put(made, 'visible_if', chosen === 'when' ? fresh({ fields: readable(this.doc, this.path, this.data) }) : undefined);
    }, '', true);
    return framed('visible_if', texts.visible, select(words, mode, choose, { name: 'p-visible', 'aria-label': texts.visible }),
      mode === 'when' ? this.condition('visible_if', part.visible_if) : '');
  }

  preset(part, type) {
    const { texts } = this;
    const value = part.default;
    const mode = value === undefined ? '' : isPart(value) && 'context' in value ? 'context' : 'fixed';
    const words = [['', texts.noDefault], ['fixed', texts.fixed], ['context', texts.fromContext]].map(([each, label]) => ({ value: each, label }));
    const field = fieldAt(this.doc, this.path, this.data);
    const start = { boolean: true, number: 0, money: 0, choice: field.options[0]?.value ?? '' }[field.holds] ?? '';
    const choose = (chosen) => this.edit((made) => {
      if (!chosen) delete made.default;
      else made.default = chosen === 'context' ? { context: 'today' } : type.macro === 'multiselect' ? [start] : start;
    }, '', true);
    const write = (made, typed) => this.edit((changed) => { changed.default = made; }, typed ? `${this.path}:default` : '', !typed);
    return framed('default', texts.default, select(words, mode, choose, { name: 'p-default', 'aria-label': texts.default }),
      mode === 'fixed' ? valueInput({ field: Array.isArray(value) ? { holds: 'any' } : field, value, write, texts, label: texts.value }) : '',
      mode === 'context' ? this.contextMenu(value.context, (chosen) => write({ context: chosen })) : '');
  }

  contextMenu(value, write) {
    const names = [...this.data.context, ...this.data.prefill].map(({ name, label }) => ({ value: name, label }));
    return select(names, value, write, { 'aria-label': this.texts.context });
  }

  property(part, name, shape) {
    const label = this.words[name] ?? name;
    const value = part[name];
    const write = (made, given) => put(made, name, given);
    if (shape in this.data.words) return menu(this, name, label, [{ value: '', label: this.texts.unset }, ...this.data.words[shape]], value ?? '', write);
    if (['count', 'whole', 'number'].includes(shape)) return number(this, name, label, value, write);
    if (shape === 'bool') return tick(this, name, label, value === true, (made, on) => put(made, name, on || undefined));
    if (shape === 'wording') return wording(this, name, label, value);
    if (shape === 'date_bound') return this.bound(name, label, value);
    if (shape === 'days') {
      return line(this, name, label, Array.isArray(value) ? value.join(', ') : value, (made, typed) => {
        const days = typed.split(/[,，\s]+/).filter(Boolean).map(Number).filter(Number.isInteger);
        put(made, name, days.length ? days : undefined);
      }, { placeholder: '1, 3, 7' });
    }
    return line(this, name, label, value, write);
  }

  bound(name, label, value) {
    const { texts } = this;
    const mode = value === undefined ? '' : isPart(value) ? 'context' : 'fixed';
    const words = [['', texts.unset], ['fixed', texts.fixed], ['context', texts.fromContext]].map(([each, word]) => ({ value: each, label: word }));
    const starts = { context: { context: 'today' }, fixed: this.data.today };
    const choose = (chosen) => this.edit((made) => put(made, name, starts[chosen]), '', true);
    const write = (made, typed) => this.edit((changed) => { changed[name] = made; }, typed ? `${this.path}:${name}` : '', !typed);
    const dated = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? 'date' : 'text';
    return framed(name, label, select(words, mode, choose, { 'aria-label': label }),
      mode === 'fixed' ? valueInput({ field: { holds: dated, options: [] }, value, write, texts, label: texts.value }) : '',
      mode === 'context' ? this.contextMenu(value.context, (chosen) => write({ context: chosen })) : '');
  }

  // What the builder has no input for is shown, and goes only when somebody takes it out.
  unknown(part, known) {
    return Object.keys(part).filter((name) => !known.includes(name)).map((name) => h('div', { class: 'field', 'data-prop': name },
      h('span', { class: 'label mono', textContent: name }), kept(this, name, part[name]),
      h('div', {}, h('button', { type: 'button', class: 'button button-small', textContent: this.texts.remove, onclick: () => this.edit((made) => { delete made[name]; }, '', true) }))));
  }

  // The findings of the chosen component stand at the property that they name, the others at its head.
  mark() {
    for (const old of this.box.querySelectorAll('.property-error')) old.remove();
    for (const old of this.box.querySelectorAll('.field-error')) old.classList.remove('field-error');
    for (const { owner, rest, text } of this.findings) {
      if (owner !== this.path) continue;
      const names = rest.split('.');
      let place = null;
      for (let end = names.length; end >= 0 && !place; end -= 1) {
        place = this.box.querySelector(`[data-prop="${CSS.escape(names.slice(0, end).join('.'))}"]`);
      }
      place?.classList.add('field-error');
      place?.append(h('p', { class: 'error property-error', textContent: text }));
    }
    this.box.querySelector('[data-used]')?.replaceChildren(...this.usedIn());
  }

  usedIn() {
    const found = this.uses[this.fieldName()];
    if (!found) return [];
    return [h('details', { class: 'used' }, h('summary', { textContent: `${this.texts.usedIn} · ${found.length}` }),
      h('ul', { class: 'small' }, found.map((use) => h('li', { textContent: use }))))];
  }

  // As the server names a field: a section opens no level, a list does.
  fieldName() {
    const names = this.path.split('.');
    const keys = [];
    for (let end = 2; end <= names.length; end += 2) {
      const part = at(this.doc, names.slice(0, end).join('.'));
      if (part?.type !== 'section') keys.push(part?.key);
    }
    return keys.join('.');
  }
}
