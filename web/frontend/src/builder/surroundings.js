// What the form reads of its surroundings, to be tried with values: there is no visit behind the preview.
import { h } from './dom.js';
import { boxed } from './inputs.js';

export class Surroundings {
  constructor(box, changed) {
    Object.assign(this, { box, changed, values: {}, names: '' });
  }

  show(names) {
    this.box.hidden = names.length === 0;
    if (names.join() === this.names) return;
    this.names = names.join();
    this.box.querySelector('[data-values]').replaceChildren(...names.map((name) => {
      const input = h('input', { name: `s-${name}`, class: 'mono', value: String(this.values[name] ?? ''), oninput: () => this.take(name, input.value) });
      return boxed(`surroundings.${name}`, name, input);
    }));
  }

  // Numbers, true and false are what they look like; everything else is text.
  take(name, typed) {
    if (typed === '') delete this.values[name];
    else if (typed === 'true' || typed === 'false') this.values[name] = typed === 'true';
    else this.values[name] = /^-?\d+(\.\d+)?$/.test(typed) ? Number(typed) : typed;
    this.changed();
  }
}
