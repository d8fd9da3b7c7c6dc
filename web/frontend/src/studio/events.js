// Events: timers, messages and errors, and what a boundary event does to its activity.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { entry, feel, note, property } from './entries.js';
import { rootsOf } from './properties.js';
import { pickVariable } from './variables.js';

const NEW = '+';
const MESSAGE = { id: 'message', type: 'bpmn:Message', reference: 'messageRef' };
const ERROR = { id: 'error', type: 'bpmn:Error', reference: 'errorRef' };
const TIMES = ['timeDate', 'timeDuration', 'timeCycle'];

export function definitionOf(element, type) {
  return element.businessObject.eventDefinitions?.find((each) => is(each, type));
}

export function timerGroup(element, data) {
  const definition = definitionOf(element, 'bpmn:TimerEventDefinition');
  if (!definition) return null;
  const { texts } = data;
  const read = () => definition[kindOf(definition)]?.body ?? '';
  const set = (settings, kind, body) => {
    const others = Object.fromEntries(TIMES.map((name) => [name, undefined]));
    settings.change(element, definition, { ...others, [kind]: settings.expression(definition, body) });
  };
  const write = (settings, _element, value) => set(settings, kindOf(definition), value);
  const options = [
    { value: 'timeDate', label: texts.timerDate }, { value: 'timeDuration', label: texts.timerDuration },
    ...(definition.timeCycle ? [{ value: 'timeCycle', label: texts.timerCycle }] : []),
  ];
  const isLength = kindOf(definition) === 'timeDuration';
  return { id: 'fieldflow-timer', label: texts.timerGroup, shouldOpen: true, entries: [
    entry('timer-kind', 'select', texts.timerKind, () => kindOf(definition), (settings, _element, kind) => set(settings, kind, read()),
      { options, description: definition.timeCycle ? texts.timerCycleHelp : '' }),
    pickVariable('timer-variable', texts.timerFrom, isLength ? ['duration'] : ['datetime', 'date'], read, write, element, data),
    feel('timer', texts.timer, 'timer', read, write,
      { type: isLength ? 'duration' : 'datetime', description: isLength ? texts.timerDurationHelp : texts.timerHelp, required: true }),
  ] };
}

function kindOf(definition) {
  return TIMES.find((name) => definition[name]) ?? 'timeDate';
}

// What refers to a message: an event's definition, or the task itself.
function messageHolder(element) {
  if (isAny(element, ['bpmn:SendTask', 'bpmn:ReceiveTask'])) return element.businessObject;
  return definitionOf(element, 'bpmn:MessageEventDefinition');
}

export function messageGroup(element, data) {
  const holder = messageHolder(element);
  if (!holder) return null;
  const { texts } = data;
  const throws = isAny(element, ['bpmn:EndEvent', 'bpmn:IntermediateThrowEvent', 'bpmn:SendTask']);
  const starts = is(element, 'bpmn:StartEvent');
  const entries = [
    choice(element, holder, MESSAGE, { label: texts.whichMessage, none: texts.none, fresh: texts.newMessage, empty: texts.noMessages }),
    ...named(element, holder, MESSAGE, texts.messageName, texts, texts.messageNameHelp),
    note('message-help', { lines: [throws ? texts.throwHelp : starts ? texts.startMessageHelp : texts.catchHelp] }),
  ];
  if (throws) {
    entries.push(feel('to', texts.to, 'text', ...property('to'), { type: 'text', description: texts.toHelp, required: true }));
    entries.push(feel('payload', texts.payload, 'context', ...property('payload'), { type: 'context', description: texts.payloadHelp }));
  }
  return { id: 'fieldflow-message', label: texts.message, entries, shouldOpen: true };
}

export function errorGroup(element, data) {
  const holder = definitionOf(element, 'bpmn:ErrorEventDefinition');
  if (!holder) return null;
  const { texts } = data;
  const catches = is(element, 'bpmn:BoundaryEvent');
  const none = catches ? texts.anyError : texts.none;
  const entries = [
    choice(element, holder, ERROR, { label: texts.whichError, none, fresh: texts.newError, empty: texts.noErrors }),
    ...named(element, holder, ERROR, texts.errorCode, texts, texts.errorCodeHelp),
    note('error-help', { lines: [catches ? texts.errorCatchHelp : texts.errorThrowHelp] }),
  ];
  return { id: 'fieldflow-error', label: texts.errorEvent, entries, shouldOpen: true };
}

const nameOf = (root) => root.errorCode || root.name || root.id;

// One of those that the file has, or a new one.
function choice(element, holder, { id, type, reference }, { label, none, fresh, empty }) {
  const known = rootsOf(element, type);
  const options = [
    { value: '', label: none }, ...known.map((root) => ({ value: root.id, label: nameOf(root) })), { value: NEW, label: fresh },
  ];
  const write = (settings, _element, value) => {
    if (value !== NEW) return settings.change(element, holder, { [reference]: known.find((root) => root.id === value) });
    const name = freeName(known, id);
    const values = type === ERROR.type ? { name, errorCode: name } : { name };
    return settings.addRoot(element, type, values, (made) => [[holder, { [reference]: made }]]);
  };
  return entry(id, 'select', label, () => holder[reference]?.id ?? '', write, { options, description: known.length ? '' : empty });
}

function freeName(known, stem) {
  let number = 1;
  while (known.some((root) => nameOf(root) === `${stem}_${number}`)) number += 1;
  return `${stem}_${number}`;
}

// The name of what is chosen, for every element that refers to it.
function named(element, holder, { id, type, reference }, label, texts, description) {
  const root = holder[reference];
  if (!root) return [];
  const validate = (value) => {
    if (!value?.trim()) return texts.nameNeeded;
    return rootsOf(element, type).some((each) => each !== root && nameOf(each) === value.trim()) ? texts.nameTaken : null;
  };
  // An error's name is for people who read the file; it is its code unless somebody wrote another.
  const isCalled = root.name && root.name !== root.errorCode;
  const valuesOf = (value) => (type === ERROR.type ? { errorCode: value, ...(isCalled ? {} : { name: value }) } : { name: value });
  const write = (settings, _element, value) => { if (!validate(value)) settings.change(element, root, valuesOf(value)); };
  return [entry(`${id}-name`, 'text', label, () => nameOf(root), write, { validate, description })];
}

export function boundaryGroup(element, { texts }) {
  if (!is(element, 'bpmn:BoundaryEvent')) return null;
  const isError = Boolean(definitionOf(element, 'bpmn:ErrorEventDefinition'));
  const options = [{ value: 'true', label: texts.interrupts }, { value: 'false', label: texts.goesOn }];
  const read = () => String(element.businessObject.cancelActivity !== false);
  const write = (settings, _element, value) => settings.change(element, element.businessObject, { cancelActivity: value === 'true' });
  // An error always ends its activity; where a file says otherwise, that can be mended here.
  const possible = isError && read() === 'true' ? options.slice(0, 1) : options;
  const more = { options: possible, description: isError ? texts.errorInterrupts : texts.interruptsHelp };
  const entries = [entry('interrupting', 'select', texts.whenHappens, read, write, more)];
  return { id: 'fieldflow-boundary', label: texts.boundary, shouldOpen: true, entries };
}
