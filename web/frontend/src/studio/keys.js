// Keys that hold on the whole page of the editor, also while the focus is on a button: bpmn-js hears its own only while the
// canvas has it. Never while somebody types.
const TYPING = 'input, textarea, select, [contenteditable], dialog[open]';

// act: undo, redo, find, fit, minimap, next(step).
export function pageKeys(act) {
  const plain = { '/': act.find, f: act.fit, m: act.minimap, n: () => act.next(1), N: () => act.next(-1) };
  const commanded = { f: act.find, y: act.redo, z: act.undo, Z: act.redo };
  document.addEventListener('keydown', (event) => {
    const { altKey, ctrlKey, defaultPrevented, key, metaKey, target } = event;
    if (defaultPrevented || altKey || target.closest?.(TYPING)) return;
    const found = ctrlKey || metaKey ? commanded[key] : plain[key];
    if (!found) return;
    event.preventDefault();
    found();
  });
}

// The elements that stand after another in the picture, row by row as one reads.
export function nextElement(modeler, step) {
  const canvas = modeler.get('canvas');
  const selection = modeler.get('selection');
  const root = canvas.getRootElement();
  const nodes = modeler.get('elementRegistry')
    .filter((each) => each !== root && !each.waypoints && !each.labelTarget && !each.hidden && canvas.findRoot(each) === root)
    .sort((one, other) => one.x - other.x || one.y - other.y);
  const at = nodes.indexOf(selection.get().at(-1));
  return nodes[at < 0 ? (step > 0 ? 0 : nodes.length - 1) : (at + step + nodes.length) % nodes.length];
}
