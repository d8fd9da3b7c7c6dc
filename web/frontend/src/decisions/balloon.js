// What the check says of the cell under the pointer or in focus: after a moment, below the cell or above it, never over
// the cell that is being edited. It is gone as soon as anything is typed.
const DELAY_MS = 400;
const GAP = 4;

export class Balloon {
  constructor(canvas) {
    Object.assign(this, { canvas, found: new Map(), cell: null });
    this.box = document.createElement('div');
    Object.assign(this.box, { className: 'balloon', hidden: true });
    this.box.setAttribute('role', 'tooltip');
    canvas.after(this.box);
    for (const name of ['pointerover', 'focusin']) canvas.addEventListener(name, ({ target }) => this.come(cellOf(target)));
    for (const name of ['pointerleave', 'pointerdown', 'focusout', 'keydown', 'input', 'wheel']) {
      canvas.addEventListener(name, () => this.go(), { capture: true, passive: true });
    }
    addEventListener('scroll', () => this.go(), { capture: true, passive: true });
  }

  // found: id of an element → its findings, as sentences with a severity.
  tell(found) {
    this.found = found;
    this.go();
  }

  come(cell) {
    if (cell === this.cell) return;
    this.go();
    this.cell = cell;
    if (this.found.has(cell?.dataset.elementId)) this.timer = setTimeout(() => this.show(cell), DELAY_MS);
  }

  go() {
    clearTimeout(this.timer);
    this.cell = null;
    this.box.hidden = true;
  }

  show(cell) {
    if (!cell.isConnected) return;
    const found = this.found.get(cell.dataset.elementId);
    this.box.dataset.severity = found.some(({ severity }) => severity === 'error') ? 'error' : 'warning';
    this.box.replaceChildren(...found.map(({ text }) => Object.assign(document.createElement('p'), { textContent: text })));
    this.box.hidden = false;
    this.place(cell);
  }

  place(cell) {
    const { width, height } = this.box.getBoundingClientRect();
    const at = cell.getBoundingClientRect();
    const seen = this.canvas.getBoundingClientRect();
    const edited = cellOf(document.activeElement)?.getBoundingClientRect();
    const tops = [Math.min(at.bottom, seen.bottom) + GAP, Math.max(at.top, seen.top) - GAP - height];
    const fits = (top) => top >= GAP && top + height <= innerHeight - GAP;
    const isFree = (top) => !edited || top >= edited.bottom || top + height <= edited.top;
    const top = tops.find((each) => fits(each) && isFree(each)) ?? tops.find(isFree) ?? tops[0];
    const left = Math.max(GAP, Math.min(at.left, innerWidth - width - GAP));
    Object.assign(this.box.style, { top: `${top}px`, left: `${left}px` });
  }
}

const cellOf = (element) => element?.closest?.('[data-canvas] :is(td, th)[data-element-id]') ?? null;
