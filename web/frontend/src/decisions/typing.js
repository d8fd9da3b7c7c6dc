// What is typed into a cell without leaving it is one change. dmn-js makes each letter a command of its own: here the
// letters that follow are written into the command of the first.
import Modeling from 'dmn-js-decision-table/lib/features/modeling/Modeling';
import UpdatePropertiesHandler from 'dmn-js-shared/lib/features/modeling/cmd/UpdatePropertiesHandler';

class TypingModeling extends Modeling {
  constructor(eventBus, elementFactory, commandStack, sheet, elementRegistry, moddle) {
    super(eventBus, elementFactory, commandStack, sheet);
    this._typed = null;
    this._handler = new UpdatePropertiesHandler(elementRegistry, moddle);
    const leave = () => { this._typed = null; };
    eventBus.on('commandStack.changed', leave);
    addEventListener('focusout', leave, true);
  }

  editCell(cell, text) {
    this._write(cell, { text });
  }

  editAnnotation(rule, description) {
    this._write(rule, { description });
  }

  _write(element, properties) {
    const [[name, text]] = Object.entries(properties);
    // The editor of a cell says what it is given too, as when a change is taken back.
    if ((element.get(name) ?? '') === text) return;
    const isSame = this._typed?.element === element && name in this._typed.properties;
    const context = isSame ? this._typed : { element, properties };
    if (isSame) this._amend(context, properties);
    else this._commandStack.execute('element.updateProperties', context);
    this._typed = context;
  }

  _amend(context, properties) {
    this._handler.revert(context);
    context.properties = properties;
    this._eventBus.fire('elements.changed', { elements: this._handler.execute(context) });
    this._eventBus.fire('commandStack.changed', { trigger: 'execute' });
  }
}
TypingModeling.$inject = ['eventBus', 'elementFactory', 'commandStack', 'sheet', 'elementRegistry', 'moddle'];

export const typingModule = { modeling: ['type', TypingModeling] };
