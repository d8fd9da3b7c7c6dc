// The app without a network: days, a visit, its steps, and what waits to be sent. All from what the phone stored.
import { initForms } from '../form/index.js';
import { load, openElsewhere, stepsOf, visitsOf, inOrder } from './days.js';
import { fill, h } from './dom.js';
import { askForm, cancelForm, moveForm, visitForm } from './plans.js';
import { unsent } from './outbox.js';
import { keepStep } from './submit.js';
import { show, sync } from './sync.js';

let root = null;
let state = null;
let drawing = 0;
let busy = 0;

const words = () => state.packet.words;
const zoned = (options) => new Intl.DateTimeFormat(state.packet.locale, { timeZone: state.packet.time_zone, ...options });
const time = (iso) => zoned({ hour: '2-digit', minute: '2-digit' }).format(new Date(iso));
const when = (iso) => zoned({ month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }).format(new Date(iso));
const dayOf = (iso) => new Intl.DateTimeFormat('sv', { timeZone: state.packet.time_zone }).format(new Date(iso));
const link = (hash, look, text) => h('a', { class: look, href: `#${hash}` }, text);
const back = (hash) => link(hash, 'back-link', `‹ ${words().back}`);

function head(title, ...more) {
  return h('div', { class: 'page-head' }, h('h1', {}, title), ...more);
}

function stateOf(visit) {
  if (visit.cancelled) return words().cancelled_here;
  if (visit.moved) return words().moved_here;
  return visit.own.length ? words().done_here : '';
}

function card(visit) {
  const note = stateOf(visit);
  return h('li', {}, h('a', { class: 'card stop-card', href: `#visit/${visit.id}` },
    h('span', { class: 'stop-time num' }, time(visit.start)),
    h('span', { class: 'grow' }, h('span', { class: 'strong stop-name' }, visit.customer.name),
      h('span', { class: 'muted small' }, visit.purpose)),
    note && h('span', { class: 'badge badge-warning' }, note)));
}

function days() {
  const visits = inOrder(visitsOf(state));
  const today = dayOf(Date.now());
  const groups = Map.groupBy ? Map.groupBy(visits, (visit) => dayOf(visit.start)) : visits.reduce((map, visit) => (
    map.set(dayOf(visit.start), [...(map.get(dayOf(visit.start)) ?? []), visit])), new Map());
  if (!groups.has(today)) groups.set(today, []);
  return [
    head(words().today, link('new', 'button', words().new_visit)),
    h('p', { class: 'notice' }, fill(words().stored, { time: when(state.packet.made_at) })),
    ...[...groups].sort(([one], [other]) => one.localeCompare(other)).map(([day, found]) => h('section', {},
      h('h2', { class: 'section-title' }, day === today ? words().today : zoned({ weekday: 'long', month: 'short', day: 'numeric' }).format(new Date(`${day}T12:00:00Z`))),
      found.length ? h('ol', { class: 'stack offline-stops' }, found.map(card)) : h('p', { class: 'muted' }, words().no_visits))),
    state.kept.length > 0 && link('outbox', 'button button-wide', words().outbox),
  ];
}

function stepRow(visit, step) {
  if (step.done) return h('p', { class: 'notice notice-success' }, `${step.name}: ${words().done_here}`);
  return link(`step/${visit.id}/${step.element}`, `button button-big ${step.optional ? '' : 'button-primary'}`, step.name);
}

function facts(visit) {
  const list = (title, rows, draw) => rows.length > 0
    && h('section', { class: 'card' }, h('h2', {}, title), h('ul', { class: 'plain-list' }, rows.map((row) => h('li', {}, draw(row)))));
  return [
    list(words().contacts, visit.contacts, (row) => [`${row.name} ${row.title} `, row.phone && h('a', { href: `tel:${row.phone}` }, row.phone)]),
    list(words().last_time, visit.past, (row) => [h('span', { class: 'strong' }, `${row.day} · ${row.outcome}`), h('p', { class: 'small muted' }, row.summary)]),
    list(words().promises, visit.promises, (row) => [h('span', { class: 'strong' }, row.subject), h('p', { class: 'small muted' }, `${row.type} · ${row.number} · ${row.state}`)]),
  ];
}

function visitPage(id) {
  const visit = visitsOf(state).find((each) => each.id === id);
  if (!visit) return days();
  const steps = stepsOf(visit);
  const note = stateOf(visit);
  const isOff = visit.cancelled;
  const begun = steps.some((step) => step.done);
  const elsewhere = openElsewhere(visitsOf(state), visit);
  const shown = isOff ? [] : steps.filter((step) => step.done || (step.ready && !(step.optional && begun)))
    .filter((step) => !(elsewhere && step.element === 'check_in' && !step.done));
  return [
    back(''),
    head(visit.customer.name, h('p', { class: 'lead muted' }, `${when(visit.start)} · ${visit.purpose}`)),
    note && (visit.cancelled || visit.moved) && h('p', { class: 'notice' }, note),
    visit.address && h('p', {}, visit.address),
    visit.note && h('p', { class: 'pre muted' }, visit.note),
    elsewhere && !begun && h('p', { class: 'notice notice-warning' },
      link(`visit/${elsewhere.id}`, '', fill(words().still_open, { name: elsewhere.customer.name }))),
    h('section', { class: 'stack' }, shown.map((step) => stepRow(visit, step)),
      shown.length > 0 && !shown.some((step) => step.ready) && h('p', { class: 'muted' }, words().nothing_left)),
    visit.maps.length > 0 && h('details', { class: 'menu' }, h('summary', { class: 'button' }, words().navigate),
      h('ul', { class: 'menu-list' }, visit.maps.map((map) => h('li', {}, h('a', { href: map.url, target: '_blank', rel: 'noopener noreferrer' }, map.name))))),
    facts(visit),
    !isOff && h('div', { class: 'stack' },
      link(`ask/${visit.id}`, 'button button-wide', words().ask),
      visit.own.length === 0 && link(`move/${visit.id}`, 'button button-wide', words().move),
      visit.own.length === 0 && link(`cancel/${visit.id}`, 'button button-wide', words().cancel)),
  ];
}

function stepPage(id, element) {
  const visit = visitsOf(state).find((each) => each.id === id);
  const step = visit && stepsOf(visit).find((each) => each.element === element && each.ready);
  if (!step) return visitPage(id);
  const holder = document.createElement('template');
  holder.innerHTML = state.packet.forms[step.form];
  const form = holder.content.querySelector('form');
  form.dataset.stamp = visit.stamp ?? '';
  if (step.last) form.dataset.last = JSON.stringify(step.last);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    await keepStep(form, { visit: id, element, occurrence: step.occurrence, title: `${visit.customer.name} · ${step.name}` });
    sync();
    location.hash = `visit/${id}`;
  });
  return [back(`visit/${id}`), head(step.name, h('p', { class: 'lead muted' }, visit.customer.name)), h('div', { class: 'card' }, form)];
}

const WHY = { waiting: 'saved_note', held: 'held', conflict: 'conflict' };

function outboxPage() {
  return [
    back(''),
    head(words().outbox),
    state.kept.length ? h('ul', { class: 'list card card-flush' }, state.kept.map((entry) => h('li', { class: 'list-row' },
      h('span', { class: 'grow' }, h('span', { class: 'strong' }, entry.state === 'conflict' ? h('a', { href: `/open/case:${entry.case}` }, entry.title) : entry.title), h('br'), h('span', { class: 'muted small' },
        `${when(entry.clock.device_at)} · ${entry.state === 'refused' ? fill(words().refused, { why: entry.why }) : words()[WHY[entry.state]]}`)))))
      : h('p', { class: 'notice notice-success' }, words().outbox_empty),
    h('button', { class: 'button button-primary button-wide', type: 'button', onclick: () => sync().then(() => draw()) }, words().send_now),
  ];
}

const PAGES = {
  visit: visitPage, step: stepPage, outbox: outboxPage, new: () => visitForm(state, { back, head, done }),
  ask: (id) => askForm(state, id, { back, head, done }), move: (id) => moveForm(state, id, { back, head, done }),
  cancel: (id) => cancelForm(state, id, { back, head, done }),
};

async function done(hash) {
  await sync();
  if (location.hash === `#${hash}`) draw();
  else location.hash = hash;
}

// `quiet`: something was sent, nobody asked; a form is left as it is under somebody's fingers.
export async function draw({ quiet = false } = {}) {
  if (quiet && (busy || root.querySelector('form'))) return;
  drawing += 1;
  busy += 1;
  const mine = drawing;
  const loaded = await load().finally(() => { busy -= 1; });
  if (mine !== drawing) return;
  state = loaded;
  if (!state) { root.replaceChildren(h('p', { class: 'notice' }, root.dataset.empty)); return; }
  document.documentElement.lang = state.packet.locale === 'zh' ? 'zh-CN' : 'en';
  const [page, ...rest] = location.hash.slice(1).split('/');
  const drawn = (PAGES[page] ?? days)(...rest);
  root.replaceChildren(...drawn.flat().filter(Boolean));
  initForms(root);
  root.focus();
  show();
}

// The network is back: the server's page shows more than this one. Not under somebody's fingers.
async function leave() {
  if (!navigator.onLine || location.pathname === '/offline' || root.querySelector('form')) return;
  if ((await unsent()).length) return;
  const reached = await fetch('/healthz').then((response) => response.ok, () => false);
  const [page, id] = location.hash.slice(1).split('/');
  if (reached) location.assign(page === 'visit' && id ? `/visits/${id}` : '/today');
}

// Take over a part of the page: the offline page itself, or one whose submit was kept here.
export function take(element, hash) {
  root = element;
  if (hash) history.replaceState(null, '', `#${hash}`);
  addEventListener('hashchange', () => draw());
  document.addEventListener('fieldflow:sync', async (event) => {
    if (event.detail !== 'idle') return;
    await draw({ quiet: true });
    await leave();
  });
  return draw();
}
