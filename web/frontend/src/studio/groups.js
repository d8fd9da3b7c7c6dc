// Which of our groups an element has.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { slotsGroup, taskFieldsGroup } from './business_fields.js';
import { entry, feel, note, property } from './entries.js';
import { boundaryGroup, errorGroup, messageGroup, timerGroup } from './events.js';
import { laneEntries, laneOf } from './lanes.js';
import { listGroup, variablesGroup } from './lists.js';
import { loopGroup } from './loops.js';
import { processOf } from './properties.js';
import { pickVariable } from './variables.js';
import { givesEntries, resultEntry } from './results.js';
import { serviceGroups } from './service.js';

const CHOOSING = ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway'];

// Settings that have an input of their own stay out of the list of the others.
const OWN = [
  'name_en', 'form', 'due', 'optional', 'approval', 'topic', 'decision', 'result', 'to', 'payload', 'key',
  'loop.collection', 'loop.item', 'loop.result', 'loop.value',
];
const OWN_STARTS = ['var.', 'param.', 'field.', 'label.', 'values.'];
const isOther = (name) => !OWN.includes(name) && !OWN_STARTS.some((start) => name.startsWith(start));

export function fieldflowGroups(element, data) {
  const { texts } = data;
  const groups = [];
  const entries = mainEntries(element, data);
  if (entries.length) groups.push({ id: 'fieldflow', label: texts.group, entries, shouldOpen: true });
  const more = [
    ...(is(element, 'bpmn:ServiceTask') ? serviceGroups(element, data) : []),
    timerGroup(element, data),
    messageGroup(element, data),
    errorGroup(element, data),
    boundaryGroup(element, data),
    loopGroup(element, data),
  ];
  if (is(element, 'bpmn:UserTask')) more.push(taskFieldsGroup(element, data));
  if (isAny(element, ['bpmn:Process', 'bpmn:Participant']) && processOf(element)) {
    more.push(variablesGroup(element, data), slotsGroup(element, data));
  }
  if (!isAny(element, ['bpmn:Collaboration', 'label'])) {
    more.push(listGroup(element, data, { id: 'other', label: texts.other, isShown: isOther }));
  }
  return [...groups, ...more.filter(Boolean)];
}

function mainEntries(element, data) {
  const { texts } = data;
  const found = [];
  if (is(element, 'bpmn:UserTask')) found.push(...userTask(element, data));
  if (is(element, 'bpmn:BusinessRuleTask')) found.push(...decision(element, data));
  if (is(element, 'bpmn:ScriptTask')) found.push(script(texts));
  if (is(element, 'bpmn:SequenceFlow') && isAny(element.businessObject.sourceRef, CHOOSING)) found.push(...way(element, texts));
  if (is(element, 'bpmn:CallActivity')) found.push(called(element, data));
  if (is(element, 'bpmn:Collaboration')) found.push(...collaboration(element, data));
  if (is(element, 'bpmn:Lane')) found.push(...laneEntries(element, data));
  if (!is(element, 'bpmn:Collaboration')) found.push(entry('name_en', 'text', texts.nameEn, ...property('name_en')));
  return found;
}

// With a pool around it the picture is a collaboration, which has no settings of its own.
function collaboration(element, { select, texts }) {
  const [only, ...others] = element.children.filter((child) => is(child, 'bpmn:Participant') && child.businessObject.processRef);
  if (!only || others.length) return [];
  return [note('process', { lines: [texts.ofProcess], act: () => select(only), actLabel: texts.showProcess, looks: true })];
}

function userTask(element, data) {
  const { forms, texts } = data;
  const [read, write] = property('form');
  const options = [{ value: '', label: texts.none }, ...forms, { value: '=', label: texts.formExpression }];
  const chosen = (each) => (read(each).startsWith('=') ? '=' : read(each));
  const found = [entry('form', 'select', texts.form, chosen, write, { options })];
  if (read(element).startsWith('=')) {
    found.push(feel('form-expression', texts.formExpression, 'text', (each) => read(each).slice(1),
      (settings, each, value) => write(settings, each, `=${value}`),
      { type: 'text', choices: forms, description: texts.formExpressionHelp }));
  }
  found.push(resultEntry(data, texts.resultFormHelp));
  found.push(...givesEntries(element, data, forms.find(({ value }) => value === read(element))?.gives ?? [], texts.valuesEntered));
  found.push(pickVariable('due-variable', texts.dueFrom, ['datetime', 'date', 'duration'], ...property('due'), element, data));
  found.push(feel('due', texts.due, 'timer', ...property('due'), { type: 'datetime', description: texts.dueHelp }));
  const yesOrNo = [{ value: '', label: texts.no }, { value: 'true', label: texts.yes }];
  found.push(entry('optional', 'select', texts.optional, ...property('optional'), { options: yesOrNo, description: texts.optionalHelp }));
  found.push(entry('approval', 'select', texts.approval, ...property('approval'), { options: yesOrNo, description: texts.approvalHelp }));
  found.push(...laneOf(element, data));
  return found;
}

function decision(element, data) {
  const { decisions, texts } = data;
  const [read, write] = property('decision');
  const options = [{ value: '', label: texts.none }, ...decisions];
  const gives = decisions.find(({ value }) => value === read(element))?.gives ?? [];
  return [
    entry('decision', 'select', texts.decision, read, write, { options, description: texts.decisionHelp }),
    resultEntry(data, texts.resultDecisionHelp),
    ...givesEntries(element, data, gives, texts.valuesBack),
  ];
}

function script(texts) {
  const read = (element) => element.businessObject.script ?? '';
  const write = (settings, element, value) => {
    settings.change(element, element.businessObject, { script: value || undefined, scriptFormat: value ? 'feel' : undefined });
  };
  const more = { type: 'context', description: texts.scriptHelp, rows: 5, required: true };
  return feel('script', texts.script, 'script', read, write, more);
}

// The way that is taken when no condition holds has none of its own; one that a file gives it can be taken away.
function way(element, texts) {
  const flow = element.businessObject;
  const isDefault = flow.sourceRef.default === flow;
  return [
    ...(isDefault ? [note('default-way', { lines: [texts.defaultWay] })] : []),
    ...(isDefault && !flow.conditionExpression ? [] : [condition(texts)]),
  ];
}

function condition(texts) {
  const read = (element) => element.businessObject.conditionExpression?.body ?? '';
  const write = (settings, element, value) => {
    const object = element.businessObject;
    settings.change(element, object, { conditionExpression: settings.expression(object, value || undefined) });
  };
  const more = { type: 'boolean', description: texts.conditionHelp, rows: 2 };
  return feel('condition', texts.condition, 'condition', read, write, more);
}

function called(element, { processes, texts }) {
  const own = processOf(element)?.id;
  const others = processes.filter((key) => key !== own).map((value) => ({ value, label: value }));
  const options = [{ value: '', label: texts.none }, ...others];
  const read = (each) => each.businessObject.calledElement ?? '';
  const write = (settings, each, value) => settings.change(each, each.businessObject, { calledElement: value || undefined });
  const description = others.length ? texts.calledHelp : texts.noProcesses;
  return entry('called', 'select', texts.calledElement, read, write, { options, description });
}
