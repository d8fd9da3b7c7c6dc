// Our settings of an element: spiffworkflow:property rows in its extensionElements.
import { is } from 'bpmn-js/lib/util/ModelUtil';

// A pool stands for its process: settings belong to the process.
export function target(element) {
  const object = element.businessObject;
  return is(object, 'bpmn:Participant') && object.processRef ? object.processRef : object;
}

function block(object) {
  return object.extensionElements?.values?.find((value) => value.$type === 'spiffworkflow:Properties');
}

export function rows(object) {
  return block(object)?.properties ?? [];
}

export function all(element) {
  return rows(target(element));
}

export function get(element, name, object = target(element)) {
  return rows(object).find((row) => row.name === name)?.value ?? '';
}

function around(object, type) {
  let found = object;
  while (found && !is(found, type)) found = found.$parent;
  return found;
}

export const processOf = (element) => around(target(element), 'bpmn:Process');
export const definitionsOf = (element) => around(target(element), 'bpmn:Definitions');

// Every flow node of a process, with those inside of its sub-processes.
export function flowNodesOf(scope) {
  const nodes = (scope.flowElements ?? []).filter((each) => is(each, 'bpmn:FlowNode'));
  return nodes.flatMap((node) => [node, ...flowNodesOf(node)]);
}

// What stands beside the processes of a file: messages, errors.
export function rootsOf(element, type) {
  return definitionsOf(element)?.rootElements?.filter((each) => is(each, type)) ?? [];
}

// Changes settings: each call is one step of undo, and what it changes are pairs of a moddle element and its values.
export class Settings {
  constructor(commandStack, bpmnFactory) {
    this.stack = commandStack;
    this.factory = bpmnFactory;
  }

  run(element, changes) {
    const commands = changes.map(([moddleElement, properties]) => (
      { cmd: 'element.updateModdleProperties', context: { element, moddleElement, properties } }));
    this.stack.execute('properties-panel.multi-command-executor', commands);
  }

  // Several changes as one step: what `act` does with the settings that it gets is collected, and done at once.
  together(element, act) {
    const changes = [];
    act(Object.create(this, { run: { value: (_element, more) => changes.push(...more) } }));
    this.run(element, changes);
  }

  change(element, object, values) {
    this.run(element, [[object, values]]);
  }

  set(element, name, value, object = target(element)) {
    const changes = this.setting(object, name, value);
    if (changes.length) this.run(element, changes);
  }

  // What sets one of the settings; empty takes it away.
  setting(object, name, value) {
    const found = rows(object).find((row) => row.name === name);
    if (found && value) return [[found, { value }]];
    if (found) return [this.leaving(object, [found])];
    return value ? [this.adding(object, [{ name, value }])] : [];
  }

  remove(element, gone, object = target(element)) {
    this.run(element, [this.leaving(object, gone)]);
  }

  append(element, values, object = target(element)) {
    this.run(element, [this.adding(object, values)]);
  }

  leaving(object, gone) {
    return [block(object), { properties: rows(object).filter((row) => !gone.includes(row)) }];
  }

  adding(object, values) {
    const made = values.map((each) => this.create('spiffworkflow:Property', null, each));
    const adopt = (parent) => { for (const each of made) each.$parent = parent; };
    const known = block(object);
    if (known) {
      adopt(known);
      return [known, { properties: [...rows(object), ...made] }];
    }
    const extension = object.extensionElements ?? this.create('bpmn:ExtensionElements', object, { values: [] });
    const created = this.create('spiffworkflow:Properties', extension, { properties: made });
    adopt(created);
    if (object.extensionElements) return [extension, { values: [...(extension.values ?? []), created] }];
    extension.values = [created];
    return [object, { extensionElements: extension }];
  }

  // An expression that stands in a child element, such as conditionExpression; without a text there is none.
  expression(object, body) {
    return body === undefined ? undefined : this.create('bpmn:FormalExpression', object, { body });
  }

  // Make something that stands beside the processes, and have an element refer to it.
  addRoot(element, type, values, refer) {
    const definitions = definitionsOf(element);
    const made = this.create(type, definitions, values);
    this.run(element, [[definitions, { rootElements: [...definitions.rootElements, made] }], ...refer(made)]);
  }

  create(type, parent, values) {
    const created = this.factory.create(type, values);
    if (parent) created.$parent = parent;
    return created;
  }
}
Settings.$inject = ['commandStack', 'bpmnFactory'];
