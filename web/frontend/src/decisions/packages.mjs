// What the editor of cells does not let one say. It closes every bracket by itself, and then `(5..10]`, which opens with one
// kind and ends with the other, stands as `(5..10])`. A version that is written otherwise fails the build.
import { readFile } from 'node:fs/promises';

const CLOSING = '    closeBrackets(),\n';

export const decisionPackages = {
  name: 'decision-packages',
  setup(build) {
    build.onLoad({ filter: /node_modules\/@bpmn-io\/feel-editor\/dist\/index\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (source.split(CLOSING).length !== 2) throw new Error(`${path} does not close brackets in one place`);
      return { contents: source.replace(CLOSING, ''), loader: 'js' };
    });
  },
};
