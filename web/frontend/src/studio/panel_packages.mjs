// What the panel's packages do not let one say; a version that is written otherwise fails the build.
// They hold the settings of two other engines, which esbuild cannot leave out, because their `$inject` lines look like
// effects: without those lines they go. They hold an editor of code for kinds of fields that are not used here: it goes too,
// and with both almost half of the script. And many of their parts are not given the words of a language by those that use
// them, but fall back on a function that is exported here to be set.
import { readFile } from 'node:fs/promises';

const CODE_EDITORS = /^import (.+) from '(?:@codemirror\/.+|@bpmn-io\/feel(?:ers)?-editor)';$/gm;
// Stands for whatever of it is named, also where a module names it as it is loaded.
const UNUSED = 'const unused = new Proxy(function () {}, { get: () => unused, apply: () => unused });';
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
      const source = await read(path, ['function translateFallback(', "from '@codemirror/view';", "from '@bpmn-io/feel-editor';"]);
      const lean = source.replace(CODE_EDITORS, (_whole, names) => `const ${names} = unused;`);
      const setter = 'export function $translateWith(translate) { translateFallback = translate; }';
      return { contents: [UNUSED, lean, setter].join('\n'), loader: 'js' };
    });
  },
};
