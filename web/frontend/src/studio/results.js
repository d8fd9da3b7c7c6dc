// What an element adds to the variables: under which name, of which types, and whether the process declares them.
import { entry, note, property } from './entries.js';
import { get, processOf } from './properties.js';
import { isName } from './lists.js';
import { VARIABLE, variablesOf } from './scope.js';

export function resultEntry({ texts }, description) {
  const validate = (value) => (!value || isName(value) ? null : texts.nameInvalid);
  return entry('result', 'text', texts.result, ...property('result'), { description, validate });
}

// The names that its values get, and a button that declares those which the process does not know yet.
export function givesEntries(element, data, gives, summary) {
  if (!gives.length) return [];
  const { texts, types } = data;
  const lacking = undeclared(element, gives);
  const process = processOf(element);
  const rows = gives.filter(({ name }) => name).map(({ name, type, label = '' }) => ({ name, label, type: types[type] }));
  const act = lacking.length && process ? (settings) => settings.append(element, lacking, process) : null;
  const actLabel = texts.declare.replace('{n}', lacking.length);
  return rows.length || act ? [note('gives', { rows, summary: summary.replace('{n}', rows.length), act, actLabel })] : [];
}

function undeclared(element, gives) {
  const under = get(element, 'result');
  const own = under && gives.some(({ name }) => name) ? [{ name: under, type: 'context' }] : [];
  const named = gives
    .filter(({ name, type }) => (name || under) && type !== 'any')
    .map(({ name, type }) => ({ name: [under, name].filter(Boolean).join('.'), type }));
  const known = variablesOf(element);
  return [...own, ...named].filter(({ name }) => !(name in known)).map(({ name, type }) => ({ name: VARIABLE + name, value: type }));
}
