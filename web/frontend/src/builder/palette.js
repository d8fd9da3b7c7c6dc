// All types of component, by what they are for; a new one stands after the chosen one, or inside a chosen holder.
import { h } from './dom.js';
import { at, freeKey, insert, keysAt, level, levelsAround, split } from './document.js';

export function palette({ data, outline }) {
  const types = new Map(data.types.map((type) => [type.type, type]));
  const box = h('details', { class: 'palette' }, h('summary', { textContent: data.builder.add }));
  for (const { label, types: names } of data.families) {
    const buttons = names.map((name) => h('button', {
      type: 'button', class: 'button button-small', 'data-add': name, textContent: types.get(name).label,
      onclick: () => { box.open = false; add(outline, data, types.get(name)); },
    }));
    box.append(h('p', { class: 'tiny muted', textContent: label }), h('div', { class: 'row' }, buttons));
  }
  return box;
}

function add(outline, data, type) {
  outline.edit((doc) => {
    const path = outline.history.selected;
    const holder = path && Array.isArray(at(doc, path)?.children) ? path : null;
    const [list, index] = path ? split(path) : ['components', doc.components.length];
    const where = holder ? [`${holder}.children`, at(doc, holder).children.length] : [list, path ? index + 1 : index];
    return insert(doc, ...where, made(doc, `${where[0]}.0`, data, type));
  });
  outline.chosen({ open: true });
}

function made(doc, path, data, type) {
  const part = { type: type.type, key: freeKey(keysAt(doc, path), type.type), label: { ...data.newWords.component } };
  if (type.chooses && !type.source) {
    part.options = [1, 2].map((number) => ({
      value: `option_${number}`,
      label: { zh: `${data.newWords.option.zh} ${number}`, en: `${data.newWords.option.en} ${number}` },
    }));
  }
  if (type.holds) part.children = [{ type: 'text', key: 'text', label: { ...data.newWords.component } }];
  if (part.children && type.type === 'section') part.children[0].key = freeKey(keysAt(doc, path), 'text');
  if (type.shapes.compute) part.compute = start(doc, path);
  return part;
}

// Something that can be computed from what stands at the same level: rows to count, else numbers to multiply.
function start(doc, path) {
  const [own] = levelsAround(doc, path);
  const here = [...level(own.parts, own.path)].map(({ part }) => part);
  const rows = here.find((part) => ['list', 'table'].includes(part.type));
  const numbers = here.filter((part) => ['number', 'money'].includes(part.type)).slice(0, 2);
  return rows || !numbers.length ? { count: rows?.key ?? 'rows' } : { product: numbers.map((part) => part.key) };
}
