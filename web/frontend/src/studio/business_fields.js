// Business fields: what lists show and filter by. A process names its slots; each user task says what it puts into them.
import { ListGroup } from '@bpmn-io/properties-panel';
import { entry, feel } from './entries.js';
import { keyOf } from './lists.js';
import { all, get, processOf, rows } from './properties.js';
import { FieldsGroup, offersFor } from './take_over.js';

const FIELD = 'field.';
const ENGLISH = '_en';

// How a slot is named and which words it may hold stand at the process, for all of its tasks.
function naming(id, slot, element, process, texts, isText) {
  // A text that is emptied to be written anew stays: without its last row the field itself would go.
  const write = (name) => (settings, owner, value) => {
    const row = rows(process).find((each) => each.name === name);
    if (row) settings.change(owner, row, { value });
    else settings.set(owner, name, value, process);
  };
  const at = (name) => [() => get(element, name, process), write(name)];
  const found = [
    entry(`${id}-label`, 'text', texts.slotLabel, ...at(`label.${slot}`), { description: texts.slotLabelHelp }),
    entry(`${id}-label-en`, 'text', texts.slotLabelEn, ...at(`label.${slot}${ENGLISH}`)),
  ];
  if (isText) {
    found.push(entry(`${id}-values`, 'text', texts.slotValues, ...at(`values.${slot}`), { description: texts.slotValuesHelp }));
    found.push(entry(`${id}-values-en`, 'text', texts.slotValuesEn, ...at(`values.${slot}${ENGLISH}`)));
  }
  return found;
}

// What the process calls a slot, in the reader's language where it says so.
function labelOf(slot, element, process, locale) {
  const own = get(element, `label.${slot}`, process);
  return (locale === 'en' && get(element, `label.${slot}${ENGLISH}`, process)) || own;
}

const partsOf = (slot) => ['label', 'values'].flatMap((part) => [`${part}.${slot}`, `${part}.${slot}${ENGLISH}`]);

export function slotsGroup(element, data) {
  const { slots, texts, settings, locale } = data;
  const process = processOf(element);
  const belonging = (slot) => rows(process).filter(({ name }) => partsOf(slot).includes(name));
  const used = slots.filter(({ value }) => belonging(value).length);
  const items = used.map((slot) => {
    const own = belonging(slot.value);
    const id = `slot-${keyOf(own[0])}`;
    const move = (change, value) => change.run(element,
      own.map((row) => [row, { name: row.name.replace(`.${slot.value}`, `.${value}`) }]));
    return {
      id: `fieldflow-${id}`,
      label: [labelOf(slot.value, element, process, locale), slot.label].filter(Boolean).join(' · '),
      entries: [
        which(id, slot.value, slots, used, texts, move),
        ...naming(id, slot.value, element, process, texts, slot.type === 'text'),
      ],
      remove: (event) => {
        event.stopPropagation();
        settings().remove(element, own, process);
      },
    };
  });
  const free = slots.find((slot) => !used.includes(slot));
  const add = free && ((event) => {
    event.stopPropagation();
    settings().append(element, [{ name: `label.${free.value}`, value: free.label }], process);
  });
  return { id: 'fieldflow-slots', label: texts.slots, component: ListGroup, items, add };
}

function which(id, current, options, used, texts, write) {
  const free = options.filter((option) => option.value === current || !used.some(({ value }) => value === option.value));
  const choose = (change, _element, value) => write(change, value);
  return entry(`${id}-which`, 'select', texts.slot, () => current, choose, { options: free, description: texts.slotHelp });
}

export function taskFieldsGroup(element, data) {
  const { taskFields, priorities, slots, texts, settings, locale } = data;
  const process = processOf(element);
  const labelled = taskFields.map(({ value, label }) => {
    const own = process && labelOf(value, element, process, locale);
    return { value, label: own ? `${own} · ${label}` : label };
  });
  const own = all(element).filter(({ name = '' }) => name.startsWith(FIELD));
  const used = own.map(({ name }) => ({ value: name.slice(FIELD.length) }));
  const items = own.map((row) => {
    const slot = row.name.slice(FIELD.length);
    const id = `field-${keyOf(row)}`;
    const known = slots.find(({ value }) => value === slot);
    const type = { date: 'datetime', number: 'number' }[known?.type] ?? 'text';
    const choices = slot === 'priority' ? priorities.map((value) => ({ value, label: texts.priority })) : [];
    return {
      id: `fieldflow-${id}`,
      label: labelled.find(({ value }) => value === slot)?.label ?? slot,
      entries: [
        which(id, slot, labelled, used, texts, (change, value) => change.change(element, row, { name: FIELD + value })),
        feel(`${id}-value`, texts.fieldValue, type, () => row.value ?? '', (change, owner, value) => change.change(owner, row, { value }),
          { type, choices, description: texts.fieldValueHelp, required: true }),
        ...(known && process ? naming(id, slot, element, process, texts, false) : []),
      ],
      remove: (event) => {
        event.stopPropagation();
        settings().remove(element, [row]);
      },
    };
  });
  const free = taskFields.find(({ value }) => !used.some((each) => each.value === value));
  const add = free && ((event) => {
    event.stopPropagation();
    settings().append(element, [{ name: FIELD + free.value, value: '' }]);
  });
  const nameOf = (name) => {
    if (name === 'due') return texts.due;
    const slot = name.slice(name.indexOf('.') + 1);
    return (process && labelOf(slot, element, process, locale)) || (taskFields.find(({ value }) => value === slot)?.label ?? name);
  };
  return {
    id: 'fieldflow-fields', label: texts.slots, component: FieldsGroup, items, add, offers: offersFor(element, locale), nameOf,
  };
}
