// What the editor of tables does wrong; a version that is written otherwise fails the build.
// The editor of cells closes every bracket by itself, and then `(5..10]`, which opens with one kind and ends with the other, stands as
// `(5..10])`. It chooses the first of the functions that it proposes, so that Enter makes `am` a `substring after(…)`: here
// somebody chooses by an arrow first, and Enter goes to the next rule otherwise. What belongs to a cell is placed as if the
// table filled the window, so that a menu covers the cell's neighbours, and the button for it stands in another row. Some
// of its words pass by the translation.
import { readFile } from 'node:fs/promises';

const PARTS = {
  '@bpmn-io/feel-editor/dist/index.js': [['    closeBrackets(),\n', ''], ['    autocompletion(),\n', '    autocompletion({ selectOnOpen: false }),\n']],
  'dmn-js-decision-table/lib/features/simple-mode/components/SimpleModeButtonComponent.js': [
    ['> containerBounds.width / 2', '> containerBounds.left + containerBounds.width / 2'],
    ['cellBounds.top + cellBounds.height / 2 > containerBounds.height / 2', 'false'],
  ],
  'table-js/lib/features/context-menu/components/ContextMenuComponent.js': [
    ['> containerBounds.width / 2', '> containerBounds.left + containerBounds.width / 2'],
    ['> containerBounds.height / 2', '> containerBounds.top + containerBounds.height / 2'],
  ],
  'dmn-js-decision-table/lib/features/drag-and-drop/DragAndDrop.js': [
    ["`Move ${isInput(col) ? 'Input' : 'Output'}`", "this._translate(isInput(col) ? 'Move input' : 'Move output')"],
  ],
  'dmn-js-shared/lib/components/List.js': [['"Remove item"', "this.context.injector.get('translate')('Remove item')"]],
  'dmn-js-shared/lib/components/LiteralExpression.js': [["'.cm-tooltip-autocomplete'", "'.cm-tooltip-autocomplete [aria-selected]'"]],
};

async function changed(path, parts) {
  let source = await readFile(path, 'utf8');
  for (const [part, made] of parts) {
    if (source.split(part).length !== 2) throw new Error(`${path} does not have ${part} once`);
    source = source.replace(part, () => made);
  }
  return source;
}

export const decisionPackages = {
  name: 'decision-packages',
  setup(build) {
    for (const [file, parts] of Object.entries(PARTS)) {
      const filter = new RegExp(`node_modules/${file.replaceAll('.', '\\.')}$`);
      build.onLoad({ filter }, async ({ path }) => ({ contents: await changed(path, parts), loader: 'js' }));
    }
  },
};
