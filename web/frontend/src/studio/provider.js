// Adds our groups to the panel; timers are ours, because their texts are FEEL.
import { fieldflowGroups } from './groups.js';

const AFTER_BPMN = 500;
const REPLACED = ['timer'];

export function providerModule(data) {
  class FieldflowProvider {
    constructor(propertiesPanel, injector) {
      this.data = { ...data, settings: () => injector.get('fieldflowSettings') };
      propertiesPanel.registerProvider(AFTER_BPMN, this);
    }

    getGroups(element) {
      return (groups) => {
        const kept = groups.filter((group) => !REPLACED.includes(group.id));
        kept.splice(1, 0, ...fieldflowGroups(element, this.data));
        return kept;
      };
    }
  }
  FieldflowProvider.$inject = ['propertiesPanel', 'injector'];
  return { __init__: ['fieldflowProvider'], fieldflowProvider: ['type', FieldflowProvider] };
}
