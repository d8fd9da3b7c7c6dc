// What this phone keeps: "meta" (packet, device, counters), "outbox" (actions to send), "blobs" (photos to send).
const NAME = 'fieldflow';

let opened = null;

function open() {
  opened ??= new Promise((done, fail) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      const db = request.result;
      db.createObjectStore('meta');
      db.createObjectStore('blobs');
      // One action for one step: what is tapped twice is there once. Actions without an address are not in the index.
      db.createObjectStore('outbox', { keyPath: 'id' }).createIndex('address', 'address', { unique: true });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); opened = null; };
      done(request.result);
    };
    request.onerror = () => { opened = null; fail(request.error); };
  });
  return opened;
}

const answer = (request) => new Promise((done, fail) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error);
});

// Run `work` in one transaction; it gets the stores by name and a function that waits for a request.
export async function transact(names, mode, work) {
  const db = await open();
  const transaction = db.transaction(names, mode, { durability: 'strict' });
  const ended = new Promise((done, fail) => {
    transaction.oncomplete = done;
    transaction.onerror = transaction.onabort = () => fail(transaction.error);
  });
  const stores = Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)]));
  const result = await work(stores, answer);
  await ended;
  return result;
}

export const get = (store, key) => transact([store], 'readonly', (stores, wait) => wait(stores[store].get(key)));
export const put = (store, key, value) => transact([store], 'readwrite', (stores, wait) => wait(stores[store].put(value, key)));
export const remove = (store, key) => transact([store], 'readwrite', (stores, wait) => wait(stores[store].delete(key)));

// Forget everything: at sign-out, and when somebody else signs in.
export async function wipe() {
  const db = await open().catch(() => null);
  db?.close();
  opened = null;
  await new Promise((done) => {
    const request = indexedDB.deleteDatabase(NAME);
    request.onsuccess = request.onerror = request.onblocked = done;
  });
  for (const name of await globalThis.caches?.keys?.() ?? []) await caches.delete(name);
}
