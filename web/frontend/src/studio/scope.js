// What an expression of an element sees: the variables of its process, and the items of the loops around it.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { processOf, rows, target } from './properties.js';

export const VARIABLE = 'var.';

// Variables with their types, those that are declared first.
export function variablesOf(element, given = {}) {
  const process = processOf(element);
  const found = {};
  for (const { name = '', value } of process ? rows(process) : []) {
    if (name.startsWith(VARIABLE) && name.length > VARIABLE.length) found[name.slice(VARIABLE.length)] = value;
  }
  return { ...itemsAround(element), ...given, ...found };
}

// A sequence flow stands in no loop of its own, but in its sub-process.
function itemsAround(element) {
  const found = {};
  for (let object = target(element); object && !is(object, 'bpmn:Process'); object = object.$parent) {
    const settings = rows(object);
    if (object.loopCharacteristics && settings.some(({ name }) => name === 'loop.collection')) {
      found[settings.find(({ name }) => name === 'loop.item')?.value || 'item'] = 'any';
    }
  }
  return found;
}
