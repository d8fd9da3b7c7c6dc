// A reference to what the file does not hold is dropped by bpmn-js, and with it what the file says: the variables of a
// multi-instance loop are such references, and one that dangles can only be mended if it is there. So it gets something to
// refer to, which is written as the id that was read and is nowhere else.
export function keepReferences(warnings) {
  for (const warning of warnings.filter(({ message }) => message.startsWith('unresolved reference'))) {
    const { element, property, value } = warning;
    // A picture of what is missing is drawn of the first process instead, with a warning that says so.
    if (element.$type === 'bpmndi:BPMNPlane') continue;
    const described = element.$descriptor.propertiesByName[property];
    const missing = element.$model.create(described.type, { id: value });
    if (described.isMany) element.get(property).push(missing);
    else element.set(property, missing);
    warnings.splice(warnings.indexOf(warning), 1);
  }
}
