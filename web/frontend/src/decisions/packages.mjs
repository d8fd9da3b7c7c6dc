// What the editor of cells does not let one say; a version that is written otherwise fails the build.
// It closes every bracket by itself, and then `(5..10]`, which opens with one kind and ends with the other, stands as
// `(5..10])`. It chooses the first of the functions that it proposes, so that Enter makes `am` a `substring after(…)`: here
// somebody chooses by an arrow first, and Enter goes to the next rule otherwise.
import { readFile } from 'node:fs/promises';

const PARTS = {
  '@bpmn-io/feel-editor/dist/index.js': [['    closeBrackets(),\n', ''], ['    autocompletion(),\n', '    autocompletion({ selectOnOpen: false }),\n']],
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
