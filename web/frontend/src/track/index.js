// The track of working time: only while the page is open in front. Points are kept every minute or fifty metres and sent
// in batches; a batch that did not arrive is sent again under the same id, so that it is stored once. Outside working
// time, or without consent, the server refuses it; then nothing more is read until the page is opened anew.
import { readingOf } from '../form/device.js';
import { send } from '../form/request.js';
import { Batches } from './batches.js';

const SEND_MS = 120_000;

export function startTrack(script) {
  if (!navigator.geolocation || !script) return;
  const batches = new Batches();
  const status = document.querySelector('[data-track-status]');
  let watch = null;

  function stop() {
    if (watch !== null) navigator.geolocation.clearWatch(watch);
    watch = null;
    if (status) status.hidden = true;
  }
  function start() {
    if (watch !== null || batches.isRefused) return;
    watch = navigator.geolocation.watchPosition((found) => {
      if (status) status.hidden = false;
      batches.add(readingOf(found));
      if (batches.isFull) flush();
    }, stop, { enableHighAccuracy: true, maximumAge: 0 });
  }
  async function flush() {
    const batch = batches.next();
    if (!batch) return;
    try {
      await send(script.dataset.url, 'POST', { ...batch, sent_at: new Date().toISOString() }, { keepalive: true });
      batches.sent();
    } catch (error) {
      if (/status 4/.test(error.message)) {
        batches.refused();
        stop();
      }
    }
  }

  setInterval(flush, SEND_MS);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      flush();
      stop();
    } else start();
  });
  if (!document.hidden) start();
}
