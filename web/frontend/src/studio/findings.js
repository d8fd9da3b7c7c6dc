// Findings of the gate: marks on the elements, and a list whose rows select them.
import { listFindings } from './finding_list.js';

export function showFindings({ box, modeler, findings, texts }) {
  const overlays = modeler.get('overlays');
  const canvas = modeler.get('canvas');
  const elements = modeler.get('elementRegistry');
  overlays.remove({ type: 'finding' });
  for (const element of elements.getAll()) {
    for (const marker of ['has-error', 'has-warning']) canvas.removeMarker(element, marker);
  }
  for (const [id, severity] of worst(findings)) {
    const element = elements.get(id);
    if (!element || element === canvas.getRootElement()) continue;
    canvas.addMarker(element, `has-${severity}`);
    const mark = document.createElement('span');
    mark.className = `finding-mark finding-${severity}`;
    mark.textContent = '!';
    mark.title = findings.filter((each) => each.element === id).map((each) => each.text).join('\n');
    overlays.add(element, 'finding', { position: { top: -11, right: 11 }, html: mark });
  }
  listFindings(box, findings, texts, ({ element }) => {
    const known = element && elements.get(element);
    return known && (() => select(modeler, known));
  });
}

function worst(findings) {
  const found = new Map();
  for (const { element, severity } of findings) {
    if (element && found.get(element) !== 'error') found.set(element, severity);
  }
  return found;
}

function select(modeler, element) {
  modeler.get('selection').select(element);
  modeler.get('canvas').scrollToElement(element, { top: 80, right: 100, bottom: 80, left: 180 });
}
