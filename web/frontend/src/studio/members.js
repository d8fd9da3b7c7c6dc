// What the steps of a process give to its variables, as far as forms, decisions and topics say it.
import { isAny } from 'bpmn-js/lib/util/ModelUtil';
import { flowNodesOf, rows } from './properties.js';

const UNDECLARED = ['any', 'time'];

const settingsOf = (node) => Object.fromEntries(rows(node).map(({ name, value }) => [name, value]));

// The values that an element gives, each with its name, type and titles; null where nobody knows them.
function givenBy(node, settings, { forms, decisions, topics }) {
  if (isAny(node, ['bpmn:UserTask', 'bpmn:ManualTask'])) return forms.find(({ value }) => value === settings.form)?.gives ?? null;
  if (isAny(node, ['bpmn:BusinessRuleTask'])) return decisions.find(({ value }) => value === settings.decision)?.gives ?? null;
  return isAny(node, ['bpmn:ServiceTask']) ? topics.find(({ name }) => name === settings.topic)?.gives ?? null : null;
}

// Every variable that steps give, dotted for a value of a group, by name: its type, what people call it, and what a process
// must declare to use it.
export function givenIn(process, data) {
  const found = new Map();
  const add = (name, value) => { if (!found.has(name)) found.set(name, value); };
  for (const node of flowNodesOf(process)) {
    const settings = settingsOf(node);
    const gives = givenBy(node, settings, data) ?? [];
    const under = settings.result ?? '';
    const group = under && gives.some(({ name }) => name) ? [{ name: under, type: 'context' }] : [];
    if (group.length) add(under, { type: 'context', label: '', titles: [], declares: group });
    for (const { name, type, label = '', titles = [] } of gives) {
      const full = [under, name].filter(Boolean).join('.');
      const own = UNDECLARED.includes(type) ? [] : [{ name: full, type }];
      if (full && (group.length || own.length)) add(full, { type, label, titles, declares: [...group, ...own] });
    }
  }
  return found;
}

// Variables for the check of an expression: of those whose entries the server knows, only these and declared ones are right.
export function withClosed(variables, closed = {}) {
  const records = Object.entries(closed).filter(([name]) => !name.includes('.'));
  return { ...closed, ...variables, ...Object.fromEntries(records) };
}
