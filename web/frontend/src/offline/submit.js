// Steps of a visit that are submitted on the phone: sent at once, and kept here when there is no network.
import { keep } from './outbox.js';
import { get } from './store.js';
import { sync } from './sync.js';
import { sendLater } from './install.js';

const PATIENCE_MS = 15000;
// Browsers refuse more than 64 KiB of it.
const KEEPALIVE_BYTES = 50000;
const OWN = ['csrf_token', 'submission_id'];

export const stepAddress = (visit, element, occurrence) => `step:${visit}:${element}:${occurrence}`;

function fieldsOf(form) {
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== 'string' || OWN.includes(name)) continue;
    (fields[name] ??= []).push(value);
  }
  return fields;
}

// Photos that could not be uploaded stand in the form as "local-<sha>:name"; their bytes wait in the store.
function blobsOf(fields) {
  return Object.values(fields).flat().filter((text) => text.startsWith('local-'))
    .map((text) => ({ key: text.slice(6, 70), name: text.slice(71) }));
}

function positionOf(form, fields) {
  const reading = form.fieldflowReading;
  if (!reading || fields[reading.field]?.[0] !== 'local') return null;
  delete fields[reading.field];
  const { at, ...rest } = reading;
  return { ...rest, age_s: rest.age_s + (performance.now() - at) / 1000 };
}

export async function keepStep(form, { visit, element, occurrence, title }) {
  const fields = fieldsOf(form);
  const position = positionOf(form, fields);
  const id = form.querySelector('[name=submission_id]')?.value || undefined;
  const entry = await keep({
    id, kind: 'complete_task', stream: `visit:${visit}`, visit, title,
    body: { element_id: element, occurrence, fields }, address: stepAddress(visit, element, occurrence),
    position, blobs: blobsOf(fields),
  });
  sendLater().catch(() => {});
  return entry;
}

// Post as a browser would; null when the server was not reached or is in trouble, so that keeping it is right.
async function post(form, submitter) {
  if (!navigator.onLine) return null;
  try {
    // keepalive: it arrives even if the person has gone to another page meanwhile.
    const body = new FormData(form, submitter);
    const size = [...body].reduce((sum, [name, value]) => sum + name.length + 3 * (value.length ?? value.size), 0);
    const response = await fetch(form.action, {
      method: 'POST', body, keepalive: size < KEEPALIVE_BYTES, credentials: 'same-origin',
      headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.status >= 500) return null;
    return response.ok ? { next: (await response.json()).next } : {};
  } catch {
    return null;
  }
}

export async function submitStep(form, submitter, show) {
  const step = JSON.parse(form.dataset.step);
  const hasLocal = [...new FormData(form).values()].some((value) => typeof value === 'string' && value.startsWith('local'));
  const answer = hasLocal ? null : await post(form, submitter);
  if (answer?.next) { location.assign(answer.next); return; }
  // The server has something to say about it: let the browser show its page. The same id is the same submission.
  if (answer) { HTMLFormElement.prototype.submit.call(form); return; }
  if (!await get('meta', 'packet').catch(() => null)) { HTMLFormElement.prototype.submit.call(form); return; }
  const entry = await keepStep(form, step);
  await sync();
  show(entry, step);
}

export function watchSteps(show) {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches('form[data-step]') || event.submitter?.name === '_action') return;
    event.preventDefault();
    event.submitter?.setAttribute('aria-busy', 'true');
    submitStep(form, event.submitter, show);
  });
}
