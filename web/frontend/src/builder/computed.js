// A computed field by menus: sum, largest or count over a list, or a product of fields at its level.
import { h, select } from './dom.js';
import { isPart, level, levelsAround, replaced } from './document.js';
import { nameOf } from './fields.js';
import { framed } from './inputs.js';

const NUMBERS = ['number', 'money', 'computed'];

export function computeEditor(pane, part) {
  const { texts } = pane;
  const named = (each) => nameOf(each, pane.data.locale);
  const compute = isPart(part.compute) ? part.compute : {};
  const operator = ['sum', 'max', 'count', 'product'].find((name) => name in compute) ?? 'sum';
  const [own] = levelsAround(pane.doc, pane.path);
  const here = [...level(own.parts, own.path)].map((each) => each.part).filter((each) => each !== part);
  const lists = here.filter((each) => ['list', 'table'].includes(each.type));
  const numbers = here.filter((each) => NUMBERS.includes(each.type)).map((each) => ({ value: each.key, label: named(each) }));
  const columns = lists.flatMap((list) => [...level(list.children)].filter((each) => NUMBERS.includes(each.part.type))
    .map((each) => ({ value: `${list.key}.${each.part.key}`, label: `${named(list)} · ${named(each.part)}` })));
  const counted = lists.map((list) => ({ value: list.key, label: named(list) }));
  const write = (made) => pane.edit((changed) => { changed.compute = made; }, '', true);
  const starts = {
    sum: { sum: columns[0]?.value ?? '' }, max: { max: columns[0]?.value ?? '' }, count: { count: counted[0]?.value ?? '' },
    product: { product: numbers.slice(0, 2).map((each) => each.value) },
  };
  const words = Object.entries(texts.compute).map(([value, label]) => ({ value, label }));
  const content = [select(words, operator, (chosen) => write(starts[chosen]), { 'aria-label': texts.operator })];
  if (operator === 'product') content.push(...product(compute, numbers, write, texts));
  else content.push(select(operator === 'count' ? counted : columns, compute[operator] ?? '', (chosen) => write({ ...compute, [operator]: chosen }), { 'aria-label': texts.field }));
  return framed('compute', pane.words.compute, h('div', { class: 'stack' }, content));
}

function product(compute, numbers, write, texts) {
  const factors = Array.isArray(compute.product) ? compute.product : [];
  const rows = factors.map((factor, index) => h('div', { class: 'condition-row' },
    select(numbers, factor, (chosen) => write({ ...compute, product: replaced(factors, index, chosen) }), { 'aria-label': texts.field }),
    h('button', { type: 'button', class: 'button button-small button-quiet', textContent: '×', 'aria-label': texts.remove, onclick: () => write({ ...compute, product: factors.filter((_each, place) => place !== index) }) })));
  const more = h('button', { type: 'button', class: 'button button-small', textContent: `+ ${texts.field}`, onclick: () => write({ ...compute, product: [...factors, numbers[0]?.value ?? ''] }) });
  const less = select([{ value: '', label: texts.unset }, ...numbers], compute.less_percent ?? '', (chosen) => {
    const { less_percent: _old, ...rest } = compute;
    write(chosen ? { ...rest, less_percent: chosen } : rest);
  }, { 'aria-label': texts.lessPercent });
  return [...rows, h('div', { class: 'row' }, more), h('label', { class: 'field' }, h('span', { class: 'tiny muted', textContent: texts.lessPercent }), less)];
}
