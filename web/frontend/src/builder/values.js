// One literal of a condition or a default, by an input that fits what the field holds.
import { h, select } from './dom.js';

export function kindOfValue(field, value) {
  const fits = {
    choice: (each) => typeof each === 'string', boolean: (each) => typeof each === 'boolean',
    number: (each) => typeof each === 'number', money: (each) => typeof each === 'number',
    date: (each) => typeof each === 'string', text: (each) => typeof each === 'string',
  };
  const wanted = field?.holds ?? 'any';
  if (wanted !== 'any' && (value === null || value === undefined || fits[wanted](value))) return wanted;
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  return typeof value === 'string' || value === null || value === undefined ? 'text' : 'kept';
}

// write(value) is called with what was entered; typed: by a keystroke, so that the pane stays as it is.
export function valueInput({ field, value, write, texts, label }) {
  const kind = kindOfValue(field, value);
  const named = { 'aria-label': label };
  if (kind === 'choice' && field.options.length) {
    return select(field.options, value ?? '', (chosen) => write(chosen), named);
  }
  if (kind === 'boolean') {
    const words = [{ value: 'true', label: texts.yes }, { value: 'false', label: texts.no }];
    return select(words, String(value ?? ''), (chosen) => write(chosen === 'true'), named);
  }
  if (kind === 'number' || kind === 'money') {
    const scale = kind === 'money' ? 100 : 1;
    const input = h('input', {
      type: 'number', step: kind === 'money' ? '0.01' : 'any', value: typeof value === 'number' ? value / scale : '', ...named,
      oninput: () => { if (input.value !== '') write(scale === 1 ? Number(input.value) : Math.round(Number(input.value) * scale), true); },
    });
    return input;
  }
  if (kind === 'kept') return h('code', { class: 'small', textContent: JSON.stringify(value) });
  const input = h('input', { type: kind === 'date' ? 'date' : 'text', value: value ?? '', ...named, oninput: () => write(input.value, true) });
  return input;
}

// Several literals: boxes for options, else texts with commas between them.
export function severalInput({ field, value, write, texts, label }) {
  const values = Array.isArray(value) ? value : [];
  if (field?.holds === 'choice' && field.options.length) {
    const unknown = values.filter((each) => !field.options.some((option) => option.value === each));
    const options = [...field.options, ...unknown.map((each) => ({ value: each, label: JSON.stringify(each) }))];
    return h('div', { class: 'several', role: 'group', 'aria-label': label }, options.map((option) => h('label', { class: 'row property-tick' },
      h('input', {
        type: 'checkbox', checked: values.includes(option.value),
        onchange: (event) => write(event.target.checked ? [...values, option.value] : values.filter((each) => each !== option.value)),
      }), h('span', { textContent: option.label }))));
  }
  const numbers = field ? ['number', 'money'].includes(field.holds) : values.length > 0 && values.every((each) => typeof each === 'number');
  const scale = field?.holds === 'money' ? 100 : 1;
  const input = h('input', {
    type: 'text', value: values.map((each) => (numbers && typeof each === 'number' ? each / scale : each)).join(', '), 'aria-label': label, placeholder: texts.listHelp,
    oninput: () => {
      const parts = input.value.split(/[,，]/).map((each) => each.trim()).filter(Boolean);
      write(numbers ? parts.map(Number).filter(Number.isFinite).map((each) => Math.round(each * scale * 1e6) / 1e6) : parts, true);
    },
  });
  return input;
}
