// What a save would lose: elements and attributes of the file that reading and writing it does not give back.
const WATCHED = [
  'http://www.omg.org/spec/BPMN/20100524/MODEL',
  'http://spiffworkflow.org/bpmn/schema/1.0/core',
  'https://www.omg.org/spec/DMN/20191111/MODEL/',
];
// The writer leaves these out, because they say what is so anyway.
const DEFAULTS = {
  cancelActivity: 'true', isInterrupting: 'true', isSequential: 'false', triggeredByEvent: 'false', testBefore: 'false',
  parallelMultiple: 'false', isForCompensation: 'false', startQuantity: '1', completionQuantity: '1', isClosed: 'false',
  gatewayDirection: 'Unspecified', instantiate: 'false', isCollection: 'false', processType: 'None', behavior: 'All',
  implementation: '##WebService', hitPolicy: 'UNIQUE', isImmediate: 'true', isExecutable: 'false', eventGatewayType: 'Exclusive',
};

export function losses(before, after) {
  const left = count(signatures(after));
  const lost = [];
  for (const signature of signatures(before)) {
    const number = left.get(signature) ?? 0;
    if (number) left.set(signature, number - 1);
    else lost.push(signature);
  }
  return lost;
}

function* signatures(xml) {
  const root = new DOMParser().parseFromString(xml, 'application/xml').documentElement;
  for (const node of [root, ...root.querySelectorAll('*')]) {
    if (!WATCHED.includes(node.namespaceURI) || node === root) continue;
    const owner = node.id || `${node.parentElement.closest('[id]')?.id ?? ''}/${node.getAttribute('name') ?? ''}`;
    const text = node.children.length ? '' : node.textContent.trim();
    yield `${node.localName} ${owner} ${text}`.trim();
    for (const { localName, namespaceURI, value } of node.attributes) {
      if (namespaceURI || DEFAULTS[localName] === value) continue;
      yield `${node.localName} ${owner} ${localName}="${value}"`;
    }
  }
}

function count(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
