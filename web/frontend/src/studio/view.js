// How much of the diagram is in view.
const PALETTE_WIDTH = 130;
const MARGIN = 20;
export const READABLE = 0.75;

// The palette lies over the canvas: the picture begins beside it. Small type cannot be read, so that a large process
// opens at its beginning; the whole of it is one button away.
export function fit(modeler, least, isReadOnly) {
  const canvas = modeler.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  const { inner, outer } = canvas.viewbox();
  const covered = MARGIN + (isReadOnly ? 0 : PALETTE_WIDTH);
  const whole = Math.min((outer.width - covered - MARGIN) / inner.width, outer.height / inner.height, 1);
  const scale = Math.max(whole, least);
  const [width, height] = [outer.width / scale, outer.height / scale];
  const start = modeler.get('elementRegistry').find(({ type, businessObject }) =>
    type === 'bpmn:StartEvent' && businessObject.$parent.$type === 'bpmn:Process');
  // A foreign diagram may begin anywhere: its whole picture begins at its edge all the same.
  const far = least && start && start.x - inner.x > width / 2;
  const middle = start && inner.height > height ? start.y + start.height / 2 : inner.y + inner.height / 2;
  canvas.zoom(scale);
  canvas.viewbox({ x: (far ? start.x : inner.x) - covered / scale, y: middle - height / 2, width, height });
}

export function reveal(modeler, element) {
  modeler.get('selection').select(element);
  bringIntoView(modeler, element);
}

export function bringIntoView(modeler, element) {
  modeler.get('canvas').scrollToElement(element, { top: 80, right: 100, bottom: 80, left: 180 });
}

// Where a menu of the context pad opens.
export function belowPad(canvas) {
  const { left, bottom } = canvas.getContainer().querySelector('.djs-context-pad.open').getBoundingClientRect();
  return { x: left, y: bottom + 5 };
}
