// The choices of a component: its own options in both languages, or a list that the application keeps.
import { h, select } from './dom.js';
import { isPart } from './document.js';
import { boxed, framed, text, wording } from './inputs.js';

const OWN = '';

export function choices(pane, part, type) {
  const { texts, data } = pane;
  const source = part.source ?? ('options' in part ? OWN : type.source);
  const words = [{ value: OWN, label: texts.ownOptions }, ...data.sources];
  const change = (chosen) => pane.edit((changed) => {
    if (chosen) {
      delete changed.options;
      if (chosen === type.source) delete changed.source;
      else changed.source = chosen;
      return;
    }
    delete changed.source;
    changed.options = [option(pane, [])];
  }, '', true);
  const menu = boxed('source', texts.source, select(words, source, change, { name: 'p-source' }));
  return [menu, source ? '' : list(pane, Array.isArray(part.options) ? part.options : [])];
}

function option({ data }, options) {
  const taken = new Set(options.map((each) => each?.value));
  let number = options.length + 1;
  while (taken.has(`option_${number}`)) number += 1;
  return { value: `option_${number}`, label: { zh: `${data.newWords.option.zh} ${number}`, en: `${data.newWords.option.en} ${number}` } };
}

function list(pane, options) {
  const { texts } = pane;
  const edit = (change) => pane.edit((part) => change(part.options ??= []), '', true);
  const act = (name, label, change, disabled = false) => h('button', {
    type: 'button', class: 'button button-small button-quiet', textContent: name, 'aria-label': label, title: label, disabled, onclick: () => edit(change),
  });
  const rows = options.map((each, index) => {
    const value = text(pane, `options.${index}.value`, each?.value, (part, typed) => { part.options[index].value = typed; }, { class: 'mono' });
    value.setAttribute('aria-label', texts.value);
    return h('li', { class: 'option-row', 'data-prop': `options.${index}` },
      h('div', { class: 'condition-row' }, h('span', { class: 'tiny muted', textContent: texts.value }), value,
        act('↑', texts.up, (all) => all.splice(index - 1, 0, ...all.splice(index, 1)), index === 0),
        act('↓', texts.down, (all) => all.splice(index + 1, 0, ...all.splice(index, 1)), index === options.length - 1),
        act('×', texts.remove, (all) => all.splice(index, 1))),
      isPart(each) ? wording(pane, `options.${index}.label`, texts.label, each.label, { holder: (part) => part.options[index] }) : '');
  });
  const more = h('button', {
    type: 'button', class: 'button button-small', textContent: `+ ${texts.addOption}`, onclick: () => edit((all) => all.push(option(pane, all))),
  });
  return framed('options', texts.options, h('ol', { class: 'stack' }, rows), h('div', { class: 'row' }, more));
}
