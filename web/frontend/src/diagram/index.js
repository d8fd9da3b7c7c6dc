// The picture of a process, drawn when its <details data-diagram-url> is opened: what ran, and where it stands.
import { openViewer } from './viewer.js';

const MIN_ZOOM = 0.5;
const READABLE_ZOOM = 0.75;
const URGENCY = ['incident', 'open', 'running', 'waiting'];

export function watchDiagrams(root) {
  for (const details of root.querySelectorAll('[data-diagram-url]')) {
    if (details.open) draw(details);
    details.addEventListener('toggle', () => details.open && draw(details));
  }
}

async function draw(details) {
  const box = details.querySelector('[data-diagram]');
  if (details.dataset.drawn || !box) return;
  details.dataset.drawn = 'yes';
  box.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(details.dataset.diagramUrl, { headers: { Accept: 'application/json' } });
    if (!answer.ok) throw new Error(String(answer.status));
    await show(box, await answer.json(), 'diagramNumbers' in details.dataset);
  } catch (error) {
    // Closing and opening tries again.
    delete details.dataset.drawn;
    box.classList.add('is-failed');
    console.error('diagram', error);
  } finally {
    box.removeAttribute('aria-busy');
  }
}

async function show(box, { xml, tokens, done, numbers = {} }, withNumbers) {
  box.replaceChildren();
  box.classList.remove('is-failed');
  const viewer = await openViewer(box, xml);
  const elements = viewer.get('elementRegistry');
  const canvas = viewer.get('canvas');
  for (const id of done) if (elements.get(id)) canvas.addMarker(id, 'is-done');
  // A sub-process that runs is marked by the step in it.
  const standing = tokens.filter(([id]) => elements.get(id) && !elements.get(id).children?.length);
  for (const [id, state] of standing) canvas.addMarker(id, `is-${state}`);
  if (withNumbers) number(viewer.get('overlays'), canvas, elements, numbers);
  fit(canvas, elements, standing, done);
}

// How often, or how long: a number at the corner, and a level of heat. A sub-process is told by its steps.
function number(overlays, canvas, elements, numbers) {
  for (const [id, { text, level }] of Object.entries(numbers)) {
    const element = elements.get(id);
    if (!element || element.children?.length) continue;
    const html = document.createElement('span');
    html.className = 'diagram-number';
    html.textContent = text;
    overlays.add(id, 'number', { position: { top: -11, right: 14 }, scale: { min: 0.6 }, html });
    if (level) canvas.addMarker(id, `heat-${level}`);
  }
}

// A small frame shows a part: the step that is due must be in it.
function fit(canvas, elements, standing, done) {
  canvas.zoom('fit-viewport', 'auto');
  if (canvas.zoom() >= MIN_ZOOM) return;
  const due = [...standing].sort((one, other) => URGENCY.indexOf(one[1]) - URGENCY.indexOf(other[1]))[0];
  const shown = due ? elements.get(due[0]) : furthest(elements, done);
  if (!shown) return;
  canvas.zoom(READABLE_ZOOM);
  const { x, y, width, height } = shown;
  const view = canvas.viewbox();
  canvas.viewbox({
    x: x + width / 2 - view.width / 2, y: y + height / 2 - view.height / 2, width: view.width, height: view.height,
  });
}

// Where a process that is over came to its end: processes are drawn from left to right.
function furthest(elements, done) {
  const shapes = done.map((id) => elements.get(id)).filter((each) => each && !each.waypoints && !each.children?.length);
  return shapes.sort((one, other) => other.x - one.x)[0];
}
