import { get } from './store.js';

// The service worker: pages without a network, and a prompt when there is a new version. Everything works without it.
export async function register() {
  if (!('serviceWorker' in navigator) || !document.body.dataset.rep) return;
  const registration = await navigator.serviceWorker.register('/sw.js').catch(() => null);
  if (!registration) return;
  const offer = async (worker) => {
    if (!worker || !navigator.serviceWorker.controller) return;
    const { words } = (await get('meta', 'packet')) ?? { words: {} };
    const bar = document.createElement('div');
    bar.className = 'update-bar';
    bar.setAttribute('role', 'status');
    const text = document.createElement('span');
    text.textContent = words.new_version ?? '';
    const button = document.createElement('button');
    button.className = 'button button-primary';
    button.textContent = words.reload ?? '';
    button.addEventListener('click', () => worker.postMessage('skip'));
    bar.append(text, button);
    document.body.append(bar);
  };
  if (registration.waiting) offer(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing;
    worker?.addEventListener('statechange', () => worker.state === 'installed' && offer(worker));
  });
  let reloading = false;
  const had = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (had && !reloading) { reloading = true; location.reload(); }
  });
}

// Ask the browser to send even after the page is closed; only some can.
export async function sendLater() {
  const registration = await navigator.serviceWorker?.ready;
  await registration?.sync?.register('fieldflow-send').catch(() => {});
}
