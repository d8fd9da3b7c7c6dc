// A condition by menus: groups of all, any and not; a field, a comparison, a value. What no menu can say is kept.
import { h, select } from './dom.js';
import { isPart, replaced } from './document.js';
import { severalInput, valueInput } from './values.js';

const GROUPS = ['all', 'any'];
const UNARY = ['empty', 'not_empty'];
const ORDERED = ['gt', 'ge', 'lt', 'le'];

// change(made, typed): the whole condition as it should be; nothing: it is taken out.
export function conditionEditor({ condition, fields, texts, change }) {
  const state = { fields, texts };
  const root = node(condition, state, change);
  const more = GROUPS.some((group) => group in condition) ? [] : [add(texts.addCondition, () => change({ all: [condition, fresh(state)] }))];
  return h('div', { class: 'condition' }, root, more);
}

export function fresh({ fields }) {
  const [field] = fields;
  return compare(start(field), field?.value ?? 'context.today', first(start(field), field));
}

// A tick box is never empty: that it is not would always hold.
const start = (field) => (field?.holds === 'boolean' ? 'eq' : 'not_empty');

const compare = (name, chosen, value) => (UNARY.includes(name) ? { [name]: { field: chosen } } : { [name]: [{ field: chosen }, value] });

const add = (label, act) => h('button', { type: 'button', class: 'button button-small', textContent: `+ ${label}`, onclick: act });

function node(condition, state, change) {
  const [operator] = Object.keys(condition ?? {});
  if (GROUPS.includes(operator) && Array.isArray(condition[operator])) return group(operator, condition[operator], state, change);
  if (operator === 'not' && isPart(condition.not)) return negation(condition.not, state, change);
  if (isComparison(condition, operator)) return comparison(operator, condition[operator], state, change);
  return h('div', { class: 'condition-row' }, h('code', { class: 'small grow', textContent: JSON.stringify(condition) }), drop(state, change));
}

function isComparison(condition, operator) {
  const operand = condition?.[operator];
  const left = UNARY.includes(operator) ? operand : operand?.[0];
  return operator in { eq: 1, ne: 1, in: 1, contains: 1, gt: 1, ge: 1, lt: 1, le: 1, empty: 1, not_empty: 1 }
    && isPart(left) && typeof left.field === 'string';
}

const drop = ({ texts }, change) => h('button', {
  type: 'button', class: 'button button-small button-quiet', textContent: '×', 'aria-label': texts.remove, title: texts.remove, onclick: () => change(undefined),
});

function group(operator, parts, state, change) {
  const { texts } = state;
  const set = (made) => change({ [operator]: made });
  const words = [...GROUPS, 'not'].map((value) => ({ value, label: texts.groups[value] }));
  const choose = (chosen) => change(chosen === 'not' ? { not: { [operator]: parts } } : { [chosen]: parts });
  return h('div', { class: 'condition-group' },
    h('div', { class: 'condition-row' }, select(words, operator, choose, { 'aria-label': texts.operator }), drop(state, change)),
    parts.map((part, index) => node(part, state, (made, typed) => {
      const next = made === undefined ? parts.filter((_each, place) => place !== index) : replaced(parts, index, made);
      change({ [operator]: next }, typed);
    })),
    h('div', { class: 'row' }, add(texts.addCondition, () => set([...parts, fresh(state)])),
      add(texts.addGroup, () => set([...parts, { [operator === 'all' ? 'any' : 'all']: [fresh(state)] }]))));
}

function negation(inner, state, change) {
  const { texts } = state;
  const word = select([{ value: 'not', label: texts.groups.not }, { value: '', label: '–' }], 'not', (chosen) => { if (!chosen) change(inner); }, { 'aria-label': texts.operator });
  return h('div', { class: 'condition-group' }, h('div', { class: 'condition-row' }, word, drop(state, change)),
    node(inner, state, (made, typed) => change(made === undefined ? undefined : { not: made }, typed)));
}

function comparison(operator, operand, state, change) {
  const { fields, texts } = state;
  const unary = UNARY.includes(operator);
  const left = unary ? operand : operand[0];
  const right = unary ? undefined : operand[1];
  const field = fields.find((each) => each.value === left.field);
  const operators = Object.entries(texts.operators)
    .filter(([name]) => name === operator || offered(name, field)).map(([value, label]) => ({ value, label }));
  const chooseField = (chosen) => {
    const next = fields.find((each) => each.value === chosen);
    const name = offered(operator, next) && start(next) === start(field) ? operator : start(next);
    change(compare(name, chosen, first(name, next)));
  };
  const chooseOperator = (name) => {
    const same = Array.isArray(right) === (name === 'in') && right !== undefined;
    const value = same ? right : name === 'in' ? [right].filter((each) => each !== undefined && !isPart(each)) : Array.isArray(right) ? right[0] : undefined;
    change(compare(name, left.field, value ?? first(name, field)));
  };
  const row = h('div', { class: 'comparison' },
    select(fields, left.field, chooseField, { 'aria-label': texts.field }),
    select(operators, operator, chooseOperator, { 'aria-label': texts.operator }));
  const operandBox = unary ? '' : operandInput({ operator, field, right, state, write: (value, typed) => change(compare(operator, left.field, value), typed) });
  row.append(operandBox, drop(state, change));
  return row;
}

function operandInput({ operator, field, right, state, write }) {
  const { texts, fields } = state;
  if (isPart(right)) return select(fields, right.field, (chosen) => write({ field: chosen }), { 'aria-label': texts.value });
  const settings = { field, value: right, write, texts, label: texts.value };
  return operator === 'in' ? severalInput(settings) : valueInput(settings);
}

function offered(operator, field) {
  if (UNARY.includes(operator) || !field || field.holds === 'any') return true;
  if (field.holds === 'boolean') return ['eq', 'ne'].includes(operator);
  if (ORDERED.includes(operator)) return ['number', 'money', 'date'].includes(field.holds);
  if (operator === 'contains') return field.holds === 'text' || field.holds === 'choice';
  return true;
}

function first(operator, field) {
  const value = { boolean: true, number: 0, money: 0, choice: field?.options[0]?.value ?? '' }[field?.holds] ?? '';
  return operator === 'in' ? (value === '' ? [] : [value]) : value;
}
