// The editor: open a version or a draft, edit, check, publish. The first change begins a draft, which is saved by itself
// from then on. A save that would lose anything is refused.
import Modeler from 'bpmn-js/lib/Modeler';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from 'bpmn-js-properties-panel';
import { spiffworkflow } from '../diagram/moddle.js';
import { DraftFile } from './draft.js';
import { showFindings } from './findings.js';
import { losses } from './losses.js';
import { problemNotice } from './notice.js';
import { Settings } from './properties.js';
import { providerModule } from './provider.js';
import { send } from './send.js';
import { translateModule } from './translate.js';
import { typesModule } from './types.js';

const PALETTE_WIDTH = 130;
const MARGIN = 20;
const READABLE = 0.75;
const QUIET_MS = 1500;

const fill = (text, n) => text.replace('{n}', n);

export async function openStudio(root, data) {
  const part = (name) => root.querySelector(`[data-${name}]`);
  const { texts } = data;
  const modeler = new Modeler({
    container: part('canvas'),
    propertiesPanel: { parent: part('panel') },
    moddleExtensions: { spiffworkflow },
    additionalModules: [
      BpmnPropertiesPanelModule,
      BpmnPropertiesProviderModule,
      { fieldflowSettings: ['type', Settings] },
      providerModule(data),
      translateModule(data.locale),
      typesModule,
    ],
  });
  root.modeler = modeler; // for browser tests and the console
  const studio = { root, data, texts, modeler, part, lost: [], isDirty: false };
  if (!(await load(studio))) return;
  studio.file = new DraftFile({
    data, root, read: async () => (await modeler.saveXML({ format: true })).xml, status: (sentence) => status(studio, sentence),
  });
  watch(studio);
  part('check').addEventListener('click', () => check(studio));
  part('publish-form')?.addEventListener('submit', (event) => {
    if (event.submitter?.value === 'publish') publish(studio);
  });
}

async function load(studio) {
  const { data, modeler, texts } = studio;
  try {
    const { warnings } = await modeler.importXML(data.xml);
    studio.lost = warnings.map(({ message }) => message);
    const { xml } = await modeler.saveXML({ format: true });
    studio.lost.push(...losses(data.xml, xml));
  } catch (error) {
    problem(studio, texts.broken, [error.message]);
    return false;
  }
  fit(modeler, READABLE);
  if (studio.lost.length) problem(studio, texts.lossy, studio.lost);
  studio.root.dataset.ready = 'yes';
  return true;
}

// The palette lies over the canvas: the picture begins beside it. Small type cannot be read, so that a large process
// opens at its beginning; the whole of it is one button away.
function fit(modeler, least) {
  const canvas = modeler.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  const { inner, outer } = canvas.viewbox();
  const whole = Math.min((outer.width - PALETTE_WIDTH - MARGIN) / inner.width, outer.height / inner.height, 1);
  const scale = Math.max(whole, least);
  const [width, height] = [outer.width / scale, outer.height / scale];
  const beside = (PALETTE_WIDTH + MARGIN) / scale;
  const start = modeler.get('elementRegistry').find(({ type, businessObject }) =>
    type === 'bpmn:StartEvent' && businessObject.$parent.$type === 'bpmn:Process');
  // A foreign diagram may begin anywhere: its whole picture begins at its edge all the same.
  const far = least && start && start.x - inner.x > width / 2;
  const middle = start && inner.height > height ? start.y + start.height / 2 : inner.y + inner.height / 2;
  canvas.zoom(scale);
  canvas.viewbox({ x: (far ? start.x : inner.x) - beside, y: middle - height / 2, width, height });
}

function watch(studio) {
  const { modeler, part, root, texts } = studio;
  const stack = modeler.get('commandStack');
  modeler.on('commandStack.changed', () => {
    studio.isDirty = true;
    status(studio, texts.unsaved);
    clearTimeout(studio.timer);
    if (!studio.lost.length && !studio.data.readOnly) studio.timer = setTimeout(() => save(studio), QUIET_MS);
    for (const [name, can] of [['undo', stack.canUndo()], ['redo', stack.canRedo()]]) {
      if (part(name)) part(name).disabled = !can;
    }
  });
  part('fit').addEventListener('click', () => fit(modeler, 0));
  part('undo')?.addEventListener('click', () => stack.undo());
  part('redo')?.addEventListener('click', () => stack.redo());
  addEventListener('beforeunload', (event) => {
    if (studio.isDirty) event.preventDefault();
  });
  if (studio.data.readOnly) root.classList.add('is-read-only');
}

async function save(studio) {
  clearTimeout(studio.timer);
  studio.isDirty = false;
  const done = await studio.file.save();
  // What was changed while it was on its way is not saved yet: its own timer runs.
  if (done && !studio.isDirty) status(studio, studio.texts.saved);
  studio.isDirty ||= !done;
  return done;
}

async function check(studio) {
  const { data, modeler, texts } = studio;
  status(studio, texts.checking);
  const { xml } = await modeler.saveXML({ format: true });
  const answer = await send(data.checkUrl, { xml, name: data.name, content: xml });
  if (!answer.ok) return status(studio, answer.body.detail ?? texts.failed);
  return report(studio, answer.body.findings, fill(texts.findings, answer.body.findings.length));
}

async function publish(studio) {
  const { data, root, texts } = studio;
  if (studio.lost.length) return problem(studio, texts.lossy, studio.lost);
  status(studio, texts.publishing);
  if (!(await save(studio))) return undefined;
  const note = root.querySelector('[name=note]').value;
  const answer = await send(data.publishUrl, { note, revision: data.draftRevision });
  if (!answer.ok) {
    if (answer.body.findings) report(studio, answer.body.findings, texts.refused);
    return problem(studio, answer.body.detail ?? texts.failed, [], Boolean(answer.body.findings?.length));
  }
  studio.isDirty = false;
  status(studio, fill(texts.published, answer.body.version));
  location.assign(answer.body.url);
  return undefined;
}

function report(studio, findings, sentence) {
  showFindings({ box: studio.part('findings'), modeler: studio.modeler, findings, texts: studio.texts });
  status(studio, findings.length ? sentence : studio.texts.noFindings);
}

function problem(studio, sentence, lines, keep = false) {
  const notice = problemNotice(sentence, lines);
  const box = studio.part('findings');
  if (keep) box.prepend(notice);
  else box.replaceChildren(notice);
  status(studio, studio.texts.refused);
}

function status(studio, sentence) {
  studio.part('status').textContent = sentence;
}
