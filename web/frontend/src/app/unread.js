// The number at the bell follows the server, so that what is read in one session is read in all. An unchanged number
// is answered without a body. A phone looks less often: each look wakes its radio.
const DESK_MS = 10_000;
const PHONE_MS = 60_000;

export function watchUnread(root) {
  const bell = root.querySelector('[data-unread]');
  if (!bell) return;
  let tag = '';

  async function look() {
    if (root.visibilityState !== 'visible' || !navigator.onLine) return;
    const answer = await fetch(bell.dataset.unread, { headers: tag ? { 'If-None-Match': tag } : {}, redirect: 'error' }).catch(() => null);
    if (answer?.status !== 200) return;
    tag = answer.headers.get('ETag') ?? '';
    const { unread } = await answer.json();
    const count = bell.querySelector('.count');
    count.textContent = unread;
    count.hidden = !unread;
  }

  // A notice that is opened is read; the page that opens may be another application's window.
  root.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-read]');
    if (!link) return;
    const token = root.querySelector('meta[name=csrf-token]').content;
    fetch(link.dataset.read, { method: 'POST', headers: { 'X-CSRF-Token': token }, keepalive: true, redirect: 'manual' }).catch(() => {});
  });
  root.addEventListener('visibilitychange', look);
  addEventListener('pageshow', (event) => event.persisted && look());
  setInterval(look, matchMedia('(min-width: 900px)').matches ? DESK_MS : PHONE_MS);
}
