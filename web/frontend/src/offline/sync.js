// The state of what this phone has to send, in the header of every page of a rep; and when to send.
import { entries, unsent } from './outbox.js';
import { flush, refresh } from './sender.js';
import { get, wipe } from './store.js';

const FRESH_MS = 10 * 60 * 1000;

let state = 'idle';
let badge = null;

const time = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' });

export async function show() {
  if (!badge) return;
  const [found, packet, sent] = await Promise.all([entries(), get('meta', 'packet'), get('meta', 'sent')]);
  const words = packet?.words;
  if (!words) {
    // The words come with the first packet; until then the page itself can say that there is no network.
    badge.hidden = navigator.onLine;
    badge.textContent = navigator.onLine ? '' : badge.dataset.offlineWord;
    badge.dataset.sync = navigator.onLine ? '' : 'offline';
    return;
  }
  const count = (...states) => found.filter((entry) => states.includes(entry.state)).length;
  const waiting = count('waiting', 'held');
  // Several actions of one visit are one conflict.
  const stuck = new Set(found.filter((entry) => entry.state === 'conflict').map((entry) => entry.case)).size + count('refused');
  let text = '';
  if (state === 'sign_in' && waiting) text = words.sign_in;
  else if (state === 'sending' && waiting) text = words.sending;
  else if (waiting) text = words.waiting.replace('{n}', waiting);
  else if (stuck) text = words.conflicts.replace('{n}', stuck);
  else if (!navigator.onLine) text = words.offline;
  else text = sent ? words.sent_at.replace('{time}', time(sent)) : words.all_sent;
  badge.hidden = false;
  badge.textContent = text;
  badge.dataset.sync = waiting ? 'waiting' : stuck ? 'stuck' : navigator.onLine ? 'sent' : 'offline';
}

function tell(next) {
  document.dispatchEvent(new CustomEvent('fieldflow:sync', { detail: next }));
}

export async function sync() {
  const count = await flush(tell);
  await show();
  // A page that was drawn before these entries arrived shows what is no longer true.
  if (count && (await unsent()).length === 0 && document.querySelector('[data-redraw]')) location.reload();
  return count;
}

// Another person's work must not stay on this phone.
async function own(user) {
  const kept = await get('meta', 'packet').catch(() => null);
  if (kept && user && kept.user.id !== user) await wipe();
}

export async function startSync() {
  badge = document.querySelector('[data-sync]');
  const user = document.body.dataset.rep;
  if (!badge || !globalThis.indexedDB) return;
  await own(user);
  for (const kind of ['online', 'offline']) addEventListener(kind, () => (kind === 'online' ? sync() : show()));
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && sync());
  // The form's script has a copy of this module and sends too: the state is one.
  document.addEventListener('fieldflow:sync', ({ detail }) => { state = detail; show(); });
  await show();
  await sync();
  const packet = await get('meta', 'packet');
  if (user && navigator.onLine && !(Date.now() - packet?.fetched < FRESH_MS)) {
    await refresh().catch(() => {});
    await show();
  }
}
