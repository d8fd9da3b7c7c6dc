// The picture of a repair: where tokens stand, what a plan would change, and a menu for the element that is chosen.
// Every act of the menu is also a control of the list beside the picture; the menu only sets and presses those.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { spiffworkflow } from '../diagram/moddle.js';
import { showEnglishNames } from '../diagram/names.js';

const READABLE_ZOOM = 0.75;

export function watchRepairs(root) {
  for (const box of root.querySelectorAll('[data-repair-picture]')) draw(box);
  // What stands outside of its form is not found by app/mistakes.js.
  root.querySelector('.repair [aria-invalid="true"]')?.focus();
}

async function draw(box) {
  box.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(box.dataset.repairPicture, { headers: { Accept: 'application/json' } });
    if (!answer.ok) throw new Error(String(answer.status));
    await show(box, await answer.json(), JSON.parse(box.dataset.marks || '{}'));
    box.dataset.ready = 'yes';
  } catch (error) {
    box.classList.add('is-failed');
    console.error('repair', error);
  } finally {
    box.removeAttribute('aria-busy');
  }
}

async function show(box, { xml, tokens, done }, { left = [], reached = [] }) {
  const viewer = new NavigatedViewer({ container: box, moddleExtensions: { spiffworkflow } });
  if (document.documentElement.lang.startsWith('en')) {
    viewer.on('import.parse.complete', ({ definitions }) => definitions && showEnglishNames(definitions));
  }
  await viewer.importXML(xml);
  const elements = viewer.get('elementRegistry');
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  for (const id of done) if (elements.get(id)) canvas.addMarker(id, 'is-done');
  const standing = tokens.filter(([id]) => elements.get(id) && !elements.get(id).children?.length);
  for (const [id, state] of standing) canvas.addMarker(id, `is-${state}`);
  for (const [ids, mark, text] of [[left, 'is-left', box.dataset.leftText], [reached, 'is-reached', box.dataset.reachedText]]) {
    for (const id of new Set(ids)) {
      if (!elements.get(id)) continue;
      canvas.addMarker(id, mark);
      overlays.add(id, { position: { top: -11, left: -6 }, html: label(text, mark) });
    }
  }
  const due = standing.filter(([, state]) => state === 'incident' || state === 'open').map(([id]) => id);
  fit(canvas, elements, [...reached, ...due, ...left, ...standing.map(([id]) => id)]);
  const menu = box.parentElement.querySelector('[data-repair-menu]');
  if (menu) {
    viewer.on('element.click', ({ element, originalEvent }) => choose(menu, box, element, originalEvent));
    menu.addEventListener('keydown', (event) => event.key === 'Escape' && close(menu));
  }
}

function label(text, mark) {
  const badge = document.createElement('span');
  badge.className = `repair-mark ${mark}`;
  badge.textContent = text;
  return badge;
}

function fit(canvas, elements, important) {
  canvas.zoom('fit-viewport', 'auto');
  const shapes = important.map((id) => elements.get(id)).filter((each) => each && !each.children?.length);
  const shown = shapes.find((each) => each.type !== 'bpmn:BoundaryEvent') ?? shapes[0];
  if (!shown || canvas.zoom() >= READABLE_ZOOM) return;
  canvas.zoom(READABLE_ZOOM);
  const view = canvas.viewbox();
  canvas.viewbox({
    x: shown.x + shown.width / 2 - view.width / 2, y: shown.y + shown.height / 2 - view.height / 2,
    width: view.width, height: view.height,
  });
}

// What can be done at an element: open what stands there, move a token to it, add one.
function choose(menu, box, element, event) {
  const id = element.id;
  const standing = [...document.querySelectorAll('[data-token-at]')].filter((each) => each.dataset.tokenAt === id);
  const items = standing.map((each) => [each.dataset.tokenName, () => open(each)]);
  for (const select of document.querySelectorAll('select[data-move]')) {
    if ([...select.options].some((option) => option.value === id)) {
      items.push([select.dataset.text, () => {
        select.value = id;
        document.getElementById(select.dataset.move).click();
      }]);
    }
  }
  const place = document.querySelector('select[data-place]');
  if (place && [...place.options].some((option) => option.value === id)) {
    items.push([place.dataset.text, () => {
      place.value = id;
      document.getElementById(place.dataset.place).click();
    }]);
  }
  if (!items.length) return close(menu);
  menu.replaceChildren(heading(element.businessObject.name || id), ...items.map(([text, act]) => button(text, () => {
    close(menu);
    act();
  })));
  menu.hidden = false;
  const frame = box.getBoundingClientRect();
  const left = Math.min(event.clientX - frame.left, frame.width - menu.offsetWidth - 8);
  const top = Math.min(event.clientY - frame.top, frame.height - menu.offsetHeight - 8);
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.top = `${Math.max(8, top)}px`;
  menu.querySelector('button').focus();
}

function heading(text) {
  const found = document.createElement('p');
  found.className = 'strong small';
  found.textContent = text;
  return found;
}

function button(text, act) {
  const found = document.createElement('button');
  found.type = 'button';
  found.className = 'button button-small';
  found.textContent = text;
  found.addEventListener('click', act);
  return found;
}

function open(item) {
  const details = item.querySelector('details');
  details.open = true;
  details.querySelector('summary').focus();
  item.scrollIntoView({ block: 'center' });
}

function close(menu) {
  menu.hidden = true;
}
