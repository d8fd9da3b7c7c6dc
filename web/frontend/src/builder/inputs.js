// Inputs of the properties pane. Each stands in a box that carries the name of its property, where findings appear.
import { h, select } from './dom.js';

let count = 0;

export function boxed(name, label, control, extra = []) {
  count += 1;
  control.id ||= `property-${count}`;
  return h('div', { class: 'field', 'data-prop': name }, h('label', { for: control.id, textContent: label }), control, extra);
}

export function framed(name, label, ...content) {
  return h('fieldset', { class: 'property-group', 'data-prop': name }, h('legend', { textContent: label }), ...content);
}

// Set a value of an object, or take it out where nothing is given.
export function put(object, name, value) {
  if (value === undefined || value === '' || value === null) delete object[name];
  else object[name] = value;
}

export function line(pane, name, label, value, write, props = {}) {
  return boxed(name, label, text(pane, name, value, write, props));
}

export function text(pane, name, value, write, { area = false, ...props } = {}) {
  const input = h(area ? 'textarea' : 'input', {
    value: value ?? '', name: `p-${name}`, ...props, ...(area ? { rows: 2 } : {}),
    oninput: () => pane.edit((part) => write(part, input.value), `${pane.path}:${name}`),
  });
  return input;
}

export function number(pane, name, label, value, write) {
  const input = h('input', {
    type: 'number', step: 'any', value: value ?? '', name: `p-${name}`,
    oninput: () => {
      if (!input.validity.badInput) pane.edit((part) => write(part, input.value === '' ? undefined : Number(input.value)), `${pane.path}:${name}`);
    },
  });
  return boxed(name, label, input);
}

export function tick(pane, name, label, checked, write) {
  const input = h('input', { type: 'checkbox', checked, name: `p-${name}`, onchange: () => pane.edit((part) => write(part, input.checked), '', true) });
  return h('div', { 'data-prop': name }, h('label', { class: 'row property-tick' }, input, h('span', { textContent: label })));
}

export function menu(pane, name, label, options, value, write) {
  return boxed(name, label, select(options, value, (chosen) => pane.edit((part) => write(part, chosen), '', true), { name: `p-${name}` }));
}

// A wording in both languages, side by side; an empty one is taken out.
export function wording(pane, name, label, value, { holder = (part) => part, area = false } = {}) {
  const own = name.split('.').at(-1);
  const side = (language) => {
    const input = text(pane, `${name}.${language}`, value?.[language], (part, typed) => {
      const target = holder(part);
      const words = typeof target[own] === 'object' && target[own] !== null ? target[own] : {};
      put(words, language, typed);
      if (Object.keys(words).length) target[own] = words;
      else delete target[own];
    }, { area, lang: language === 'zh' ? 'zh-CN' : 'en' });
    input.setAttribute('aria-label', `${label} · ${pane.texts[language]}`);
    return h('div', { class: 'field' }, h('span', { class: 'tiny muted', textContent: pane.texts[language] }), input);
  };
  return framed(name, label, h('div', { class: 'side-by-side' }, side('zh'), side('en')));
}

export function kept(pane, name, value) {
  return h('pre', { class: 'small code-box', textContent: JSON.stringify(value, null, 2) });
}
