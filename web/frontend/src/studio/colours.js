// Colours of elements, kept in the file as BPMN in Color says.
import { belowPad } from './view.js';

// Dark edges on light fills: they read on paper and on the white canvas that diagrams have in both themes.
const COLOURS = [
  {},
  { fill: '#dbe9fb', stroke: '#1d57a3' },
  { fill: '#dcf0dd', stroke: '#226b2a' },
  { fill: '#fff4c2', stroke: '#6b5200' },
  { fill: '#ffe3c7', stroke: '#8a4100' },
  { fill: '#fbdcda', stroke: '#a1221b' },
  { fill: '#ecdff7', stroke: '#65359b' },
  { fill: '#e8ecef', stroke: '#4a5761' },
];
const MENU = 'studio-colours';

export function coloursModule({ texts }) {
  class Colours {
    constructor(canvas, contextPad, editorActions, eventBus, keyboard, modeling, popupMenu, selection) {
      Object.assign(this, { canvas, modeling, popupMenu });
      contextPad.registerProvider(this);
      popupMenu.registerProvider(MENU, this);
      eventBus.on('editorActions.init', () => editorActions.register('colour', () => {
        if (selection.get().length) contextPad.triggerEntry('colour', 'click', {});
      }));
      keyboard.addListener(({ keyEvent }) => {
        if (!keyboard.isKey(['p', 'P'], keyEvent) || keyboard.hasModifier(keyEvent)) return undefined;
        editorActions.trigger('colour');
        return true;
      });
    }

    getContextPadEntries() {
      return this.entry();
    }

    getMultiElementContextPadEntries() {
      return this.entry();
    }

    entry() {
      const open = (_event, target) => {
        this.popupMenu.open(target, MENU, belowPad(this.canvas), { title: texts.colour, width: 180 });
      };
      return { colour: { group: 'edit', className: 'studio-colour', title: texts.colour, action: { click: open } } };
    }

    getPopupMenuEntries(target) {
      const elements = [target].flat();
      return Object.fromEntries(COLOURS.map((colour, index) => [`colour-${index}`, {
        label: texts.colours[index],
        imageHtml: swatch(colour),
        action: () => this.modeling.setColor(elements, { fill: colour.fill, stroke: colour.stroke }),
      }]));
    }
  }
  Colours.$inject = ['canvas', 'contextPad', 'editorActions', 'eventBus', 'keyboard', 'modeling', 'popupMenu', 'selection'];
  return { __init__: ['colours'], colours: ['type', Colours] };
}

function swatch({ fill = '#fff', stroke = '#22242a' }) {
  return `<svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true"><rect x="2" y="3" width="16" height="14" rx="3" fill="${fill}" stroke="${stroke}" stroke-width="2"/></svg>`;
}
