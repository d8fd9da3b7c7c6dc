// What the form reads of its surroundings, to be tried with values: there is no visit behind the preview.
import { h, select } from './dom.js';
import { boxed } from './inputs.js';

export class Surroundings {
  constructor(box, data, changed) {
    const known = new Map([...data.context, ...data.prefill].map((each) => [each.name, each]));
    Object.assign(this, { box, known, texts: data.builder, changed, values: {}, names: '' });
  }

  show(names) {
    this.box.hidden = names.length === 0;
    if (names.join() === this.names) return;
    this.names = names.join();
    this.box.querySelector('[data-values]').replaceChildren(...names.map((name) => {
      return boxed(`surroundings.${name}`, this.known.get(name)?.label ?? name, this.input(name));
    }));
  }

  input(name) {
    const { type, options = [] } = this.known.get(name) ?? {};
    const value = String(this.values[name] ?? '');
    const words = type === 'boolean' ? [{ value: 'true', label: this.texts.yes }, { value: 'false', label: this.texts.no }] : options;
    if (words.length) return select([{ value: '', label: '–' }, ...words], value, (chosen) => this.take(name, chosen), { name: `s-${name}` });
    const input = h('input', { name: `s-${name}`, class: 'mono', value, oninput: () => this.take(name, input.value) });
    return input;
  }

  // Numbers, true and false are what they look like; everything else is text.
  take(name, typed) {
    if (typed === '') delete this.values[name];
    else if (typed === 'true' || typed === 'false') this.values[name] = typed === 'true';
    else this.values[name] = /^-?\d+(\.\d+)?$/.test(typed) ? Number(typed) : typed;
    this.changed();
  }
}
