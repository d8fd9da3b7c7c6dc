// Signing out wipes the phone; what is not sent yet is sent first, or given up knowingly.
import { unsent } from './outbox.js';
import { flush } from './sender.js';
import { get, wipe } from './store.js';

async function mayLeave() {
  await flush();
  const left = await unsent();
  if (!left.length) return true;
  const { words } = await get('meta', 'packet');
  const dialog = document.createElement('dialog');
  dialog.className = 'dialog stack';
  const text = document.createElement('p');
  text.textContent = words.leave_unsent.replace('{n}', left.length);
  const row = document.createElement('div');
  row.className = 'row';
  const button = (label, value, look) => {
    const made = document.createElement('button');
    made.className = `button ${look}`;
    made.textContent = label;
    made.addEventListener('click', () => dialog.close(value));
    return made;
  };
  row.append(button(words.stay, '', 'button-primary'), button(words.leave_anyway, 'leave', 'button-danger'));
  dialog.append(text, row);
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((done) => { dialog.addEventListener('close', done, { once: true }); });
  const leaves = dialog.returnValue === 'leave';
  dialog.remove();
  return leaves;
}

export function watchSignOut() {
  document.addEventListener('submit', async (event) => {
    const form = event.target;
    if (!form.matches('form[data-sign-out]') || form.dataset.wiped || !globalThis.indexedDB) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!await mayLeave().catch(() => true)) return;
    await wipe().catch(() => {});
    const registration = await navigator.serviceWorker?.getRegistration?.();
    await registration?.unregister();
    form.dataset.wiped = 'true';
    form.requestSubmit();
  }, true);
}
