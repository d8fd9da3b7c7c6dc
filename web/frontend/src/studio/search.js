// The search of diagram-js, by the English names too, and as one types: its own pad hears keys going up, of which an input
// method sends none for a word, and one too many for the Enter that chooses it.
import { getLabel } from 'bpmn-js/lib/util/LabelUtil';
import { englishName } from '../diagram/names.js';

const STEERING = ['ArrowDown', 'ArrowUp', 'Enter', 'Escape'];

export function searchModule({ texts }) {
  class Search {
    constructor(bpmnSearch, canvas, elementRegistry, eventBus, search, searchPad) {
      eventBus.on('popupMenu.opened', () => hearInput(canvas.getContainer().ownerDocument));
      bpmnSearch.find = (pattern) => find(pattern, canvas, elementRegistry, search);
      const input = searchPad._searchInput;
      input.placeholder = texts.find;
      const results = searchPad._resultsContainer;
      let isComposing = false;
      input.addEventListener('input', () => {
        searchPad._search(input.value);
        if (input.value.trim()) results.dataset.none = texts.nothing;
        else delete results.dataset.none;
      });
      input.addEventListener('keydown', (event) => { isComposing = event.isComposing || event.keyCode === 229; });
      input.addEventListener('keyup', (event) => {
        if (isComposing || !STEERING.includes(event.key)) event.stopPropagation();
      });
    }
  }
  Search.$inject = ['bpmnSearch', 'canvas', 'elementRegistry', 'eventBus', 'search', 'searchPad'];
  return { __init__: ['studioSearch'], studioSearch: ['type', Search] };
}

// The menus hear keys going up, too.
function hearInput(page) {
  page.querySelector('.djs-popup-search input')?.addEventListener('input', ({ target }) => {
    target.dispatchEvent(new KeyboardEvent('keyup', { bubbles: true }));
  });
}

function find(pattern, canvas, elementRegistry, search) {
  const roots = canvas.getRootElements();
  const items = elementRegistry
    .filter((element) => !element.labelTarget && !roots.includes(element))
    .map((element) => ({
      element, label: getLabel(element) ?? '', en: englishName(element.businessObject), id: element.id,
    }));
  return search(items, pattern, { keys: ['label', 'en', 'id'] }).map(({ item, tokens }) => ({
    element: item.element,
    primaryTokens: tokens.label,
    secondaryTokens: item.en ? [...tokens.en, { value: ' · ' }, ...tokens.id] : tokens.id,
  }));
}
