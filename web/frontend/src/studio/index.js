// The editor: open a version or a draft, edit, check, publish. The first change begins a draft, which is saved by itself
// from then on, as the server's check follows by itself. A save that would lose anything is refused.
import Modeler from 'bpmn-js/lib/Modeler';
import { $translateWith } from '@bpmn-io/properties-panel';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from 'bpmn-js-properties-panel';
import { spiffworkflow } from '../diagram/moddle.js';
import { appendModule } from './append.js';
import { coloursModule } from './colours.js';
import { DraftFile } from './draft.js';
import { Findings } from './findings.js';
import { innerLanesModule } from './inner_lanes.js';
import { nextElement, pageKeys } from './keys.js';
import { LiveCheck } from './live_check.js';
import { losses } from './losses.js';
import { menusModule } from './menus.js';
import { Minimap } from './minimap.js';
import { problemNotice } from './notice.js';
import { Settings } from './properties.js';
import { providerModule } from './provider.js';
import { freeze, readOnlyModule } from './read_only.js';
import { keepReferences } from './references.js';
import { searchModule } from './search.js';
import { send } from './send.js';
import { translateModule } from './translate.js';
import { READABLE, fit, reveal } from './view.js';
import { ZH } from './words.js';

const QUIET_MS = 1500;
const WIDE = '(min-width: 900px)';

const fill = (text, n) => text.replace('{n}', n);

export async function openStudio(root, data) {
  const part = (name) => root.querySelector(`[data-${name}]`);
  const { texts } = data;
  const isNarrow = !matchMedia(WIDE).matches;
  const isReadOnly = data.readOnly || isNarrow;
  const modeler = new Modeler({
    container: part('canvas'),
    propertiesPanel: { parent: part('panel') },
    moddleExtensions: { spiffworkflow },
    additionalModules: [
      BpmnPropertiesPanelModule,
      BpmnPropertiesProviderModule,
      { fieldflowSettings: ['type', Settings] },
      providerModule(data),
      translateModule(data.locale, ZH),
      innerLanesModule,
      menusModule(data),
      appendModule(data),
      coloursModule(data),
      searchModule(data),
      ...(isReadOnly ? [readOnlyModule] : []),
    ],
  });
  $translateWith(modeler.get('translate'));
  root.modeler = modeler; // for browser tests and the console
  modeler.on('import.parse.complete', ({ warnings }) => warnings && keepReferences(warnings));
  const studio = { root, data, texts, modeler, part, isReadOnly, lost: [], isDirty: false };
  if (isReadOnly) freeze(part('panel'));
  root.classList.toggle('is-read-only', isReadOnly);
  part('narrow').hidden = !isNarrow || data.readOnly;
  if (!(await load(studio))) return;
  studio.file = new DraftFile({ data, root, read: () => read(studio), status: (sentence) => status(studio, sentence) });
  studio.findings = new Findings({ list: part('list'), sum: part('sum'), modeler, texts });
  studio.check = new LiveCheck({
    data,
    read: () => read(studio),
    show: (findings) => show(studio, findings),
    failed: () => studio.findings.say(texts.notChecked),
    waiting: () => studio.findings.wait(),
  });
  tools(studio);
  watch(studio);
  root.dataset.ready = 'yes';
  // The picture first; what a save would lose is known before anything can be changed.
  setTimeout(() => examine(studio));
  // The panel hears of what is selected only once it was painted.
  requestAnimationFrame(() => setTimeout(() => setTimeout(() => {
    const asked = modeler.get('elementRegistry').get(decodeURIComponent(location.hash.slice(1)));
    if (asked) reveal(modeler, asked);
  })));
}

async function read({ modeler }) {
  return (await modeler.saveXML({ format: true })).xml;
}

async function load(studio) {
  const { data, modeler, texts } = studio;
  try {
    const { warnings } = await modeler.importXML(data.xml);
    studio.lost = warnings.map(({ message }) => message);
  } catch (error) {
    problem(studio, texts.broken, [error.message]);
    return false;
  }
  fit(modeler, READABLE, studio.isReadOnly);
  return true;
}

async function examine(studio) {
  studio.lost.push(...losses(studio.data.xml, await read(studio)));
  if (studio.lost.length) problem(studio, studio.texts.lossy, studio.lost);
  studio.root.dataset.examined = 'yes';
  studio.check.now();
}

function watch(studio) {
  const { modeler, part, texts } = studio;
  const stack = modeler.get('commandStack');
  modeler.on('commandStack.changed', () => {
    studio.isDirty = true;
    status(studio, texts.unsaved);
    clearTimeout(studio.timer);
    if (!studio.lost.length) studio.timer = setTimeout(() => save(studio), QUIET_MS);
    studio.check.soon();
    for (const [name, can] of [['undo', stack.canUndo()], ['redo', stack.canRedo()]]) {
      if (part(name)) part(name).disabled = !can;
    }
  });
  addEventListener('beforeunload', (event) => {
    if (studio.isDirty) event.preventDefault();
  });
  // Another file of the draft may have been mended in another window.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) studio.check.now({ again: true });
  });
  part('check').addEventListener('click', () => check(studio));
  part('publish-form')?.addEventListener('submit', (event) => {
    if (event.submitter?.value === 'publish') publish(studio);
  });
}

function tools(studio) {
  const { modeler, part, texts } = studio;
  const stack = modeler.get('commandStack');
  studio.minimap = new Minimap({
    modeler, label: texts.minimap, toggled: (isOpen) => part('minimap').setAttribute('aria-pressed', isOpen),
  });
  const act = {
    find: () => modeler.get('searchPad').toggle(),
    fit: () => fit(modeler, 0, studio.isReadOnly),
    minimap: () => studio.minimap.toggle(),
    next: (step) => {
      const element = nextElement(modeler, step);
      if (!element) return;
      reveal(modeler, element);
      modeler.get('canvas').focus();
    },
    redo: () => stack.redo(),
    undo: () => stack.undo(),
  };
  for (const name of ['find', 'fit', 'minimap', 'redo', 'undo']) {
    // A click that opens the search must not reach the page, where it would close it again.
    part(name)?.addEventListener('click', (event) => {
      event.stopPropagation();
      act[name]();
    });
  }
  pageKeys(act, modeler.get('keyboard'));
}

async function save(studio) {
  clearTimeout(studio.timer);
  studio.isDirty = false;
  const done = await studio.file.save();
  // What was changed while it was on its way is not saved yet: its own timer runs.
  if (done && !studio.isDirty) {
    status(studio, studio.texts.saved);
    studio.check.now();
  }
  studio.isDirty ||= !done;
  return done;
}

async function check(studio) {
  const { texts } = studio;
  status(studio, texts.checking);
  const { detail, findings } = await studio.check.now({ again: true });
  if (!findings) return status(studio, detail ?? texts.failed);
  return status(studio, findings.length ? fill(texts.findings, findings.length) : texts.noFindings);
}

async function publish(studio) {
  const { data, part, root, texts } = studio;
  if (studio.lost.length) return problem(studio, texts.lossy, studio.lost);
  part('problem').replaceChildren();
  status(studio, texts.publishing);
  if (!(await save(studio))) return undefined;
  const note = root.querySelector('[name=note]').value;
  const withoutReview = root.querySelector('[name=without_review]:checked')?.value ?? '';
  const answer = await send(data.publishUrl, { note, revision: data.draftRevision, without_review: withoutReview });
  if (!answer.ok) {
    if (answer.body.findings) show(studio, answer.body.findings);
    return problem(studio, answer.body.detail ?? texts.failed, []);
  }
  studio.isDirty = false;
  status(studio, fill(texts.published, answer.body.version));
  location.assign(answer.body.url);
  return undefined;
}

function show(studio, findings) {
  studio.findings.show(findings);
  studio.minimap.later();
}

function problem(studio, sentence, lines) {
  studio.part('problem').replaceChildren(problemNotice(sentence, lines));
  status(studio, studio.texts.refused);
}

function status(studio, sentence) {
  studio.part('status').textContent = sentence;
}
