// Two things that the panel's packages do not let one say; a version that is written otherwise fails the build.
// They hold the settings of two other engines, which esbuild cannot leave out, because their `$inject` lines look like
// effects: without those lines they go, and with them a tenth of the editor's script. And many of their parts are not given
// the words of a language by those that use them, but fall back on a function that is exported here to be set.
import { readFile } from 'node:fs/promises';

const FOREIGN = ['ZeebePropertiesProvider', 'CamundaPlatformPropertiesProvider'];

async function read(path, parts) {
  const source = await readFile(path, 'utf8');
  for (const part of parts) if (!source.includes(part)) throw new Error(`${path} has no ${part}`);
  return source;
}

export const panelPackages = {
  name: 'panel-packages',
  setup(build) {
    build.onLoad({ filter: /node_modules\/bpmn-js-properties-panel\/dist\/index\.esm\.js$/ }, async ({ path }) => {
      const lines = FOREIGN.map((name) => `${name}.$inject = ['propertiesPanel', 'injector'];`);
      const source = await read(path, lines);
      return { contents: lines.reduce((text, line) => text.replace(line, ''), source), loader: 'js' };
    });
    build.onLoad({ filter: /node_modules\/@bpmn-io\/properties-panel\/dist\/index\.esm\.js$/ }, async ({ path }) => {
      const source = await read(path, ['function translateFallback(']);
      const setter = 'export function $translateWith(translate) { translateFallback = translate; }';
      return { contents: `${source}\n${setter}\n`, loader: 'js' };
    });
  },
};
