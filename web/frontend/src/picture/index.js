// Pictures of the studio: what scenarios touch, where a recording stands, what two versions differ in.
import { openViewer } from '../diagram/viewer.js';

const READABLE = 0.6;
const SIGNS = { added: '+', removed: '−', changed: '~' };

export async function drawPicture(box, { xml, done = [], open = [], failed = [] }) {
  const viewer = await openViewer(box, xml);
  const elements = viewer.get('elementRegistry');
  const canvas = viewer.get('canvas');
  for (const [ids, marker] of [[done, 'is-done'], [open, 'is-open'], [failed, 'is-incident']]) {
    for (const id of ids) {
      const element = elements.get(id);
      // A sub-process is marked by the steps in it.
      if (element && (element.waypoints || !element.children?.length)) canvas.addMarker(id, marker);
    }
  }
  canvas.zoom('fit-viewport', 'auto');
  const shown = elements.get(open[0] ?? failed[0]);
  if (canvas.zoom() < READABLE && shown) centre(canvas, shown);
  box.viewer = viewer; // for browser tests
}

export async function drawComparison(root, { before, after, changes }) {
  const sides = { before: root.querySelector('[data-before]'), after: root.querySelector('[data-after]') };
  const viewers = {};
  for (const [name, xml] of [['before', before], ['after', after]]) {
    if (xml) viewers[name] = await openViewer(sides[name], xml);
  }
  for (const [name, viewer] of Object.entries(viewers)) paint(viewer, changes, name);
  follow(viewers);
  document.querySelector('[data-whole]')?.addEventListener('click', () => {
    for (const viewer of Object.values(viewers)) viewer.get('canvas').zoom('fit-viewport', 'auto');
  });
  document.addEventListener('click', ({ target }) => {
    const id = target.closest?.('[data-jump]')?.dataset.jump;
    if (id) jump(viewers, id, target);
  });
  root.dataset.ready = 'yes';
}

// Colour and sign: what is gone stands on the old picture, what is new on the new one, what changed on both.
function paint(viewer, changes, side) {
  const elements = viewer.get('elementRegistry');
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  for (const { id, kind } of changes) {
    const element = elements.get(id);
    if (!element || element === canvas.getRootElement()) continue;
    if ((kind === 'added' && side === 'before') || (kind === 'removed' && side === 'after')) continue;
    canvas.addMarker(element, `diff-${kind}`);
    const sign = document.createElement('span');
    sign.className = `diff-sign diff-sign-${kind}`;
    sign.textContent = SIGNS[kind];
    overlays.add(element, 'diff', { position: element.waypoints ? middle(element) : { top: -11, right: 11 }, html: sign });
  }
  fit(viewer, changes);
}

// Small type cannot be read: a large picture opens at its first change, the whole of it is one button away.
function fit(viewer, changes) {
  const canvas = viewer.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  const elements = viewer.get('elementRegistry');
  const first = changes.map(({ id }) => elements.get(id)).find((each) => each && each !== canvas.getRootElement());
  if (canvas.zoom() < READABLE && first) centre(canvas, first);
}

// Overlays of a line are placed from the corner of its box.
function middle({ waypoints }) {
  const xs = waypoints.map(({ x }) => x);
  const ys = waypoints.map(({ y }) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [one, two] = [waypoints[0], waypoints[1]];
  return { left: (one.x + two.x) / 2 - left - 9, top: (one.y + two.y) / 2 - top - 9 };
}

// Moving one picture moves the other.
function follow(viewers) {
  let leading = null;
  for (const [name, viewer] of Object.entries(viewers)) {
    const other = viewers[name === 'before' ? 'after' : 'before'];
    if (!other) continue;
    viewer.on('canvas.viewbox.changed', ({ viewbox }) => {
      if (leading && leading !== viewer) return;
      leading = viewer;
      const { x, y, width, height } = viewbox;
      other.get('canvas').viewbox({ x, y, width, height });
      leading = null;
    });
  }
}

function jump(viewers, id, button) {
  for (const viewer of Object.values(viewers)) {
    const shown = viewer.get('elementRegistry').get(id);
    if (!shown) continue;
    centre(viewer.get('canvas'), shown);
    viewer.get('canvas').getContainer().scrollIntoView({ block: 'nearest' });
    viewer.get('selection')?.select(shown);
  }
  for (const each of document.querySelectorAll('[data-jump][aria-current]')) each.removeAttribute('aria-current');
  button.setAttribute('aria-current', 'true');
}

function centre(canvas, shape) {
  canvas.zoom(0.8);
  const points = shape.waypoints;
  const x = points ? (points[0].x + points.at(-1).x) / 2 : shape.x + shape.width / 2;
  const y = points ? (points[0].y + points.at(-1).y) / 2 : shape.y + shape.height / 2;
  const view = canvas.viewbox();
  canvas.viewbox({ x: x - view.width / 2, y: y - view.height / 2, width: view.width, height: view.height });
}

// Photos and signatures cannot be made in a recording: its owner may go on without the form's rules.
export function watchUnchecked(root) {
  root.addEventListener('click', ({ target }) => {
    const button = target.closest?.('[data-unchecked]');
    if (!button) return;
    const form = root.getElementById(button.dataset.unchecked);
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'unchecked', value: 'yes' }));
    form.submit();
  });
}
