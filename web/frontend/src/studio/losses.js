// What a save would lose: elements and attributes of the file, of whatever namespace, that reading and writing it does not
// give back.
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const XMLNS = 'http://www.w3.org/2000/xmlns/';
const PICTURE = /\/spec\/(BPMN\/20100524\/D|DD\/|DMN\/[0-9]+\/(DMN)?D)/;
// The writer leaves these out, because they say what is so anyway.
const DEFAULTS = {
  cancelActivity: 'true', isInterrupting: 'true', isSequential: 'false', triggeredByEvent: 'false', testBefore: 'false',
  parallelMultiple: 'false', isForCompensation: 'false', startQuantity: '1', completionQuantity: '1', isClosed: 'false',
  gatewayDirection: 'Unspecified', instantiate: 'false', isCollection: 'false', processType: 'None', behavior: 'All',
  implementation: '##WebService', hitPolicy: 'UNIQUE', isImmediate: 'true', isExecutable: 'false', eventGatewayType: 'Exclusive',
  textFormat: 'text/plain', waitForCompletion: 'true', minimum: '0', maximum: '1', isUnlimited: 'true',
  cancelRemainingInstances: 'true', messageVisibleKind: 'initiating',
};
// Names that the standard and bpmn-js give to the same child.
const SAME = { messagePath: 'formalExpression', dataPath: 'formalExpression', expression: 'formalExpression' };

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
  for (const node of root.querySelectorAll('*')) {
    const name = SAME[node.localName] ?? node.localName;
    const owner = node.id || `${node.parentElement.closest('[id]')?.id ?? ''}/${node.getAttribute('name') ?? ''}`;
    const text = node.children.length ? '' : node.textContent.trim();
    yield `${name} ${owner} ${text}`.trim();
    for (const { localName, namespaceURI, value } of node.attributes) {
      if ([XSI, XMLNS].includes(namespaceURI) || DEFAULTS[localName] === value) continue;
      // Coordinates are written anew, as numbers.
      const written = PICTURE.test(node.namespaceURI) && /^-?\d+\.\d+$/.test(value) ? Number(value) : value;
      yield `${name} ${owner} ${localName}="${written}"`;
    }
  }
}

function count(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
