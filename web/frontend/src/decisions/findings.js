// The server's findings on the cells, rows and columns they are about, and a list whose rows lead there. The marks are
// rules of a style sheet, because the table draws its cells anew at each change.
import { listFindings } from '../studio/finding_list.js';
import { nameOfPlace } from './places.js';

const COLUMNS = ['dmn:InputClause', 'dmn:OutputClause', 'dmn:DecisionRule', 'dmn:UnaryTests', 'dmn:Decision'];
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets.push(sheet);

export function showFindings({ balloon, data, findings, modeler, part, texts }) {
  // An id may stand in another file of the draft too.
  const place = ({ element, file }) => (file === data.name ? placeOf(modeler, element) : null);
  const marks = new Map();
  for (const finding of findings) {
    const at = place(finding);
    if (at) marks.set(at.id, [...(marks.get(at.id) ?? []), finding]);
  }
  sheet.replaceSync([...marks].map(([id, found]) => rules(id, found)).join('\n'));
  balloon.tell(marks);
  const decisions = modeler.getDefinitions()?.drgElement?.filter(({ $type }) => $type === 'dmn:Decision').length ?? 0;
  const placed = findings.map((finding) => {
    const at = place(finding);
    return at ? { ...finding, place: nameOfPlace(at, decisions, texts) } : finding;
  });
  listFindings(part('findings'), placed, texts, (finding) => {
    const at = place(finding);
    return at && (() => go(modeler, at));
  });
}

// What shows an element: itself, or the cell, column or decision that holds it.
function placeOf(modeler, id) {
  let element = id && modeler._moddle.ids?.assigned(id);
  while (element && !COLUMNS.includes(element.$type) && element.$parent?.$type !== 'dmn:DecisionRule') {
    element = element.$parent;
  }
  return element || null;
}

function rules(id, found) {
  const at = `.studio-canvas [data-element-id="${CSS.escape(id)}"]`;
  const colour = found.some(({ severity }) => severity === 'error') ? '#b3261e' : '#7a4b00';
  return `${at}:is(td, th) { box-shadow: inset 0 0 0 2px ${colour}; }
    ${at}:is(td, th)::before { content: "!"; position: absolute; inset: 2px 2px auto auto; width: 16px; height: 16px;
      border-radius: 50%; background: ${colour}; color: #fff; font: 700 11px/16px var(--font); text-align: center; }
    ${at}.rule-index::before { inset: 2px auto auto 2px; }
    ${at}.djs-element > .djs-visual > :first-child { stroke: ${colour} !important; stroke-width: 3px !important; }`;
}

async function go(modeler, place) {
  let decision = place;
  while (decision && decision.$type !== 'dmn:Decision') decision = decision.$parent;
  const view = decision && modeler.getView(decision);
  if (view && modeler.getActiveView() !== view) await modeler.open(view);
  const cell = modeler._container.querySelector(`[data-element-id="${CSS.escape(place.id)}"]`);
  cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  (cell?.querySelector('[contenteditable]') ?? modeler._container.querySelector('[contenteditable]'))?.focus();
}
