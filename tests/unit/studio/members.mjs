// Reads diagrams by name and the panel's data from standard input, as JSON, and writes for each process the contexts whose
// entries the panel knows for sure.
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { BpmnModdle } from '../../../web/frontend/node_modules/bpmn-moddle/dist/index.js';
import { build } from '../../../web/frontend/node_modules/esbuild/lib/main.js';
import { spiffworkflow } from '../../../web/frontend/src/diagram/moddle.js';

const studio = fileURLToPath(new URL('../../../web/frontend/src/studio/', import.meta.url));
const contents = "export { closedIn } from './members.js'; export { variablesOf } from './scope.js';";
const bundled = await build({ stdin: { contents, resolveDir: studio }, bundle: true, write: false, format: 'esm', logLevel: 'error' });
const { closedIn, variablesOf } = await import(`data:text/javascript;base64,${Buffer.from(bundled.outputFiles[0].contents).toString('base64')}`);

const { files, data } = JSON.parse(await text(process.stdin));
const found = {};
for (const [name, xml] of Object.entries(files)) {
  const { rootElement } = await new BpmnModdle({ spiffworkflow }).fromXML(xml);
  for (const each of rootElement.rootElements.filter(({ $type }) => $type === 'bpmn:Process')) {
    found[`${name} ${each.id}`] = closedIn(each, data, variablesOf({ businessObject: each }));
  }
}
console.log(JSON.stringify(found));
