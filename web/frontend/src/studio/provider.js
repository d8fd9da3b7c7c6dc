// Adds our groups to the panel, in place of those of bpmn-js whose texts are FEEL here, or whose words are no admin's.
import './panel.css';
import { fieldflowGroups } from './groups.js';
import { Lint } from './lint.js';

const AFTER_BPMN = 500;
const REPLACED = ['timer', 'message', 'error', 'multiInstance'];

export function providerModule(data) {
  class FieldflowProvider {
    constructor(propertiesPanel, injector) {
      const select = (element) => injector.get('selection').select(element);
      this.data = { ...data, select, translate: injector.get('translate'), settings: () => injector.get('fieldflowSettings') };
      propertiesPanel.registerProvider(AFTER_BPMN, this);
    }

    getGroups(element) {
      return (groups) => {
        const kept = groups.filter((group) => !REPLACED.includes(group.id));
        kept.splice(1, 0, ...fieldflowGroups(element, this.data).map((group) => ({ ...group, translate: this.data.translate })));
        return kept;
      };
    }
  }
  FieldflowProvider.$inject = ['propertiesPanel', 'injector'];
  return {
    __init__: ['fieldflowProvider'],
    fieldflowProvider: ['type', FieldflowProvider],
    fieldflowData: ['value', data],
    fieldflowLint: ['value', new Lint(data.expressionUrl)],
  };
}
