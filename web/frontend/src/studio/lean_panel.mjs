// The panel's package holds the settings of two other engines as well, and nothing lets esbuild leave them out: their
// `$inject` lines look like effects. Without those lines they go, a fifth of the editor's script; a version of the package
// that writes them otherwise fails the build.
import { readFile } from 'node:fs/promises';

const FOREIGN = ['ZeebePropertiesProvider', 'CamundaPlatformPropertiesProvider'];

export const leanPanel = {
  name: 'lean-panel',
  setup(build) {
    build.onLoad({ filter: /node_modules\/bpmn-js-properties-panel\/dist\/index\.esm\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, 'utf8');
      for (const name of FOREIGN) {
        const line = `${name}.$inject = ['propertiesPanel', 'injector'];`;
        if (!contents.includes(line)) throw new Error(`${path} has no ${line}`);
        contents = contents.replace(line, '');
      }
      return { contents, loader: 'js' };
    });
  },
};
