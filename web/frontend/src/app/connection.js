// The header says when there is no connection, and a form that cannot be sent stays as it is. A rep's header has the
// state of the phone's outbox instead, and the steps of a visit are kept there.
export function watchConnection(root) {
  const badge = root.querySelector('[data-offline]');
  const notice = root.getElementById('not-sent');
  if (!notice) return;
  const tell = () => {
    if (badge) badge.hidden = navigator.onLine;
    if (navigator.onLine) notice.hidden = true;
  };
  addEventListener('online', tell);
  addEventListener('offline', tell);
  root.addEventListener('submit', (event) => {
    if (navigator.onLine || event.defaultPrevented || event.target.matches('[method=dialog], [data-step], [data-offline]')) return;
    event.preventDefault();
    notice.hidden = false;
  });
  tell();
}
