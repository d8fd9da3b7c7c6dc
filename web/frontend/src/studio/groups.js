// Which of our settings an element has.
import { getBusinessObject, is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { ListGroup } from '@bpmn-io/properties-panel';
import { entry } from './entries.js';
import { all, get } from './properties.js';

const TYPES = ['text', 'number', 'money', 'boolean', 'date', 'datetime', 'duration', 'list', 'context'];
const CHOOSING = ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway'];
const THROWING = ['bpmn:EndEvent', 'bpmn:IntermediateThrowEvent', 'bpmn:SendTask'];

const property = (name) => [
  (element) => get(element, name),
  (settings, element, value) => settings.set(element, name, value),
];

export function fieldflowGroups(element, data) {
  const entries = settingsOf(element, data);
  const groups = [];
  if (entries.length) groups.push({ id: 'fieldflow', label: data.texts.group, entries, shouldOpen: true });
  const isProcess = isAny(element, ['bpmn:Process', 'bpmn:Participant']);
  if (isProcess) groups.push(list(element, data, 'var.', data.texts.variables, true));
  if (is(element, 'bpmn:ServiceTask')) groups.push(list(element, data, 'param.', data.texts.parameters));
  if (!isAny(element, ['bpmn:Collaboration', 'label'])) groups.push(list(element, data, '', data.texts.other));
  return groups;
}

function settingsOf(element, data) {
  const { texts } = data;
  const found = [];
  const add = (name, look, label, more) => found.push(entry(name, look, label, ...property(name), more));
  if (is(element, 'bpmn:UserTask')) {
    addForm(found, element, data);
    add('due', 'text', texts.due, { description: texts.dueHelp });
    const options = [{ value: '', label: texts.no }, { value: 'true', label: texts.yes }];
    add('optional', 'select', texts.optional, { options, description: texts.optionalHelp });
    found.push(entry('in-lane', 'text', texts.inLane, laneOf, () => {}, { disabled: true }));
  }
  if (is(element, 'bpmn:ServiceTask')) add('topic', 'select', texts.topic, { options: topicOptions(data) });
  if (is(element, 'bpmn:BusinessRuleTask')) {
    const options = [{ value: '', label: texts.none }, ...data.decisions.map((value) => ({ value, label: value }))];
    add('decision', 'select', texts.decision, { options });
  }
  if (isAny(element, ['bpmn:UserTask', 'bpmn:ServiceTask', 'bpmn:BusinessRuleTask'])) add('result', 'text', texts.result);
  if (is(element, 'bpmn:ScriptTask')) found.push(script(texts));
  if (is(element, 'bpmn:SequenceFlow') && isAny(element.businessObject.sourceRef, CHOOSING)) found.push(condition(texts));
  if (timerOf(element)) found.push(...timer(texts));
  if (is(element, 'bpmn:CallActivity')) found.push(called(texts));
  if (isAny(element, THROWING) && throwsMessage(element)) {
    add('to', 'text', texts.to);
    add('payload', 'area', texts.payload);
  }
  if (is(element, 'bpmn:Lane')) add('key', 'text', texts.lane, { description: texts.laneHelp });
  if (!is(element, 'bpmn:Collaboration')) add('name_en', 'text', texts.nameEn);
  return found;
}

function addForm(found, element, { forms, texts }) {
  const options = [{ value: '', label: texts.none }, ...forms, { value: '=', label: texts.formExpression }];
  const [read, write] = property('form');
  const chosen = (each) => (read(each).startsWith('=') ? '=' : read(each));
  found.push(entry('form', 'select', texts.form, chosen, write, { options }));
  if (!read(element).startsWith('=')) return;
  const expression = (each) => read(each).slice(1);
  const writeExpression = (settings, each, value) => write(settings, each, `=${value}`);
  found.push(entry('form-expression', 'text', texts.formExpression, expression, writeExpression));
}

function topicOptions({ topics, texts }) {
  return [
    { value: '', label: texts.none },
    ...topics.map(({ name, label }) => ({ value: name, label: label ? `${name} · ${label}` : name })),
  ];
}

// The lane of an element; inside of a sub-process it is the sub-process's.
function laneOf(element) {
  for (let object = getBusinessObject(element); object; object = object.$parent) {
    if (object.lanes?.length) return object.lanes.map((lane) => lane.name).join(', ');
  }
  return '';
}

function script(texts) {
  const read = (element) => element.businessObject.script ?? '';
  const write = (settings, element, value) => {
    const values = { script: value || undefined, scriptFormat: value ? 'feel' : undefined };
    settings.change(element, element.businessObject, values);
  };
  return entry('script', 'area', texts.script, read, write, { description: texts.scriptHelp, rows: 5 });
}

function condition(texts) {
  const read = (element) => element.businessObject.conditionExpression?.body ?? '';
  const write = (settings, element, value) => {
    settings.setExpression(element, element.businessObject, 'conditionExpression', value);
  };
  return entry('condition', 'area', texts.condition, read, write, { description: texts.conditionHelp, rows: 2 });
}

function timerOf(element) {
  return element.businessObject.eventDefinitions?.find((each) => is(each, 'bpmn:TimerEventDefinition'));
}

function timerKind(definition) {
  return ['timeDate', 'timeDuration', 'timeCycle'].find((name) => definition[name]) ?? 'timeDate';
}

function timer(texts) {
  const clear = { timeDate: undefined, timeDuration: undefined, timeCycle: undefined };
  const body = (element) => timerOf(element)?.[timerKind(timerOf(element))]?.body ?? '';
  const kind = (element) => (timerKind(timerOf(element)) === 'timeDuration' ? 'timeDuration' : 'timeDate');
  const set = (settings, element, name, value) => settings.setExpression(element, timerOf(element), name, value, clear);
  const options = [
    { value: 'timeDate', label: texts.timerDate },
    { value: 'timeDuration', label: texts.timerDuration },
  ];
  return [
    entry('timer-kind', 'select', texts.timerKind, kind,
      (settings, element, name) => set(settings, element, name, body(element) || 'null'), { options }),
    entry('timer', 'area', texts.timer, body,
      (settings, element, value) => set(settings, element, kind(element), value),
      { description: texts.timerHelp, rows: 2 }),
  ];
}

function called(texts) {
  const read = (element) => element.businessObject.calledElement ?? '';
  const write = (settings, element, value) => {
    settings.change(element, element.businessObject, { calledElement: value || undefined });
  };
  return entry('called', 'text', texts.calledElement, read, write);
}

function throwsMessage(element) {
  const object = element.businessObject;
  return is(object, 'bpmn:SendTask') || object.eventDefinitions?.some((each) => is(each, 'bpmn:MessageEventDefinition'));
}

// Settings that have an input of their own stay out of the list of the others.
const OWN = ['name_en', 'form', 'due', 'optional', 'topic', 'decision', 'result', 'to', 'payload', 'key'];
const isOther = (name) => !OWN.includes(name) && !name.startsWith('var.') && !name.startsWith('param.');

function list(element, data, prefix, label, isTyped = false) {
  const shown = all(element).filter(({ name = '' }) => (prefix ? name.startsWith(prefix) : isOther(name)));
  return {
    id: `fieldflow-list-${prefix || 'other'}`,
    label,
    component: ListGroup,
    items: shown.map((row, index) => item(element, row, `${prefix || 'other'}-${index}`, prefix, data, isTyped)),
    add: adder(element, data, prefix, isTyped),
  };
}

function item(element, row, id, prefix, { texts, settings }, isTyped) {
  const name = entry(`${id}-name`, 'text', texts.name, () => (row.name ?? '').slice(prefix.length),
    (change, owner, value) => change.change(owner, row, { name: prefix + value }));
  const options = TYPES.map((value) => ({ value, label: value }));
  const value = entry(`${id}-value`, isTyped ? 'select' : 'area', isTyped ? texts.type : texts.value,
    () => row.value ?? '', (change, owner, text) => change.change(owner, row, { value: text }),
    isTyped ? { options } : { rows: 1 });
  return {
    id: `fieldflow-${id}`,
    label: (row.name ?? '').slice(prefix.length),
    entries: [name, value],
    remove: (event) => {
      event.stopPropagation();
      settings().remove(element, row);
    },
  };
}

function adder(element, { settings }, prefix, isTyped) {
  return (event) => {
    event.stopPropagation();
    const taken = all(element).map((row) => row.name);
    let number = 1;
    while (taken.includes(`${prefix}name_${number}`)) number += 1;
    settings().append(element, `${prefix}name_${number}`, isTyped ? 'text' : 'null');
  };
}
