// "Append …": everything that may follow an element, in one menu that is searched by typing, from the context pad or with A.
// With it a process is drawn by keyboard alone.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { hasEventDefinition, isEventSubProcess } from 'bpmn-js/lib/util/DiUtil';
import * as options from 'bpmn-js/lib/features/replace/ReplaceOptions';
import { isRefused } from './menus.js';
import { insertModule, onlyFlow } from './insert.js';
import { belowPad } from './view.js';

const MENU = 'studio-append';
const LINK = 'bpmn:LinkEventDefinition';
const COMPENSATION = 'bpmn:CompensateEventDefinition';
// What an event gateway waits for.
const WAITING = ['bpmn:IntermediateCatchEvent', 'bpmn:ReceiveTask'];

const kindOf = ({ type, isExpanded, eventDefinitionType }) => [type, isExpanded, eventDefinitionType].join(' ');
// A task without a kind does nothing: the pad has one to draw with.
const OFFERED = new Map([...options.TASK, ...options.GATEWAY, ...options.INTERMEDIATE_EVENT, ...options.END_EVENT]
  .filter(({ target }) => target && !['bpmn:StartEvent', 'bpmn:Task'].includes(target.type))
  .map((option) => [kindOf(option.target), option]));

export function appendModule({ refused, texts }) {
  const offered = [...OFFERED.values()].filter(({ target }) => !isRefused(refused, target));

  class Append {
    constructor(autoPlace, canvas, contextPad, editorActions, elementFactory, eventBus, keyboard, popupMenu, selection, studioInsert,
      translate) {
      Object.assign(this, { autoPlace, canvas, elementFactory, insert: studioInsert, popupMenu, translate });
      contextPad.registerProvider(this);
      popupMenu.registerProvider(MENU, this);
      eventBus.on('editorActions.init', () => editorActions.register('append', () => {
        const [element, ...others] = selection.get();
        if (element && !others.length && mayBeFollowed(element)) contextPad.triggerEntry('append', 'click', {});
      }));
      keyboard.addListener(({ keyEvent }) => {
        if (!keyboard.isKey(['a', 'A'], keyEvent) || keyboard.hasModifier(keyEvent)) return undefined;
        editorActions.trigger('append');
        return true;
      });
    }

    getContextPadEntries(element) {
      if (!mayBeFollowed(element)) return {};
      const open = (_event, target) => {
        this.popupMenu.open(target, MENU, belowPad(this.canvas), { title: texts.append, width: 300, search: true });
      };
      return { append: { group: 'model', className: 'studio-append', title: texts.append, action: { click: open } } };
    }

    // Where one thing follows already, and only one may, the new one comes between them.
    follow(element, shape) {
      const flow = onlyFlow(element);
      if (flow && !is(shape, 'bpmn:EndEvent')) this.insert.run(flow, shape);
      else this.autoPlace.append(element, shape);
    }

    getPopupMenuEntries(element) {
      const isGateway = is(element, 'bpmn:EventBasedGateway');
      const following = isGateway ? offered.filter(({ target }) => WAITING.includes(target.type)) : offered;
      return Object.fromEntries(following.map(({ className, label, target }) => [`append ${kindOf(target)}`, {
        className,
        label: this.translate(named(label)),
        search: named(label), // by its English name too
        action: () => {
          this.popupMenu.close();
          this.follow(element, this.elementFactory.createShape({ ...target }));
          this.canvas.focus(); // so that the next key is heard
        },
      }]));
    }
  }
  Append.$inject = [
    'autoPlace', 'canvas', 'contextPad', 'editorActions', 'elementFactory', 'eventBus', 'keyboard', 'popupMenu', 'selection',
    'studioInsert', 'translate',
  ];
  return { __depends__: [insertModule], __init__: ['studioAppend'], studioAppend: ['type', Append] };
}

const named = (label) => (typeof label === 'function' ? label() : label);

function mayBeFollowed(element) {
  const isEnd = isAny(element, ['bpmn:EndEvent']) || isEventSubProcess(element) || element.labelTarget;
  return is(element, 'bpmn:FlowNode') && !isEnd && !hasEventDefinition(element, LINK) && !hasEventDefinition(element, COMPENSATION);
}
