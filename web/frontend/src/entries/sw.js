// The service worker: the app's own files from its cache, pages from the network, and without one the offline page.
import { flush } from '../offline/sender.js';

const { version, files, shell } = self.FIELDFLOW;
const CACHE = `fieldflow-${version}`;
// A network that is there and does not answer is no network to somebody in the street.
const PATIENCE_MS = 8000;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([shell, ...files])));
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener('message', (event) => {
  if (event.data === 'skip') self.skipWaiting();
});

self.addEventListener('sync', (event) => {
  if (event.tag === 'fieldflow-send') event.waitUntil(flush());
});

async function page(request) {
  const late = new Promise((_done, fail) => { setTimeout(fail, PATIENCE_MS); });
  try {
    return await Promise.race([fetch(request), late]);
  } catch {
    return (await caches.match(shell)) ?? Response.error();
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (files.includes(url.pathname)) event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});

self.addEventListener('push', (event) => {
  const { title, text, path, tag } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body: text, tag, data: { path }, icon: '/icons/any-192.png' }));
});

// A window that is open goes to the page; else one opens.
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const address = new URL(event.notification.data.path, self.location.origin);
  if (address.origin !== self.location.origin) return;
  event.waitUntil((async () => {
    const [open] = await self.clients.matchAll({ type: 'window' });
    const moved = await open?.navigate(address.href).catch(() => null);
    await (moved ? moved.focus() : self.clients.openWindow(address.href));
  })());
});
