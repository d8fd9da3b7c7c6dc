// Lists of settings: the variables of a process, and whatever has no input of its own.
import { ListGroup } from '@bpmn-io/properties-panel';
import { entry, feel } from './entries.js';
import { all } from './properties.js';
import { VARIABLE } from './scope.js';

const NAME = /^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*$/u;

export const isName = (text) => NAME.test(text);

const keys = new WeakMap();
let made = 0;

// A row has no id of its own; by its place the row behind a removed one would take over its input.
export function keyOf(row) {
  if (!keys.has(row)) keys.set(row, (made += 1));
  return keys.get(row);
}

export function remover(element, row, { settings }) {
  return (event) => {
    event.stopPropagation();
    settings().remove(element, [row]);
  };
}

// Rows of a name and a value.
export function listGroup(element, data, { id, label, isShown, prefix = '', value = values }) {
  const { texts, settings } = data;
  const items = all(element).filter(({ name = '' }) => isShown(name)).map((row) => {
    const key = `${id}-${keyOf(row)}`;
    const validate = (text) => nameProblem(element, row, prefix, text, texts);
    const name = entry(`${key}-name`, 'text', texts.name, () => (row.name ?? '').slice(prefix.length),
      (change, owner, text) => change.change(owner, row, { name: prefix + text }), { validate });
    return {
      id: `fieldflow-${key}`,
      label: `${(row.name ?? '').slice(prefix.length)}${value.after(row, data)}`,
      entries: [name, value.entry(key, row, data)],
      remove: remover(element, row, data),
    };
  });
  const add = (event) => {
    event.stopPropagation();
    const taken = all(element).map(({ name }) => name);
    let number = 1;
    while (taken.includes(`${prefix}name_${number}`)) number += 1;
    settings().append(element, [{ name: `${prefix}name_${number}`, value: value.start }]);
  };
  return { id: `fieldflow-list-${id}`, label, component: ListGroup, items, add };
}

function nameProblem(element, row, prefix, text, texts) {
  if (!isName(text ?? '')) return texts.nameInvalid;
  return all(element).some((each) => each !== row && each.name === prefix + text) ? texts.nameTaken : null;
}

const reading = (row) => () => row.value ?? '';
const writing = (row) => (change, owner, text) => change.change(owner, row, { value: text });

const values = {
  start: '',
  after: () => '',
  entry: (key, row, { texts }) => entry(`${key}-value`, 'text', texts.plainValue, reading(row), writing(row)),
};

// Expressions by name, such as what a topic gets besides its parameters.
export const expressions = {
  ...values,
  entry: (key, row, { texts }) => feel(`${key}-value`, texts.value, 'value', reading(row), writing(row)),
};

const typed = {
  start: 'text',
  after: ({ value }, { types }) => ` · ${types[value] ?? value}`,
  entry: (key, row, { texts, types }) => {
    const options = Object.entries(types).filter(([value]) => !['any', 'time'].includes(value)).map(([value, label]) => ({ value, label }));
    return entry(`${key}-value`, 'select', texts.type, reading(row), writing(row), { options });
  },
};

export function variablesGroup(element, data) {
  const isShown = (name) => name.startsWith(VARIABLE);
  return listGroup(element, data, { id: 'var.', label: data.texts.variables, isShown, prefix: VARIABLE, value: typed });
}
