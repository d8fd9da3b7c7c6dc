// What the steps of a process give to its variables, as far as forms, decisions and topics say it.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
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

// A context whose entries are all known, as the server calls its type.
const CLOSED = 'record';
const ENTRY = /([\p{L}\p{N}_]+)["\s]*:/gu;

// The variables that an element writes, with the names of their entries; null where nobody knows them.
function writesOf(node, settings, data) {
  const gives = givenBy(node, settings, data) ?? [];
  const names = gives.map(({ name }) => name);
  const isKnown = names.length > 0 && !names.includes('');
  const texts = `${node.script ?? ''} ${settings.payload ?? ''}`;
  return [
    ...(settings.result ? [[settings.result, isKnown ? names : null]] : names.map((name) => [name, null])),
    ...[settings['loop.result'], settings['loop.item'], ...[...texts.matchAll(ENTRY)].map(([, name]) => name)].map((name) => [name, null]),
  ];
}

// The types of the contexts whose entries are known for sure, and of their entries: what the publishing gate takes
// them for (engine/bpmn/members.py says when).
export function closedIn(process, data, declared) {
  const nodes = flowNodesOf(process);
  if (nodes.some((node) => is(node, 'bpmn:CallActivity'))) return {};
  const written = new Map();
  for (const [name, entries] of nodes.flatMap((node) => writesOf(node, settingsOf(node), data))) {
    const before = written.has(name) ? written.get(name) : [];
    written.set(name, entries && before ? [...before, ...entries] : null);
  }
  const known = {};
  for (const name of new Set(Object.keys(declared).map((path) => path.split('.')[0]))) {
    const entries = written.has(name) ? written.get(name) : [];
    // Of what only the entries are declared may be a list, unless elements give them.
    const isGroup = (declared[name] ?? (entries?.length ? 'context' : 'any')) === 'context';
    const paths = Object.fromEntries((entries ?? []).map((entry) => [`${name}.${entry}`, 'any']));
    for (const [path, type] of Object.entries(declared)) if (path.startsWith(`${name}.`)) paths[path] = type;
    if (entries && isGroup && Object.keys(paths).length) Object.assign(known, { [name]: CLOSED }, paths);
  }
  return known;
}
