// Variables of the process as something to choose, instead of a name to type.
import { entry } from './entries.js';
import { variablesOf } from './scope.js';

// A list of the variables of some types; choosing one makes it the expression.
export function pickVariable(id, label, types, read, write, element, { texts, types: words }) {
  const fitting = Object.entries(variablesOf(element)).filter(([, type]) => types.includes(type));
  const options = [
    { value: '', label: fitting.length ? texts.ownExpression : texts.noVariables },
    ...fitting.map(([name, type]) => ({ value: name, label: `${name} (${words[type]})` })),
  ];
  const chosen = (each) => (fitting.some(([name]) => name === read(each)) ? read(each) : '');
  return entry(id, 'select', label, chosen, (settings, each, value) => { if (value) write(settings, each, value); }, { options });
}
