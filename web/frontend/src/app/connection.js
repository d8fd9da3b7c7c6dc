// The header says when there is no connection, and a form that cannot be sent stays as it is.
export function watchConnection(root) {
  const badge = root.querySelector('[data-offline]');
  const notice = root.getElementById('not-sent');
  if (!badge || !notice) return;
  const tell = () => {
    badge.hidden = navigator.onLine;
    if (navigator.onLine) notice.hidden = true;
  };
  addEventListener('online', tell);
  addEventListener('offline', tell);
  root.addEventListener('submit', (event) => {
    if (navigator.onLine || event.defaultPrevented || event.target.method === 'dialog') return;
    event.preventDefault();
    notice.hidden = false;
  });
  tell();
}
