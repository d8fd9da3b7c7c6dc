// Send what waits: photos first, then actions in their order; one sender at a time, whoever asks.
import { clock } from './clock.js';
import { change, device, drop, unsettled } from './outbox.js';
import { get, put, remove } from './store.js';

const BATCH = 20;
const TIMEOUT_MS = 20000;
const PAUSES_S = [5, 15, 60, 300];

let failures = 0;
let timer = 0;

class SendError extends Error {
  constructor(status, why) {
    super(why || `status ${status}`);
    this.status = status;
  }
}

async function call(url, body, csrf) {
  const json = !(body instanceof FormData);
  const response = await fetch(url, {
    method: 'POST',
    credentials: 'same-origin',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { Accept: 'application/json', 'X-CSRF-Token': csrf, ...(json && { 'Content-Type': 'application/json' }) },
    body: json ? JSON.stringify(body) : body,
  });
  const answer = await response.json().catch(() => null);
  if (!response.ok || !answer) throw new SendError(response.ok ? 502 : response.status, answer?.detail);
  return answer;
}

// The packet of the coming days, with the token of this session.
export async function refresh() {
  const response = await fetch('/offline/packet', { credentials: 'same-origin', headers: { Accept: 'application/json' } });
  if (!response.ok) throw new SendError(response.status);
  const packet = await response.json();
  await put('meta', 'packet', { ...packet, fetched: Date.now() });
  return packet;
}

async function uploadPhotos(entry, csrf) {
  const texts = JSON.stringify(entry.body);
  let sent = texts;
  for (const { key, name } of entry.blobs) {
    const blob = await get('blobs', key);
    if (!blob) continue;
    const body = new FormData();
    body.append('file', blob, name);
    const { file } = await call('/files', body, csrf);
    sent = sent.replaceAll(`local-${key}`, file);
  }
  if (sent !== texts) await change(entry.id, { body: JSON.parse(sent), blobs: [] });
  for (const { key } of entry.blobs) await remove('blobs', key);
  return { ...entry, body: JSON.parse(sent) };
}

const parcel = async (actions) => ({
  device: await device(),
  clock: clock(),
  actions: actions.map(({ id, kind, stream, sequence, visit, body, clock: done, position }) => (
    { id, kind, stream, sequence, visit, body, clock: done, ...(position && { position }) })),
});

// Resolves to how many are no longer what they were.
async function settle(results, actions) {
  const before = new Map(actions.map((action) => [action.id, action.state]));
  for (const { id, state, why, case: caseId } of results) {
    if (state === 'applied' || state === 'set_aside') await drop(id);
    else await change(id, { state, why, case: caseId });
  }
  return results.filter(({ id, state }) => before.get(id) !== state).length;
}

// A parcel that is refused whole is sent again one by one, so that one bad entry holds up no other.
async function deliver(actions, csrf) {
  try {
    const { results } = await call('/offline/actions', await parcel(actions), csrf);
    return await settle(results, actions);
  } catch (error) {
    if (![400, 409, 413, 422].includes(error.status)) throw error;
    if (actions.length === 1) {
      await change(actions[0].id, { state: 'refused', why: error.message });
      return 1;
    }
    let changed = 0;
    for (const action of actions) changed += await deliver([action], csrf);
    return changed;
  }
}

async function sendAll() {
  let waiting = await unsettled();
  if (!waiting.length) return 0;
  const packet = await refresh();
  let changed = 0;
  waiting = waiting.filter((entry) => !entry.user || entry.user === packet.user.id);
  for (let start = 0; start < waiting.length; start += BATCH) {
    const ready = [];
    for (const entry of waiting.slice(start, start + BATCH)) ready.push(await uploadPhotos(entry, packet.csrf));
    changed += await deliver(ready, packet.csrf);
  }
  await put('meta', 'sent', Date.now());
  if (changed) await refresh();
  return changed;
}

// One after the other, over all pages and the worker. Whoever asks while one runs gets the next: the one that runs may
// have met a network that was not there yet. Asking once more while that one waits is the same question.
let next = null;

function inTurn(work) {
  next ??= (async () => {
    const begin = () => { next = null; return work(); };
    return navigator.locks ? navigator.locks.request('fieldflow-send', begin) : begin();
  })();
  return next;
}

// Send now; on trouble again later. Resolves to how many entries are no longer what they were.
export async function flush(tell = () => {}) {
  clearTimeout(timer);
  try {
    const count = await inTurn(() => {
      tell('sending');
      return sendAll();
    });
    failures = 0;
    tell('idle');
    return count;
  } catch (error) {
    tell(error.status === 401 ? 'sign_in' : 'failed');
    const pause = PAUSES_S[Math.min(failures, PAUSES_S.length - 1)];
    failures += 1;
    if (globalThis.document) timer = setTimeout(() => flush(tell), pause * 1000);
    return 0;
  }
}
