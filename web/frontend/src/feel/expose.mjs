// feelin exports evaluate() only, which parses its text anew at every call and cannot be told to be strict.
// This plugin of the build also exports the parts that strict.js builds on; nothing in feelin's text is changed,
// and a version that renames one of them fails the build.
import { readFile } from 'node:fs/promises';

const INTERNALS = [
  'InvocationFailure', 'addDuration', 'builtins', 'combine', 'equals', 'evalNode', 'getFromContext', 'getType', 'invalidArguments',
  'isContext', 'isInvocationFailure', 'isZoned', 'lintError', 'matchesType', 'hasTimeComponent', 'timeFrom', 'toComparable', 'wrapFunction',
];

export const exposeFeelin = {
  name: 'expose-feelin',
  setup(build) {
    build.onLoad({ filter: /node_modules\/feelin\/dist\/index\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const names = INTERNALS.map((name) => `${name} as $${name}`).join(', ');
      return { contents: `${source}\nexport { ${names}, Temporal as $Temporal };\n`, loader: 'js' };
    });
  },
};
