// The fields that a condition at a place may read, with what each holds.
import { at, isPart, level, levelsAround } from './document.js';

const HOLDS = {
  number: 'number', money: 'money', computed: 'number', select: 'choice', radios: 'choice', multiselect: 'choice',
  checkbox: 'boolean', date: 'date',
};

const CONTEXT_HOLDS = ['text', 'number', 'money', 'boolean', 'date'];

export function readable(doc, path, data) {
  const types = new Map(data.types.map((type) => [type.type, type]));
  const found = new Map();
  for (const { parts, path: list } of levelsAround(doc, path)) {
    for (const { part, path: own } of level(parts, list)) {
      const type = types.get(part.type);
      if (!type?.hasValue || own === path || path.startsWith(`${own}.`) || found.has(part.key)) continue;
      found.set(part.key, { value: part.key, label: nameOf(part, data.locale), ...holds(part, type, data.locale) });
    }
  }
  for (const { name, label, type, options } of data.context) {
    const kind = options.length ? 'choice' : CONTEXT_HOLDS.includes(type) ? type : 'any';
    found.set(`context.${name}`, { value: `context.${name}`, label: `${data.builder.context} · ${label}`, holds: kind, options });
  }
  return [...found.values()];
}

function holds(part, type, locale) {
  const options = (Array.isArray(part.options) ? part.options : []).filter(isPart).map((option) => ({
    value: option.value, label: option.label?.[locale] || option.label?.zh || option.label?.en || option.value,
  }));
  const money = part.type === 'computed' && part.format === 'money';
  const found = money ? 'money' : HOLDS[type.macro] ?? (['list', 'file', 'photo', 'signature'].includes(type.macro) ? 'any' : 'text');
  return { holds: found, options };
}

export const nameOf = (part, locale) => `${part.label?.[locale] || part.label?.zh || part.label?.en || part.key} (${part.key})`;

export const fieldAt = (doc, path, data) => {
  const part = at(doc, path);
  const type = data.types.find((each) => each.type === part.type);
  return holds(part, type, data.locale);
};
