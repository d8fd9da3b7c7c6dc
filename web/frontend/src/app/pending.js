// A form that was submitted cannot be submitted again; its button says so after 300 ms.
const QUIET_MS = 300;

export function watchPending(root) {
  root.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.dataset.pending) {
      event.preventDefault();
      return;
    }
    form.dataset.pending = 'true';
    const button = event.submitter;
    setTimeout(() => button?.setAttribute('aria-busy', 'true'), QUIET_MS);
  });
  // The browser's back button shows the page as it was left, with the form still marked.
  addEventListener('pageshow', () => {
    for (const form of root.querySelectorAll('form[data-pending]')) delete form.dataset.pending;
    for (const button of root.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
  });
}
