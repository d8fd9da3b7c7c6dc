// What bpmn-js must know of SpiffWorkflow's namespace, so that nothing in it is lost by reading and writing: our settings
// are spiffworkflow:properties; the rest is what SpiffWorkflow's own parser reads (its spiff/parser), which a file from
// elsewhere may hold until it is cleared out.
const text = (name) => ({ name, type: 'String', isAttr: true });
const many = (name, type) => ({ name, type, isMany: true });
const type = (name, ...properties) => ({ name, superClass: ['Element'], properties });

const TEXTS = [
  'AllowGuest', 'CalledDecisionId', 'Category', 'Expression', 'ExpectedOutputJson', 'GuestConfirmation', 'InputJson',
  'InstructionsForEndUser', 'MessagePayload', 'MessageVariable', 'PayloadExpression', 'PostScript', 'PreScript', 'PropertyId',
  'SignalButtonLabel', 'VariableName',
];

export const spiffworkflow = {
  name: 'SpiffWorkflow',
  prefix: 'spiffworkflow',
  uri: 'http://spiffworkflow.org/bpmn/schema/1.0/core',
  xml: { tagAlias: 'lowerCase' },
  types: [
    { ...type('Properties', many('properties', 'Property')), meta: { allowedIn: ['*'] } },
    type('Property', text('name'), text('value')),
    type('ServiceTaskOperator', text('id'), text('resultVariable'), { name: 'list', type: 'Parameters' }, { name: 'retry', type: 'Retry' }),
    type('Parameters', many('parameters', 'Parameter')),
    type('Parameter', text('id'), text('type'), text('value')),
    type('Retry', text('retries'), text('backoff_base')),
    type('UnitTests', many('unitTests', 'UnitTest')),
    type('UnitTest', text('id'), { name: 'input', type: 'InputJson' }, { name: 'expected', type: 'ExpectedOutputJson' }),
    type('TaskMetadataValues', many('values', 'TaskMetadataValue')),
    type('TaskMetadataValue', text('name'), text('value')),
    type('ProcessVariableCorrelation', { name: 'property', type: 'PropertyId' }, { name: 'expression', type: 'Expression' }),
    { name: 'OnInstances', extends: ['bpmn:MultiInstanceLoopCharacteristics'], properties: [text('scriptsOnInstances')] },
    ...TEXTS.map((name) => type(name, { name: 'value', type: 'String', isBody: true })),
  ],
};
