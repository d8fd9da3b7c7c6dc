// What dmn-js draws only as a box of the diagram: contexts, invocations, lists, relations and functions, as nested tables
// to read. They are drawn from what the editor holds, so that a decision that is renamed or removed is so here too.
import { make } from './cells.js';

const OWN_VIEW = ['dmn:DecisionTable', 'dmn:LiteralExpression'];

export function showBoxed(modeler, root, texts) {
  const found = (modeler.getDefinitions()?.drgElement ?? []).map((each) => [each, logicOf(each)]).filter(([, logic]) => logic);
  root.hidden = !found.length;
  root.querySelector('[data-boxed-list]').replaceChildren(...found.map(([{ id, name }, logic]) => {
    const figure = make('div', { className: 'stack boxed', id: `boxed-${id}` });
    figure.append(make('h3', { textContent: name || texts.unnamed }), make('div', { className: 'table-scroll' }, shown(logic, texts)));
    return figure;
  }));
}

// The logic of a decision or a knowledge model that has no view of its own.
function logicOf({ decisionLogic, encapsulatedLogic }) {
  if (decisionLogic) return OWN_VIEW.includes(decisionLogic.$type) ? null : decisionLogic;
  const body = encapsulatedLogic?.body;
  return body && body.$type !== 'dmn:LiteralExpression' ? encapsulatedLogic : null;
}

function shown(logic, texts) {
  if (!logic) return make('span', { className: 'muted', textContent: '–' });
  return (SHAPES[logic.$type] ?? other)(logic, texts);
}

const feel = (text) => make('code', { className: 'mono', textContent: text?.trim() || '–' });
const typed = (item) => make('span', {}, item?.name || item?.id || '–', ...(item?.typeRef ? [make('span', { className: 'tiny muted', textContent: ` ${item.typeRef}` })] : []));

function rows(kind, pairs) {
  const body = make('tbody', {}, ...pairs.map(([head, value]) => make('tr', {}, make('th', { scope: 'row' }, head), make('td', {}, value))));
  return make('table', { className: 'boxed-table' }, make('caption', { textContent: kind }), body);
}

function grid(kind, heads, lines) {
  const head = make('thead', {}, make('tr', {}, ...heads.map((each) => make('th', { scope: 'col' }, each))));
  const body = make('tbody', {}, ...lines.map((line) => make('tr', {}, ...line.map((cell) => make('td', {}, cell)))));
  return make('table', { className: 'boxed-table' }, make('caption', { textContent: kind }), head, body);
}

const SHAPES = {
  'dmn:LiteralExpression': ({ text }) => feel(text),
  'dmn:Context': ({ contextEntry = [] }, texts) => rows(texts.context, contextEntry.map(({ variable, value }) => (
    [variable ? typed(variable) : texts.itsResult, shown(value, texts)]))),
  'dmn:List': ({ elements = [] }, texts) => rows(texts.list, elements.map((each, index) => [String(index + 1), shown(each, texts)])),
  'dmn:Relation': ({ column = [], row = [] }, texts) => grid(texts.relation, column.map(typed),
    row.map(({ elements = [] }) => elements.map((each) => shown(each, texts)))),
  'dmn:Invocation': ({ calledFunction, binding = [] }, texts) => rows(texts.invocation, [
    [texts.calls, shown(calledFunction, texts)],
    ...binding.map(({ parameter, bindingFormula }) => [typed(parameter), shown(bindingFormula, texts)]),
  ]),
  'dmn:FunctionDefinition': ({ formalParameter = [], body }, texts) => rows(texts.function, [
    ...formalParameter.map((each) => [typed(each), texts.parameter]),
    [texts.itsResult, shown(body, texts)],
  ]),
  'dmn:DecisionTable': ({ hitPolicy, input = [], output = [], rule = [] }, texts) => grid(`${texts.table} ${hitPolicy ?? 'UNIQUE'}`,
    [...input.map(({ label, inputExpression }) => label || feel(inputExpression?.text)), ...output.map(({ label, name }) => label || name || '–')],
    rule.map(({ inputEntry = [], outputEntry = [] }) => [...inputEntry, ...outputEntry].map(({ text }) => feel(text)))),
};

function other({ $type }) {
  return make('span', { className: 'mono', textContent: $type.replace('dmn:', '') });
}
