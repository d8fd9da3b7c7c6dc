// The editor of a decision file: tables, their diagram, literal expressions. Each change is saved in the draft by itself
// and checked by the server, whose findings stand on cells, rows and columns. A save that would lose anything is refused.
import Modeler from 'dmn-js/lib/Modeler';
import Viewer from 'dmn-js/lib/NavigatedViewer';
import { DraftFile } from '../studio/draft.js';
import { losses } from '../studio/losses.js';
import { problemNotice } from '../studio/notice.js';
import { send } from '../studio/send.js';
import { translateModule } from '../studio/translate.js';
import { Balloon } from './balloon.js';
import { showBoxed } from './boxed.js';
import { showFindings } from './findings.js';
import { nameOfDecision } from './places.js';
import { returningModule } from './returning.js';
import { TestTable } from './tests.js';
import { TYPING } from './typing.js';
import { ZH } from './words.js';

const QUIET_MS = 1500;
const OVERLAID = { x: 100, y: 130 };
const VIEWS = ['drd', 'decisionTable', 'literalExpression', 'boxedExpression'];

export async function openDecisions(root, data) {
  const part = (name) => root.querySelector(`[data-${name}]`);
  const { texts } = data;
  const isNarrow = !matchMedia('(min-width: 900px)').matches;
  const isFixed = data.readOnly || isNarrow;
  const modules = (name) => [translateModule(data.locale, ZH), ...(!isFixed && name in TYPING ? [TYPING[name]] : [])];
  const views = VIEWS.map((name) => [name, { additionalModules: modules(name) }]);
  const options = { container: part('canvas'), ...Object.fromEntries(views) };
  if (!isFixed) options.decisionTable.additionalModules.push(returningModule);
  const modeler = isFixed ? new Viewer(options) : new Modeler(options);
  root.modeler = modeler; // for browser tests and the console
  const editor = { root, data, texts, modeler, part, isDirty: false, findings: [] };
  if (isNarrow && !data.readOnly) part('narrow').hidden = false;
  if (isFixed) root.classList.add('is-read-only');
  if (data.refused.length) return refuse(editor, texts.later, data.refused);
  modeler.on('views.changed', () => showViews(editor));
  modeler.on('import.render.complete', ({ view }) => {
    nameRows(part('canvas'));
    if (view?.type === 'drd') clear(modeler.getActiveViewer().get('canvas'));
  });
  modeler.on('viewer.created', ({ viewer }) => {
    viewer.on('commandStack.changed', ({ trigger }) => changed(editor, viewer, trigger));
  });
  if (!(await load(editor))) return;
  nameRows(part('canvas'));
  editor.tests = new TestTable({ root: part('tests'), data, read: () => read(editor), isFixed: modeler instanceof Viewer });
  editor.balloon = new Balloon(part('canvas'));
  showViews(editor);
  part('check').addEventListener('click', () => check(editor));
  for (const name of ['undo', 'redo']) {
    part(name)?.addEventListener('click', () => modeler.getActiveViewer().get('commandStack')[name]());
  }
  addEventListener('keydown', (event) => press(event, part));
  addEventListener('beforeunload', (event) => {
    if (editor.isDirty || editor.tests.isDirty) event.preventDefault();
  });
  root.dataset.ready = 'yes';
  check(editor);
}

// The palette and the name of the file lie over the canvas: the picture begins beside and below them.
function clear(canvas) {
  const { inner, outer, scale } = canvas.viewbox();
  const { x, y } = OVERLAID;
  canvas.viewbox({ width: outer.width / scale, height: outer.height / scale, x: inner.x - x / scale, y: inner.y - y / scale });
}

// The heading above the rows' numbers is empty in dmn-js, which tells a screen reader nothing.
function nameRows(canvas) {
  for (const heading of canvas.querySelectorAll('th.index-column:empty')) heading.append('#');
}

async function read({ modeler }) {
  return (await modeler.saveXML({ format: true })).xml;
}

async function load(editor) {
  const { data, modeler, root, texts } = editor;
  try {
    const { warnings } = await modeler.importXML(data.xml);
    const first = modeler.getViews().find(({ type }) => type !== 'drd');
    if (first && modeler.getViews().filter(({ type }) => type !== 'drd').length === 1) await modeler.open(first);
    const xml = await read(editor);
    const lost = [...warnings.map(({ message }) => message), ...losses(data.xml, xml)];
    if (lost.length) return refuse(editor, texts.lossy, lost);
    const status = (sentence) => { editor.part('status').textContent = sentence; };
    editor.file = new DraftFile({ data, root, read: () => read(editor), status, changed: () => leave(editor) });
    editor.file.saved = xml;
    return true;
  } catch (error) {
    return refuse(editor, texts.broken, [error.message]);
  }
}

function refuse({ part, root }, sentence, lines) {
  part('findings').replaceChildren(problemNotice(sentence, lines));
  root.classList.add('is-refused');
  return false;
}

// What is typed is a draft of its own from now on: the page of that.
function leave(editor) {
  editor.isDirty = false;
  location.reload();
}

function changed(editor, viewer, trigger) {
  const stack = viewer.get('commandStack');
  for (const [name, can] of [['undo', stack.canUndo()], ['redo', stack.canRedo()]]) {
    if (editor.part(name)) editor.part(name).disabled = !can;
  }
  if (trigger === 'clear' || !editor.file) return;
  editor.isDirty = true;
  editor.part('status').textContent = editor.texts.unsaved;
  clearTimeout(editor.timer);
  editor.timer = setTimeout(() => save(editor), QUIET_MS);
  showBoxed(editor.modeler, editor.part('boxed'), editor.texts);
  editor.tests?.later();
}

// dmn-js hears keys only while the focus is in it; a cell that is taken back takes the focus along.
function press(event, part) {
  if (!(event.ctrlKey || event.metaKey) || event.target.closest?.('input, select, textarea, [contenteditable]')) return;
  const key = event.key.toLowerCase();
  const name = key === 'y' || (key === 'z' && event.shiftKey) ? 'redo' : key === 'z' ? 'undo' : null;
  if (!name || !part(name)) return;
  event.preventDefault();
  part(name).click();
}

async function save(editor) {
  clearTimeout(editor.timer);
  editor.isDirty = false;
  const done = await editor.file.save();
  if (!done) editor.isDirty = true;
  // What was changed while it was on its way is not saved yet: its own timer runs.
  else if (!editor.isDirty) await check(editor, editor.texts.saved);
}

async function check(editor, before = '') {
  const { data, part, texts } = editor;
  const status = (...sentences) => { part('status').textContent = sentences.filter(Boolean).join(' '); };
  if (!before) status(texts.checking);
  const answer = await send(data.checkUrl, { name: data.name, content: await read(editor) });
  if (editor.isDirty) return;
  if (!answer.ok) return status(answer.body.detail ?? texts.failed);
  editor.findings = answer.body.findings;
  showFindings(editor);
  const number = editor.findings.length;
  status(before, number ? texts.findings.replace('{n}', number) : texts.noFindings);
}

function showViews(editor) {
  const { modeler, part, texts, tests } = editor;
  const active = modeler.getActiveView();
  part('views').replaceChildren(...modeler.getViews().map((view) => {
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', className: 'button button-small' });
    button.textContent = view.type === 'drd' ? texts.diagram : nameOfDecision(view, texts);
    button.setAttribute('aria-pressed', String(view.element === active?.element));
    button.addEventListener('click', () => modeler.open(view));
    return button;
  }));
  showBoxed(modeler, part('boxed'), texts);
  const decision = active?.element.$type === 'dmn:Decision' ? active.element : null;
  tests?.show(decision?.id ?? null, decision ? nameOfDecision(decision, texts) : '');
}
