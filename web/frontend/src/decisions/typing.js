// What is typed at one place without leaving it is one change. dmn-js makes each letter a command of its own: here the
// letters that follow are written into the command of the first.
import ExpressionModeling from 'dmn-js-literal-expression/lib/features/modeling/Modeling';
import TableModeling from 'dmn-js-decision-table/lib/features/modeling/Modeling';
import UpdatePropertiesHandler from 'dmn-js-shared/lib/features/modeling/cmd/UpdatePropertiesHandler';

class Typing {
  constructor(eventBus, commandStack, elementRegistry, moddle) {
    Object.assign(this, { eventBus, commandStack, last: null, handler: new UpdatePropertiesHandler(elementRegistry, moddle) });
    const leave = () => { this.last = null; };
    eventBus.on('commandStack.changed', leave);
    addEventListener('focusout', leave, true);
  }

  write(element, name, text) {
    // An editor says what it is given too, as when a change is taken back.
    if ((element.get(name) ?? '') === text) return;
    const isSame = this.last?.element === element && name in this.last.properties;
    const context = isSame ? this.last : { element, properties: { [name]: text } };
    if (isSame) this.amend(context, { [name]: text });
    else this.commandStack.execute('element.updateProperties', context);
    this.last = context;
  }

  amend(context, properties) {
    this.handler.revert(context);
    context.properties = properties;
    this.eventBus.fire('elements.changed', { elements: this.handler.execute(context) });
    this.eventBus.fire('commandStack.changed', { trigger: 'execute' });
  }
}
Typing.$inject = ['eventBus', 'commandStack', 'elementRegistry', 'moddle'];

class TypingTable extends TableModeling {
  constructor(eventBus, elementFactory, commandStack, sheet, typing) {
    super(eventBus, elementFactory, commandStack, sheet);
    this.typing = typing;
  }

  editCell(cell, text) { this.typing.write(cell, 'text', text); }

  editAnnotation(rule, description) { this.typing.write(rule, 'description', description); }
}
TypingTable.$inject = ['eventBus', 'elementFactory', 'commandStack', 'sheet', 'typing'];

class TypingExpression extends ExpressionModeling {
  constructor(commandStack, viewer, eventBus, moddle, typing) {
    super(commandStack, viewer, eventBus, moddle);
    this.typing = typing;
  }

  editLiteralExpressionText(text) { this.typing.write(this.getDecision().decisionLogic, 'text', text); }
}
TypingExpression.$inject = ['commandStack', 'viewer', 'eventBus', 'moddle', 'typing'];

const part = (modeling) => ({ typing: ['type', Typing], modeling: ['type', modeling] });

// By the name of the view whose editor it goes into.
export const TYPING = { decisionTable: part(TypingTable), literalExpression: part(TypingExpression) };
