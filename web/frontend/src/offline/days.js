// What the phone knows of a day: the packet, changed by what was done here and is not sent yet.
import { entries } from './outbox.js';
import { get } from './store.js';
import { stepAddress } from './submit.js';

const OPEN = ['waiting', 'held', 'conflict', 'refused'];

export async function load() {
  const [packet, kept] = await Promise.all([get('meta', 'packet'), entries()]);
  return packet ? { packet, kept: kept.filter((entry) => OPEN.includes(entry.state)) } : null;
}

export function visitsOf({ packet, kept }) {
  const planned = kept.filter((entry) => entry.kind === 'plan_visit').map((entry) => ({
    id: entry.visit, url: '', day: entry.body.planned_start.slice(0, 10), start: entry.body.planned_start,
    end: entry.body.planned_start, state: 'planned', purpose: entry.title, note: entry.body.note ?? '',
    customer: { id: entry.body.customer_id, name: entry.body.customer_name }, address: '', maps: [], contacts: [],
    past: [], promises: [], steps: packet.plan_steps?.[entry.body.purpose_key] ?? [],
  }));
  return [...packet.visits, ...planned].map((visit) => {
    const own = kept.filter((entry) => entry.visit === visit.id);
    const moved = own.findLast((entry) => entry.kind === 'reschedule_visit');
    return {
      ...visit,
      own,
      start: moved?.body.planned_start ?? visit.start,
      cancelled: own.some((entry) => entry.kind === 'cancel_visit'),
      moved: Boolean(moved),
    };
  });
}

// Where the rep is, if it is elsewhere: checked in, here or at the server, and not out again. One place is one stop.
export function openElsewhere(visits, { id, place }) {
  const did = (visit, element) => visit.own.some((entry) => entry.body.element_id === element);
  const isOpen = (visit) => (visit.state === 'checked_in' || did(visit, 'check_in')) && !did(visit, 'check_out');
  return visits.find((visit) => visit.id !== id && !(place && visit.place === place) && isOpen(visit));
}

// The packet brings visits in the order that their rep confirmed; what was planned or moved here finds its place by time.
export function inOrder(visits) {
  const line = visits.filter((visit) => visit.url && !visit.moved);
  for (const visit of visits.filter((each) => !line.includes(each))) {
    const at = line.findIndex((other) => other.start > visit.start);
    line.splice(at < 0 ? line.length : at, 0, visit);
  }
  return line;
}

// The steps that can be done now: open ones, and those that usually follow what was done here.
export function stepsOf(visit) {
  const done = new Set(visit.own.filter((entry) => entry.kind === 'complete_task').map((entry) => entry.address));
  const isDone = (step) => done.has(stepAddress(visit.id, step.element, step.occurrence));
  const doneElements = new Set(visit.steps.filter(isDone).map((step) => step.element));
  return visit.steps.map((step) => ({
    ...step, done: isDone(step), ready: !isDone(step) && (!step.after.length || step.after.some((element) => doneElements.has(element))),
  }));
}
