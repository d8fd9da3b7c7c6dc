// Actions that wait to be sent: numbered within their stream, each with an id of its own, kept until the server has them.
import { clock } from './clock.js';
import { transact } from './store.js';

const WAITING = ['waiting', 'held'];

// Keep an action; resolves to what is kept, which is the earlier one where the same step was done before.
export function keep({ kind, stream, visit = null, body, id = crypto.randomUUID(), address, position = null, blobs = [], title = '' }) {
  const stamp = clock();
  return transact(['meta', 'outbox'], 'readwrite', async ({ meta, outbox }, wait) => {
    const known = (await wait(outbox.get(id))) ?? (address && await wait(outbox.index('address').get(address)));
    if (known) return known;
    const sequence = ((await wait(meta.get(`sequence:${stream}`))) ?? 0) + 1;
    const order = ((await wait(meta.get('order'))) ?? 0) + 1;
    meta.put(sequence, `sequence:${stream}`);
    meta.put(order, 'order');
    const user = (await wait(meta.get('packet')))?.user.id ?? null;
    const entry = { id, kind, stream, sequence, order, visit, body, clock: stamp, position, blobs, title, user, state: 'waiting', why: '' };
    if (address) entry.address = address;
    outbox.put(entry);
    return entry;
  });
}

export async function entries() {
  const found = await transact(['outbox'], 'readonly', ({ outbox }, wait) => wait(outbox.getAll()));
  return found.sort((one, other) => one.order - other.order);
}

export const unsent = async () => (await entries()).filter((entry) => WAITING.includes(entry.state));

// Those that the server has not made an end of: it is asked again what became of a conflict.
export const unsettled = async () => (await entries()).filter((entry) => entry.state !== 'refused');

export const change = (id, changes) => transact(['outbox'], 'readwrite', async ({ outbox }, wait) => {
  const entry = await wait(outbox.get(id));
  if (entry) outbox.put({ ...entry, ...changes });
});

export const drop = (id) => transact(['outbox'], 'readwrite', ({ outbox }, wait) => wait(outbox.delete(id)));

export const device = () => transact(['meta'], 'readwrite', async ({ meta }, wait) => {
  const known = await wait(meta.get('device'));
  if (known) return known;
  const made = crypto.randomUUID();
  meta.put(made, 'device');
  return made;
});
