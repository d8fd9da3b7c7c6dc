// The form's components as a tree: chosen by click and arrows, moved by dragging and by Alt with arrows.
import { h } from './dom.js';
import { at, copied, insert, isPart, move, remove, split, walk } from './document.js';

export class Outline {
  constructor({ box, tools, data, history, changed, chosen, status }) {
    Object.assign(this, { box, tools, data, history, changed, chosen, status, findings: [] });
    this.types = new Map(data.types.map((type) => [type.type, type]));
    this.list = h('ul', { class: 'outline', role: 'tree', 'aria-label': data.builder.form, onkeydown: (event) => this.key(event) });
    box.append(this.list);
    this.buttons = {};
    if (!data.readOnly) for (const act of ['up', 'down', 'out', 'in', 'duplicate', 'remove']) this.addTool(act);
    this.draw();
  }

  addTool(act) {
    const label = this.data.builder[act];
    this.buttons[act] = h('button', { type: 'button', class: 'button button-small', 'data-act': act, textContent: label, onclick: () => this.act(act) });
    this.tools.append(this.buttons[act]);
  }

  draw({ focus = false } = {}) {
    const { history, data } = this;
    const rows = [this.row({ path: '', level: 1, part: { label: history.doc.title, type: 'form' } }, data.builder.form)];
    for (const each of walk(history.doc.components)) {
      rows.push(this.row({ ...each, level: each.level + 1 }, this.types.get(each.part?.type)?.label ?? String(each.part?.type)));
    }
    this.list.replaceChildren(...rows);
    for (const [act, button] of Object.entries(this.buttons)) button.disabled = !this.plan(act);
    const current = this.list.querySelector('[aria-selected="true"]');
    current?.scrollIntoView({ block: 'nearest' });
    if (focus) current?.focus();
  }

  row({ path, level, part }, type) {
    const chosen = path === this.history.selected;
    const mistakes = this.findings.filter((each) => each.owner === path).length;
    const row = h('li', {
      class: 'outline-row', role: 'treeitem', tabIndex: chosen ? 0 : -1, draggable: Boolean(path) && !this.data.readOnly,
      'aria-level': level, 'aria-selected': chosen, 'data-path': path, onclick: () => this.choose(path, true),
    }, h('span', { class: 'grow outline-name', textContent: this.name(part) }),
    mistakes ? h('span', { class: 'badge badge-danger', textContent: '!', 'aria-label': this.data.builder.mistakes.replace('{n}', mistakes) }) : '',
    h('span', { class: 'tiny muted', textContent: type }));
    row.style.setProperty('--level', level - 1);
    if (row.draggable) row.addEventListener('dragstart', (event) => this.dragged(event, path));
    row.addEventListener('dragover', (event) => this.over(event, row, path));
    row.addEventListener('dragleave', () => row.removeAttribute('data-drop'));
    row.addEventListener('drop', (event) => this.drop(event, row, path));
    return row;
  }

  name(part) {
    const { locale } = this.data;
    const label = isPart(part?.label) ? part.label[locale] || part.label.zh || part.label.en : '';
    return String(label || part?.key || '–');
  }

  choose(path, focus) {
    this.history.choose(path);
    this.draw({ focus });
    this.chosen();
  }

  holds(path) {
    return path === '' || Array.isArray(at(this.history.doc, path)?.children);
  }

  // What an act would do: [list, index] to move to, or true; nothing where it cannot be done.
  plan(act) {
    const path = this.history.selected;
    if (!path) return null;
    const [list, index] = split(path);
    const count = at(this.history.doc, list)?.length ?? 0;
    const holder = list.replace(/\.?(children|components)$/, '');
    switch (act) {
      case 'up': return index > 0 ? [list, index - 1] : null;
      case 'down': return index < count - 1 ? [list, index + 2] : null;
      case 'out': return holder ? [split(holder)[0], split(holder)[1] + 1] : null;
      case 'in': {
        const before = `${list}.${index - 1}`;
        return index > 0 && this.holds(before) ? [`${before}.children`, at(this.history.doc, before).children.length] : null;
      }
      default: return true;
    }
  }

  act(act) {
    const plan = this.plan(act);
    const path = this.history.selected;
    if (!plan || this.data.readOnly) return;
    if (act === 'remove') {
      const name = this.name(at(this.history.doc, path));
      this.edit((doc) => {
        remove(doc, path);
        return this.neighbour(doc, path);
      });
      this.status(this.data.builder.removed.replace('{name}', name));
    } else if (act === 'duplicate') {
      const [list, index] = split(path);
      this.edit((doc) => insert(doc, list, index + 1, copied(doc, path)));
    } else {
      this.edit((doc) => move(doc, path, ...plan) ?? path);
    }
  }

  neighbour(doc, path) {
    const [list, index] = split(path);
    const parts = at(doc, list);
    if (parts.length) return `${list}.${Math.min(index, parts.length - 1)}`;
    return list.replace(/\.?(children|components)$/, '');
  }

  edit(change) {
    if (!this.history.edit(change)) return;
    this.draw({ focus: true });
    this.changed();
  }

  key(event) {
    const moves = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'out', ArrowRight: 'in' };
    const rows = [...this.list.children];
    const here = rows.findIndex((row) => row.dataset.path === this.history.selected);
    const go = { ArrowUp: here - 1, ArrowDown: here + 1, Home: 0, End: rows.length - 1 }[event.key];
    if (event.altKey && moves[event.key]) this.act(moves[event.key]);
    else if (event.key === 'Delete') this.act('remove');
    else if ((event.ctrlKey || event.metaKey) && event.key === 'd') this.act('duplicate');
    else if (go !== undefined && !event.altKey) {
      if (rows[go]) this.choose(rows[go].dataset.path, true);
    } else if (event.key === 'Enter') this.chosen({ open: true });
    else return;
    event.preventDefault();
  }

  dragged(event, path) {
    this.dragging = path;
    event.dataTransfer.setData('text/plain', path);
    event.dataTransfer.effectAllowed = 'move';
  }

  place(event, row, path) {
    const { top, height } = row.getBoundingClientRect();
    const share = (event.clientY - top) / height;
    const inside = this.holds(path) && (path === '' || (share > 0.3 && share < 0.7));
    if (inside) return 'inside';
    return share < 0.5 ? 'before' : 'after';
  }

  over(event, row, path) {
    if (!this.dragging || path === this.dragging || path.startsWith(`${this.dragging}.`)) return;
    event.preventDefault();
    row.dataset.drop = this.place(event, row, path);
  }

  drop(event, row, path) {
    event.preventDefault();
    row.removeAttribute('data-drop');
    const from = this.dragging;
    this.dragging = null;
    if (!from || path === from || path.startsWith(`${from}.`)) return;
    const place = this.place(event, row, path);
    const [list, index] = path ? split(path) : ['', 0];
    const inner = path ? `${path}.children` : 'components';
    const to = place === 'inside' ? [inner, path ? at(this.history.doc, inner).length : 0] : [list, index + (place === 'after' ? 1 : 0)];
    this.edit((doc) => move(doc, from, ...to) ?? from);
  }
}
