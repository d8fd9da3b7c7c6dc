// <button data-dialog="id"> opens the <dialog id>; [data-close] inside closes it.
export function openDialogs(root) {
  root.addEventListener('click', (event) => {
    const opener = event.target.closest('[data-dialog]');
    if (opener) {
      event.preventDefault();
      root.getElementById(opener.dataset.dialog)?.showModal();
      return;
    }
    event.target.closest('[data-close]')?.closest('dialog')?.close();
  });
}
