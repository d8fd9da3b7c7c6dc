// "Show notices on this device": asks the browser, and tells the server where its push service listens.
const card = document.querySelector('[data-push]');
const token = document.querySelector('meta[name=csrf-token]').content;

function show(state) {
  for (const part of card.querySelectorAll('[data-push-state]')) part.hidden = part.dataset.pushState !== state;
  card.querySelector('[data-push-start]').hidden = state !== 'off';
  card.querySelector('[data-push-stop]').hidden = state !== 'on';
}

function post(path, values) {
  return fetch(`/me/notifications/${path}`, { method: 'POST', headers: { 'X-CSRF-Token': token }, body: new URLSearchParams(values), redirect: 'manual' });
}

function bytes(text) {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

async function start() {
  if (await Notification.requestPermission() !== 'granted') return show('denied');
  const registration = await navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready);
  const found = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(card.dataset.push) });
  const { endpoint, keys } = found.toJSON();
  const answer = await post('push', { endpoint, public_key: keys.p256dh, auth: keys.auth });
  if (!answer.ok) { await found.unsubscribe(); return show('missing'); }
  return show('on');
}

async function stop() {
  const found = await subscription();
  await post('push/stop', { endpoint: found?.endpoint ?? '' });
  await found?.unsubscribe();
  show('off');
}

async function subscription() {
  const registration = await navigator.serviceWorker.getRegistration();
  return registration?.pushManager.getSubscription();
}

async function begin() {
  if (!('serviceWorker' in navigator && 'PushManager' in globalThis)) return show('missing');
  card.querySelector('[data-push-start]').addEventListener('click', () => start().catch(() => show('missing')));
  card.querySelector('[data-push-stop]').addEventListener('click', stop);
  if (Notification.permission === 'denied') return show('denied');
  return show(await subscription() ? 'on' : 'off');
}

begin();
