// Our settings of an element: spiffworkflow:property rows in its extensionElements.
import { is } from 'bpmn-js/lib/util/ModelUtil';

// A pool stands for its process: settings belong to the process.
export function target(element) {
  const object = element.businessObject;
  return is(object, 'bpmn:Participant') && object.processRef ? object.processRef : object;
}

function block(element) {
  return target(element).extensionElements?.values?.find((value) => value.$type === 'spiffworkflow:Properties');
}

export function all(element) {
  return block(element)?.properties ?? [];
}

export function find(element, name) {
  return all(element).find((property) => property.name === name);
}

export function get(element, name) {
  return find(element, name)?.value ?? '';
}

// Changes settings as undoable commands.
export class Settings {
  constructor(modeling, bpmnFactory) {
    this.modeling = modeling;
    this.factory = bpmnFactory;
  }

  set(element, name, value) {
    const found = find(element, name);
    if (found && value) this.modeling.updateModdleProperties(element, found, { value });
    else if (found) this.remove(element, found);
    else if (value) this.append(element, name, value);
  }

  change(element, property, values) {
    this.modeling.updateModdleProperties(element, property, values);
  }

  remove(element, property) {
    const properties = all(element).filter((each) => each !== property);
    this.modeling.updateModdleProperties(element, block(element), { properties });
  }

  append(element, name, value) {
    const object = target(element);
    const property = this.create('spiffworkflow:Property', null, { name, value });
    const known = block(element);
    if (known) {
      property.$parent = known;
      this.modeling.updateModdleProperties(element, known, { properties: [...all(element), property] });
      return;
    }
    const extension = object.extensionElements ?? this.create('bpmn:ExtensionElements', object, { values: [] });
    const created = this.create('spiffworkflow:Properties', extension, { properties: [property] });
    property.$parent = created;
    if (object.extensionElements) {
      this.modeling.updateModdleProperties(element, extension, { values: [...(extension.values ?? []), created] });
    } else {
      extension.values = [created];
      this.modeling.updateModdleProperties(element, object, { extensionElements: extension });
    }
  }

  // Set the expression that stands in a child element, such as conditionExpression; empty takes the child away.
  setExpression(element, object, name, body, others = {}) {
    const expression = body ? this.create('bpmn:FormalExpression', object, { body }) : undefined;
    this.modeling.updateModdleProperties(element, object, { ...others, [name]: expression });
  }

  create(type, parent, values) {
    const created = this.factory.create(type, values);
    if (parent) created.$parent = parent;
    return created;
  }
}
Settings.$inject = ['modeling', 'bpmnFactory'];
