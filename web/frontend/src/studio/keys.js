// Keys that hold on the whole page of the editor: bpmn-js hears its own only while the canvas has the focus, which nothing
// has at first, or a button that was pressed. Never while somebody types.
const TYPING = 'input, textarea, select, [contenteditable], dialog[open]';
const ON_NOTHING = 'body, .studio-tools *';
const OF_BUTTONS = ['Enter', ' ', 'Tab', 'Escape'];

// act: undo, redo, find, fit, minimap, next(step).
export function pageKeys(act, keyboard) {
  const plain = { '/': act.find, f: act.fit, m: act.minimap, n: () => act.next(1), N: () => act.next(-1) };
  const commanded = { f: act.find, y: act.redo, z: act.undo, Z: act.redo };
  document.addEventListener('keydown', (event) => {
    const { altKey, ctrlKey, defaultPrevented, key, metaKey, target } = event;
    if (defaultPrevented || altKey || target.closest?.(TYPING)) return;
    const found = ctrlKey || metaKey ? commanded[key] : plain[key];
    if (found) {
      event.preventDefault();
      found();
    } else if (target.matches?.(ON_NOTHING) && !OF_BUTTONS.includes(key) && getSelection().isCollapsed) {
      passOn(event, keyboard.getBinding());
    }
  });
}

function passOn(event, canvas) {
  const { ctrlKey, key, metaKey, shiftKey } = event;
  const same = new KeyboardEvent('keydown', { bubbles: false, cancelable: true, ctrlKey, key, metaKey, shiftKey });
  if (!canvas.dispatchEvent(same)) event.preventDefault();
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
