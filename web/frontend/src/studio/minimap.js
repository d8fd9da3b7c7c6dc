// The whole diagram small, with the part in view: press or drag to go there. Findings are seen from afar.
const SVG = 'http://www.w3.org/2000/svg';
const AROUND = 40;
const [LEAST_PX, MOST_PX] = [60, 180];
const SCOPES = ['bpmn:Lane', 'bpmn:Participant', 'bpmn:Group'];
const REMEMBERED = 'studio-minimap';

function draw(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export class Minimap {
  constructor({ modeler, label, toggled }) {
    Object.assign(this, { modeler, toggled, canvas: modeler.get('canvas') });
    this.svg = draw('svg', { class: 'studio-minimap', role: 'img', 'aria-label': label, hidden: '' });
    this.frame = draw('rect', { class: 'minimap-frame' });
    this.canvas.getContainer().append(this.svg);
    modeler.on(['elements.changed', 'root.set', 'import.done'], () => this.later());
    modeler.on('canvas.viewbox.changed', () => this.showFrame());
    this.svg.addEventListener('pointerdown', (event) => this.grab(event));
    this.svg.addEventListener('pointermove', (event) => this.svg.hasPointerCapture(event.pointerId) && this.go(event));
    if (localStorage.getItem(REMEMBERED) === 'open') this.toggle();
  }

  toggle() {
    this.isOpen = !this.isOpen;
    this.svg.toggleAttribute('hidden', !this.isOpen);
    localStorage.setItem(REMEMBERED, this.isOpen ? 'open' : 'closed');
    this.toggled(this.isOpen);
    this.later();
  }

  // Once for all changes of a moment.
  later() {
    if (!this.isOpen || this.isComing) return;
    this.isComing = true;
    requestAnimationFrame(() => {
      this.isComing = false;
      this.show();
    });
  }

  show() {
    const { x, y, width, height } = this.canvas.viewbox().inner;
    this.svg.setAttribute('viewBox', [x - AROUND, y - AROUND, width + 2 * AROUND, height + 2 * AROUND].join(' '));
    // As high as the diagram is, for its width.
    const high = (this.svg.clientWidth * (height + 2 * AROUND)) / (width + 2 * AROUND);
    this.svg.style.height = `${Math.min(Math.max(high, LEAST_PX), MOST_PX)}px`;
    const root = this.canvas.getRootElement();
    const shown = this.modeler.get('elementRegistry').filter((each) =>
      each !== root && !each.labelTarget && !each.hidden && this.canvas.findRoot(each) === root);
    this.svg.replaceChildren(...shown.map((each) => this.small(each)), this.frame);
    this.showFrame();
  }

  small(element) {
    const worst = ['error', 'warning'].find((severity) => this.canvas.hasMarker(element, `has-${severity}`));
    const isScope = element.children?.length || SCOPES.includes(element.type);
    const kind = `${element.waypoints ? 'flow' : isScope ? 'scope' : 'node'}${worst ? ` has-${worst}` : ''}`;
    if (element.waypoints) {
      return draw('polyline', { class: kind, points: element.waypoints.map((point) => `${point.x},${point.y}`).join(' ') });
    }
    const { x, y, width, height, di } = element;
    const shape = draw('rect', { class: kind, x, y, width, height, rx: width === height ? width / 2 : 8 });
    if (!isScope && di.get('color:background-color')) shape.style.fill = di.get('color:background-color');
    return shape;
  }

  showFrame() {
    if (!this.isOpen) return;
    const { x, y, width, height } = this.canvas.viewbox();
    for (const [name, value] of Object.entries({ x, y, width, height })) this.frame.setAttribute(name, value);
  }

  grab(event) {
    if (event.button) return;
    this.svg.setPointerCapture(event.pointerId);
    this.go(event);
    event.preventDefault();
  }

  go({ clientX, clientY }) {
    const point = new DOMPoint(clientX, clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    const { width, height } = this.canvas.viewbox();
    this.canvas.viewbox({ x: point.x - width / 2, y: point.y - height / 2, width, height });
  }
}
