// The test table of a decision: rows of inputs with what should come out. What comes out, and by which rules, the server
// says. The rows are a file of the draft, saved by itself.
import { DraftFile } from '../studio/draft.js';
import { problemNotice } from '../studio/notice.js';
import { send } from '../studio/send.js';
import { make, parsed, shown } from './cells.js';

const QUIET_MS = 600;

export class TestTable {
  // read: gives the decision file as it stands. isFixed: rows can only be looked at.
  constructor({ root, data, read, isFixed }) {
    Object.assign(this, { root, data, read, isFixed, texts: data.texts, kept: new Map(), turn: 0 });
    this.add = root.querySelector('[data-add]');
    this.add.hidden = isFixed;
    this.add.addEventListener('click', () => this.insert(this.tests.rows.length));
    root.addEventListener('keydown', (event) => this.press(event));
  }

  get isDirty() {
    return [...this.kept.values()].some(({ isDirty }) => isDirty);
  }

  // Show the tests of another decision; null: the diagram stands above, which has none.
  show(id, name) {
    this.root.hidden = !id;
    if (!id || this.id === id) return;
    this.id = id;
    this.root.querySelector('[data-decision]').textContent = name;
    this.answer = null;
    this.tests = this.kept.get(id) ?? this.open(id);
    this.draw();
    this.run();
  }

  open(id) {
    const known = this.data.tests[id] ?? { xml: '', revision: 0, problem: '' };
    const tests = { rows: [], at: new Date().toISOString(), isDirty: false, problem: known.problem, text: known.xml, page: known.page };
    if (known.xml && !known.problem) {
      const { at, rows } = JSON.parse(known.xml);
      Object.assign(tests, { rows, at: at ?? tests.at });
    }
    const { copyUrl, draftRevision, texts, testsUrl } = this.data;
    const name = `decision_tests/${id}.json`;
    const saveUrl = testsUrl.replace('DECISION', encodeURIComponent(id));
    tests.file = new DraftFile({
      data: { texts, copyUrl, draftRevision, name, saveUrl, xml: known.xml, revision: known.revision },
      root: this.root,
      read: () => JSON.stringify({ at: tests.at, rows: tests.rows }, null, 1),
      status: (sentence) => this.say(sentence),
      changed: () => { tests.isDirty = false; location.reload(); },
    });
    this.kept.set(id, tests);
    return tests;
  }

  // A file that cannot be read stays as it is until somebody says otherwise.
  unreadable(tests) {
    const { texts } = this;
    const row = make('div', { className: 'row' }, make('a', { className: 'button', href: tests.page, textContent: texts.mendAsText }));
    if (!this.isFixed) row.append(this.anew(tests));
    return [problemNotice(texts.unreadable, [tests.problem]), make('pre', { className: 'pre mono small unreadable-text', tabIndex: 0, textContent: tests.text }), row];
  }

  anew(tests) {
    const button = make('button', { type: 'button', className: 'button', textContent: this.texts.beginAnew });
    button.addEventListener('click', () => {
      tests.problem = '';
      this.insert(0);
      this.run();
    });
    return button;
  }

  say(sentence) {
    this.root.querySelector('[data-tests-status]').textContent = sentence;
  }

  // Something was typed here: keep it, and see what comes out now.
  changed() {
    const { tests } = this;
    tests.isDirty = true;
    this.say(this.texts.unsaved);
    clearTimeout(tests.timer);
    tests.timer = setTimeout(() => this.save(tests), QUIET_MS);
    this.later();
  }

  async save(tests) {
    tests.isDirty = false;
    const done = await tests.file.save();
    tests.isDirty ||= !done;
    if (!tests.isDirty) this.say(this.texts.saved);
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), QUIET_MS);
  }

  async run() {
    if (!this.id || this.tests.problem) return;
    const turn = ++this.turn;
    const { at, rows } = this.tests;
    const answer = await send(this.data.runUrl, { decision: this.id, content: await this.read(), tests: { at, rows } });
    if (turn !== this.turn) return;
    const problem = answer.ok ? answer.body.problem : answer.body.detail ?? this.texts.failed;
    const notice = this.root.querySelector('[data-tests-problem]');
    notice.textContent = problem ?? '';
    notice.hidden = !problem;
    if (problem) return;
    const before = JSON.stringify([this.answer?.inputs, this.answer?.outputs]);
    this.answer = answer.body;
    if (before !== JSON.stringify([answer.body.inputs, answer.body.outputs])) this.draw();
    this.report();
  }

  insert(index) {
    this.tests.rows.splice(index, 0, { inputs: {} });
    this.draw();
    this.focus(index);
    this.changed();
  }

  remove(index) {
    this.tests.rows.splice(index, 1);
    this.draw();
    this.focus(Math.min(index, this.tests.rows.length - 1));
    this.changed();
  }

  focus(index) {
    const row = this.root.querySelectorAll('tbody tr')[index];
    (row?.querySelector('input, select') ?? this.add).focus();
  }

  // Enter adds a row below, Ctrl+Delete takes the row away; from the arrows one moves up and down.
  press(event) {
    const row = event.target.closest?.('tbody tr');
    if (!row || this.isFixed || event.target.matches('button')) return;
    const index = [...row.parentElement.children].indexOf(row);
    if (event.key === 'Enter') this.insert(index + 1);
    else if (event.key === 'Delete' && (event.ctrlKey || event.metaKey)) this.remove(index);
    else return;
    event.preventDefault();
  }

  draw() {
    const { answer, tests, texts } = this;
    const table = this.root.querySelector('table');
    const empty = this.root.querySelector('[data-empty]');
    empty.hidden = Boolean(tests.rows.length || tests.problem);
    table.hidden = !tests.rows.length || !answer;
    this.add.hidden = this.isFixed || Boolean(tests.problem);
    this.root.querySelector('[data-unreadable]').replaceChildren(...(tests.problem ? this.unreadable(tests) : []));
    if (!answer) return;
    const head = make('thead', {}, make('tr', {},
      make('th', { textContent: '#' }),
      ...answer.inputs.map(({ label, name }) => make('th', { textContent: label, title: name })),
      ...answer.outputs.map(({ label }) => make('th', { className: 'expected' },
        make('span', { className: 'tiny muted', textContent: texts.should }), make('br'), label)),
      make('th', { textContent: texts.comesOut }), make('th', { textContent: texts.rules }), make('th')));
    table.replaceChildren(head, make('tbody', {}, ...tests.rows.map((row, index) => this.row(row, index))));
    this.report();
  }

  row(row, index) {
    const { answer, texts } = this;
    const name = texts.row.replace('{n}', index + 1);
    const remove = make('button', { type: 'button', className: 'button button-quiet button-small', textContent: '×' });
    remove.setAttribute('aria-label', texts.removeRow.replace('{n}', index + 1));
    remove.addEventListener('click', () => this.remove(index));
    const inputs = answer.inputs.map((column) => this.cell(column, `${name}, ${column.label}`, row.inputs[column.name],
      (value) => put(row.inputs, column.name, value)));
    const outputs = answer.outputs.map((column) => this.cell(column, `${name}, ${texts.should}: ${column.label}`,
      column.name ? row.expected?.[column.name] : row.expected, (value) => expect(row, column.name, value)));
    return make('tr', {}, make('td', { className: 'num', textContent: index + 1 }), ...inputs, ...outputs,
      make('td', { className: 'outcome' }), make('td', { className: 'num rules' }), make('td', {}, ...(this.isFixed ? [] : [remove])));
  }

  cell(column, label, value, write) {
    if (this.isFixed) return make('td', { textContent: shown(column.type, value) });
    const isChoice = column.type === 'boolean';
    const input = isChoice ? choice(this.texts) : make('input', { type: column.type === 'date' ? 'date' : 'text' });
    input.className = 'input';
    input.value = shown(column.type, value);
    input.setAttribute('aria-label', label);
    if (column.type === 'number') input.inputMode = 'decimal';
    if (column.type === 'datetime') input.placeholder = this.texts.moment;
    if (['any', 'list', 'context'].includes(column.type)) input.placeholder = this.texts.anything;
    input.addEventListener('input', () => {
      write(parsed(column.type, input.value));
      this.changed();
    });
    return make('td', {}, input);
  }

  // Say what came out, in place: what is being typed keeps its focus.
  report() {
    const { answer, tests, texts } = this;
    const rows = answer?.rows ?? [];
    const said = rows.filter(({ state }) => state !== 'open');
    const passing = said.filter(({ state }) => state === 'passes').length;
    const sum = this.root.querySelector('[data-sum]');
    sum.hidden = !said.length;
    sum.className = `badge badge-${passing === said.length ? 'success' : 'danger'}`;
    sum.textContent = (passing === said.length ? texts.allPass : texts.somePass)
      .replace('{n}', passing).replace('{total}', said.length);
    this.root.querySelectorAll('tbody tr').forEach((line, index) => {
      const found = rows[index];
      if (!found) return;
      line.dataset.state = found.state;
      const looks = { passes: 'badge-success', fails: 'badge-danger', open: '' };
      const badge = make('span', { className: `badge ${looks[found.state]}`, textContent: texts[found.state] });
      const value = found.problem || written(found.value, texts);
      const parts = [badge, make('span', { textContent: value })];
      if (found.state !== 'passes' && found.value !== null && !this.isFixed) parts.push(this.take(tests.rows[index], found.value));
      line.querySelector('.outcome').replaceChildren(make('div', { className: 'row' }, ...parts));
      line.querySelector('.rules').textContent = found.rules.join('; ') || '–';
    });
  }

  take(row, value) {
    const button = make('button', { type: 'button', className: 'button button-small', textContent: this.texts.take });
    button.addEventListener('click', () => {
      row.expected = value;
      this.draw();
      this.changed();
    });
    return button;
  }
}

function choice(texts) {
  const options = [['', '–'], ['true', texts.yes], ['false', texts.no]];
  return make('select', {}, ...options.map(([value, textContent]) => make('option', { value, textContent })));
}

function put(values, name, value) {
  if (value === undefined) delete values[name];
  else values[name] = value;
}

function expect(row, name, value) {
  if (!name) return put(row, 'expected', value);
  row.expected = { ...row.expected };
  put(row.expected, name, value);
  if (!Object.keys(row.expected).length) delete row.expected;
}

function written(value, texts) {
  if (value === null) return texts.nothing;
  if (typeof value !== 'object' || Array.isArray(value)) return shown('any', value);
  return Object.entries(value).map(([name, inner]) => `${name} = ${shown('any', inner)}`).join('; ');
}
