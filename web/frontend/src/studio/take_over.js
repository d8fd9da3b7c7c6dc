// Business fields taken over from another user task of the process, so that a new task does not stand in the inbox without
// its customer and its due date. What the task has already stays.
import { h } from '@bpmn-io/properties-panel/preact';
import { useState } from '@bpmn-io/properties-panel/preact/hooks';
import { ListGroup } from '@bpmn-io/properties-panel';
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { useService } from 'bpmn-js-properties-panel';
import { flowNodesOf, processOf, rows } from './properties.js';

const TAKEN = /^(due$|field\.|label\.)/;

// What each other user task could fill here; tasks that could fill nothing are left out, the one that fills most comes first.
export function offersFor(element, locale) {
  const own = element.businessObject;
  const process = processOf(element);
  const filled = new Set(rows(own).filter(({ value }) => value).map(({ name }) => name));
  const offers = (process ? flowNodesOf(process) : []).filter((node) => node !== own && is(node, 'bpmn:UserTask')).map((task) => ({
    id: task.id,
    name: (locale === 'en' && rows(task).find(({ name }) => name === 'name_en')?.value) || task.name || task.id,
    fills: rows(task).filter(({ name = '', value }) => TAKEN.test(name) && value && !filled.has(name)),
  }));
  return offers.filter(({ fills }) => fills.length).sort((a, b) => b.fills.length - a.fills.length);
}

function takeOver(settings, element, fills) {
  const own = element.businessObject;
  const empty = (name) => rows(own).find((row) => row.name === name);
  const added = fills.filter(({ name }) => !empty(name)).map(({ name, value }) => ({ name, value }));
  settings.run(element, [
    ...fills.filter(({ name }) => empty(name)).map(({ name, value }) => [empty(name), { value }]),
    ...(added.length ? [settings.adding(own, added)] : []),
  ]);
}

const listed = (names) => new Intl.ListFormat(document.documentElement.lang || undefined).format(names);

// The list of a task's fields, and below it where they can be taken from.
export function FieldsGroup({ offers, nameOf, ...list }) {
  return h('div', { class: 'fields-group' },
    h(ListGroup, list),
    offers.length > 0 && h(TakeOver, { key: list.element.id, element: list.element, offers, nameOf }));
}

function TakeOver({ element, offers, nameOf }) {
  const { texts } = useService('fieldflowData');
  const settings = useService('fieldflowSettings');
  const [chosen, setChosen] = useState('');
  const offer = offers.find(({ id }) => id === chosen) ?? offers[0];
  const called = ({ id, name }) => (offers.some((each) => each.id !== id && each.name === name) ? `${name} · ${id}` : name);
  const option = (each) => h('option', { value: each.id, selected: each.id === offer.id }, `${called(each)} (${each.fills.length})`);
  const domId = 'bio-properties-panel-fieldflow-take-over';
  return h('div', { class: 'bio-properties-panel-entry take-over', 'data-entry-id': 'fieldflow-take-over' },
    h('label', { class: 'bio-properties-panel-label', for: domId }, texts.takeOver),
    h('div', { class: 'take-over-choice' },
      h('select', { id: domId, class: 'bio-properties-panel-input', 'aria-describedby': `${domId}-help`,
        onChange: ({ target }) => setChosen(target.value) }, offers.map(option)),
      h('button', { type: 'button', class: 'panel-act', onClick: () => takeOver(settings, element, offer.fills) }, texts.takeOverNow)),
    h('div', { id: `${domId}-help`, class: 'bio-properties-panel-description' },
      texts.takeOverHelp.replace('{names}', listed(offer.fills.map(({ name }) => nameOf(name))))));
}
