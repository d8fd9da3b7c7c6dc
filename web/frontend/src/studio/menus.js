// The palette and the menus leave out what the publishing gate always refuses; the server says what that is.
import * as options from 'bpmn-js/lib/features/replace/ReplaceOptions';

const AFTER_BPMN = 500;
const catching = (name) => ({ type: 'bpmn:IntermediateCatchEvent', eventDefinitionType: `bpmn:${name}EventDefinition` });
// What an entry of a menu makes, by its name.
const MAKES = {
  'create.data-store': { type: 'bpmn:DataStoreReference' },
  'append.condition-intermediate-event': catching('Conditional'),
  'append.signal-intermediate-event': catching('Signal'),
};
for (const found of Object.values(options)) {
  for (const { actionName, target } of Array.isArray(found) ? found : Object.values(found).flat()) MAKES[actionName] = target;
}

const bpmnName = (type = '') => type.replace(/^bpmn:(.)/, (_whole, first) => first.toLowerCase());

export function isRefused({ kinds, triggers }, made) {
  if (!made) return false;
  const kind = bpmnName(made.type);
  const drawn = made.triggeredByEvent ? 'eventSubProcess' : kind.replace(/Reference$/, '');
  return kinds.includes(drawn) || (triggers[kind] && !triggers[kind].includes(bpmnName(made.eventDefinitionType)));
}

export function menusModule({ refused }) {
  class RunnableOnly {
    constructor(palette, contextPad, popupMenu) {
      palette.registerProvider(AFTER_BPMN, this);
      contextPad.registerProvider(AFTER_BPMN, this);
      popupMenu.registerProvider('bpmn-replace', AFTER_BPMN, this);
    }

    kept() {
      return (entries) => Object.fromEntries(Object.entries(entries).filter(([name]) => !isRefused(refused, MAKES[name])));
    }

    getPaletteEntries() { return this.kept(); }

    getContextPadEntries() { return this.kept(); }

    getPopupMenuEntries() { return this.kept(); }
  }
  RunnableOnly.$inject = ['palette', 'contextPad', 'popupMenu'];
  return { __init__: ['runnableOnly'], runnableOnly: ['type', RunnableOnly] };
}
