// Findings of the gate: marks on the elements, and a list whose rows lead to them. Both follow while somebody works, so
// that only what has changed is drawn anew, and the focus stays where it is.
import { listFindings } from './finding_list.js';
import { bringIntoView, reveal } from './view.js';

const [NOTE_WIDTH, NOTE_HEIGHT] = [310, 120];
const MARKERS = ['has-error', 'has-warning'];
const ICONS = {
  error: '<path d="M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2z"/><path d="M8 4.2v4.4M8 11v.6" stroke="#fff" stroke-width="1.7"/>',
  warning: '<path d="M8 1.4 15.2 14.4H.8z"/><path d="M8 6v4M8 12v.6" stroke="#fff" stroke-width="1.7"/>',
};

export class Findings {
  constructor({ list, sum, modeler, texts }) {
    Object.assign(this, { list, sum, modeler, texts, marks: new Map(), listed: null });
    this.elements = modeler.get('elementRegistry');
    this.overlays = modeler.get('overlays');
  }

  // What was found before is not said of what is there now.
  wait() {
    this.sum.classList.add('is-old');
  }

  say(sentence) {
    this.sum.classList.remove('is-old');
    if (this.sum.textContent !== sentence) this.sum.textContent = sentence;
  }

  show(findings) {
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    const counted = this.texts.sum.replace('{errors}', errors).replace('{warnings}', findings.length - errors);
    this.say(findings.length ? counted : this.texts.noFindings);
    this.markAll(findings);
    this.listAll(findings);
  }

  markAll(findings) {
    const found = grouped(findings.flatMap((each) => this.places(each)));
    for (const id of this.marks.keys()) if (!found.has(id)) this.unmark(id);
    for (const [id, list] of found) this.mark(this.elements.get(id), list);
  }

  // Where a finding is marked: on its element, and on the shapes whose insides are a picture of their own.
  places(finding) {
    const canvas = this.modeler.get('canvas');
    const places = [];
    let element = this.shapeOf(finding.element);
    while (element && element.parent) {
      places.push({ id: element.id, finding, isInside: places.length > 0 });
      const root = canvas.findRoot(element);
      element = root && this.elements.get(root.id.replace(/_plane$/, ''));
      if (element === root) break;
    }
    return places;
  }

  // A pool stands for its process.
  shapeOf(id) {
    const element = id && this.elements.get(id);
    return element || (id && this.elements.find(({ businessObject }) => businessObject?.processRef?.id === id));
  }

  mark(element, places) {
    const severity = places.some(({ finding }) => finding.severity === 'error') ? 'error' : 'warning';
    const sentences = places.map(({ finding, isInside }) =>
      (isInside ? this.texts.inside.replace('{text}', finding.text) : finding.text));
    const position = placeOn(element);
    const drawn = JSON.stringify([severity, sentences, position]);
    const canvas = this.modeler.get('canvas');
    for (const marker of MARKERS) canvas[marker === `has-${severity}` ? 'addMarker' : 'removeMarker'](element, marker);
    const before = this.marks.get(element.id);
    if (before?.drawn === drawn && this.overlays.get(before.overlay)) return;
    const hadFocus = before?.html.contains(document.activeElement);
    if (before) this.overlays.remove(before.overlay);
    const html = markHtml(severity, sentences);
    const [button] = html.children;
    button.addEventListener('click', () => reveal(this.modeler, element));
    button.addEventListener('focus', () => {
      if (!isWithin(button, canvas.getContainer())) bringIntoView(this.modeler, element);
    });
    for (const type of ['focus', 'pointerenter']) button.addEventListener(type, () => turnNote(html, canvas.getContainer()));
    const overlay = this.overlays.add(element, 'finding', { position, scale: false, html });
    this.marks.set(element.id, { drawn, html, overlay });
    if (hadFocus) html.querySelector('button').focus();
  }

  unmark(id) {
    const canvas = this.modeler.get('canvas');
    this.overlays.remove(this.marks.get(id).overlay);
    this.marks.delete(id);
    if (this.elements.get(id)) for (const marker of MARKERS) canvas.removeMarker(id, marker);
  }

  listAll(findings) {
    const listed = JSON.stringify(findings);
    if (listed === this.listed) return undefined;
    this.listed = listed;
    const buttons = () => [...this.list.querySelectorAll('button')];
    const focused = this.list.contains(document.activeElement) ? document.activeElement.textContent : null;
    // That there are none, the summary says.
    if (!findings.length) return this.list.replaceChildren();
    listFindings(this.list, findings, this.texts, ({ element }) => {
      const known = this.shapeOf(element);
      return known && (() => reveal(this.modeler, known));
    });
    if (focused) (buttons().find(({ textContent }) => textContent === focused) ?? buttons()[0])?.focus();
    return undefined;
  }
}

function grouped(places) {
  const found = new Map();
  for (const place of places) found.set(place.id, [...(found.get(place.id) ?? []), place]);
  return found;
}

// At the upper right of a shape, at the middle of a line.
function placeOn({ waypoints, x, y }) {
  if (!waypoints) return { top: -11, right: 11 };
  const middle = Math.floor((waypoints.length - 1) / 2);
  const [one, other] = [waypoints[middle], waypoints[middle + 1]];
  const corner = { x: Math.min(...waypoints.map((each) => each.x)), y: Math.min(...waypoints.map((each) => each.y)) };
  return { left: (one.x + other.x) / 2 - (x ?? corner.x) - 11, top: (one.y + other.y) / 2 - (y ?? corner.y) - 11 };
}

function isWithin(one, other) {
  const [inner, outer] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
  return inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom;
}

// The sentence stands where there is room for it.
function turnNote(mark, container) {
  const [box, outer] = [mark.getBoundingClientRect(), container.getBoundingClientRect()];
  mark.classList.toggle('is-at-end', box.left + NOTE_WIDTH > outer.right);
  mark.classList.toggle('is-at-foot', box.bottom + NOTE_HEIGHT > outer.bottom);
}

function markHtml(severity, sentences) {
  const mark = document.createElement('div');
  mark.className = `finding-mark finding-${severity}`;
  const button = document.createElement('button');
  button.type = 'button';
  button.innerHTML = `<svg width="22" height="22" viewBox="0 0 16 16" aria-hidden="true">${ICONS[severity]}</svg>`;
  if (sentences.length > 1) button.append(Object.assign(document.createElement('b'), { textContent: sentences.length }));
  button.append(Object.assign(document.createElement('span'), { className: 'visually-hidden', textContent: sentences.join(' ') }));
  const note = document.createElement('div');
  note.className = 'finding-note';
  note.setAttribute('aria-hidden', 'true');
  note.append(...sentences.map((text) => Object.assign(document.createElement('p'), { textContent: text })));
  mark.append(button, note);
  return mark;
}
