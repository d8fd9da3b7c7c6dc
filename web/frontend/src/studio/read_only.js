// A diagram to look at: everything can be selected, found and read, nothing changed.
const LOOKING = ['find', 'moveCanvas', 'selectElements', 'stepZoom', 'zoom'];
const FIRST = 5000;

class ReadOnly {
  constructor(eventBus, commandStack) {
    commandStack.execute = () => {};
    eventBus.on('element.dblclick', FIRST, () => false);
    eventBus.on('editorActions.allowed', FIRST, ({ action }) => (LOOKING.includes(action) ? undefined : false));
  }
}
ReadOnly.$inject = ['eventBus', 'commandStack'];

export const readOnlyModule = {
  __init__: ['readOnly'],
  readOnly: ['type', ReadOnly],
  rules: ['value', { allowed: () => false }],
};

// The panel draws its inputs anew for each element.
export function freeze(panel) {
  const freezeInputs = () => {
    for (const entry of panel.querySelectorAll('.bio-properties-panel-entry:not([inert], .panel-note)')) entry.inert = true;
  };
  new MutationObserver(freezeInputs).observe(panel, { childList: true, subtree: true });
}
