// Reads files by name from standard input, as JSON, and writes each as the editor would save it, with what reading it warned of.
import { text } from 'node:stream/consumers';
import { BpmnModdle } from '../../../web/frontend/node_modules/bpmn-moddle/dist/index.js';
import { spiffworkflow } from '../../../web/frontend/src/diagram/moddle.js';
import { keepReferences } from '../../../web/frontend/src/studio/references.js';

const found = {};
for (const [name, xml] of Object.entries(JSON.parse(await text(process.stdin)))) {
  const moddle = new BpmnModdle({ spiffworkflow });
  const { rootElement, warnings } = await moddle.fromXML(xml);
  keepReferences(warnings);
  const saved = await moddle.toXML(rootElement, { format: true });
  found[name] = { xml: saved.xml, warnings: warnings.map(({ message }) => message) };
}
console.log(JSON.stringify(found));
