// Reads diagrams by name from standard input, as JSON, and writes the labels that English readers see: text and width.
import { text } from 'node:stream/consumers';
import { BpmnModdle } from '../../../web/frontend/node_modules/bpmn-moddle/dist/index.js';
import { spiffworkflow } from '../../../web/frontend/src/diagram/moddle.js';
import { showEnglishNames } from '../../../web/frontend/src/diagram/names.js';

const found = {};
for (const [name, xml] of Object.entries(JSON.parse(await text(process.stdin)))) {
  const { rootElement } = await new BpmnModdle({ spiffworkflow }).fromXML(xml);
  showEnglishNames(rootElement);
  const placed = rootElement.diagrams[0].plane.planeElement.filter(({ label }) => label?.bounds);
  found[name] = placed.map(({ bpmnElement, label }) => [bpmnElement.name ?? '', label.bounds.width]);
}
console.log(JSON.stringify(found));
