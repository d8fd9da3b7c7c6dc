// The small forms of the app without a network: a new visit, another time, calling it off, asking the back office.
import { visitsOf } from './days.js';
import { h } from './dom.js';
import { keep } from './outbox.js';

let last = 0;

function field(label, name, control) {
  const id = `plan-${name}-${last += 1}`;
  control.id = id;
  control.name = name;
  control.classList.add('form-input');
  return h('div', { class: 'form-field' }, h('label', { class: 'form-label', for: id }, label), control);
}

const input = (type, attributes = {}) => h('input', { type, required: true, ...attributes });
const select = (rows) => h('select', { required: true }, rows.map(([value, text]) => h('option', { value }, text)));

function form(words, parts, submit) {
  return h('form', { class: 'card stack', onsubmit: (event) => {
    event.preventDefault();
    event.stopPropagation();
    submit(Object.fromEntries(new FormData(event.target)));
  } }, parts, h('button', { class: 'button button-primary button-big' }, words.save));
}

// The offset of the rep's zone at a wall time, so that "09:30" means 09:30 where the rep works.
function instant(day, time, zone) {
  const guess = new Date(`${day}T${time}:00Z`);
  const shown = new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(guess);
  return new Date(2 * guess - new Date(`${shown.replace(' ', 'T')}Z`)).toISOString();
}

const today = (zone) => new Intl.DateTimeFormat('sv', { timeZone: zone }).format(new Date());

function visitOf(state, id) {
  return visitsOf(state).find((each) => each.id === id);
}

export function cancelForm(state, id, { back, head, done }) {
  const { words } = state.packet;
  const visit = visitOf(state, id);
  return [back(`visit/${id}`), head(words.cancel, h('p', { class: 'lead muted' }, visit.customer.name)),
    form(words, [field(words.reason, 'reason', h('textarea', { rows: 3, maxlength: 500, required: true }))], async ({ reason }) => {
      await keep({ kind: 'cancel_visit', stream: `visit:${id}`, visit: id, body: { reason }, address: `cancel:${id}`,
        title: `${visit.customer.name} · ${words.cancel}` });
      done(`visit/${id}`);
    })];
}

export function moveForm(state, id, { back, head, done }) {
  const { words, time_zone: zone } = state.packet;
  const visit = visitOf(state, id);
  return [back(`visit/${id}`), head(words.move, h('p', { class: 'lead muted' }, visit.customer.name)),
    form(words, [
      h('div', { class: 'field-pair' }, field(words.day, 'day', input('date', { value: visit.day, min: today(zone) })), field(words.time, 'time', input('time'))),
      field(words.reason, 'reason', input('text', { maxlength: 500, required: false })),
    ], async ({ day, time, reason }) => {
      await keep({ kind: 'reschedule_visit', stream: `visit:${id}`, visit: id, title: `${visit.customer.name} · ${words.move}`,
        body: { planned_start: instant(day, time, zone), reason }, address: `move:${id}` });
      done(`visit/${id}`);
    })];
}

export function visitForm(state, { back, head, done }) {
  const { words, time_zone: zone, customers, purposes } = state.packet;
  const now = new Intl.DateTimeFormat('sv', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(new Date());
  return [back(''), head(words.new_visit), form(words, [
    field(words.customer, 'customer', select(customers.map((each) => [each.id, each.name]))),
    field(words.purpose, 'purpose', select(purposes.map((each) => [each.key, each.name]))),
    h('div', { class: 'field-pair' }, field(words.day, 'day', input('date', { value: today(zone) })), field(words.time, 'time', input('time', { value: now }))),
  ], async ({ customer, purpose, day, time }) => {
    const id = crypto.randomUUID();
    const name = customers.find((each) => each.id === customer).name;
    await keep({ kind: 'plan_visit', stream: `visit:${id}`, visit: id, title: purposes.find((each) => each.key === purpose).name,
      body: { customer_id: customer, customer_name: name, purpose_key: purpose, planned_start: instant(day, time, zone) } });
    done(`visit/${id}`);
  })];
}

export function askForm(state, id, { back, head, done }) {
  const { words } = state.packet;
  const visit = visitOf(state, id);
  const kinds = ['technical', 'quotation', 'other'].map((kind) => [kind, words[`kind_${kind}`]]);
  return [back(`visit/${id}`), head(words.ask, h('p', { class: 'lead muted' }, visit.customer.name)), form(words, [
    field(words.kind, 'type', select(kinds)),
    field(words.subject, 'subject', input('text', { maxlength: 200 })),
    field(words.description, 'description', h('textarea', { rows: 3, maxlength: 2000 })),
  ], async ({ type, subject, description }) => {
    const request = crypto.randomUUID();
    await keep({ kind: 'raise_request', stream: `request:${request}`, visit: id, title: `${words.ask} · ${subject}`,
      body: { request_id: request, customer_id: visit.customer.id, type, subject, description } });
    done(`visit/${id}`);
  })];
}
