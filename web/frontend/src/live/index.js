// A part of a page that follows the server while somebody looks at it: the page is asked for again, and the part with
// the same id takes the place of the old one when it differs. The focus stays on the link that it was on.
const EVERY_MS = 10_000;

export function keepUpToDate(part) {
  async function look() {
    if (document.visibilityState !== 'visible') return;
    const answer = await fetch(location.href, { credentials: 'same-origin', redirect: 'error' }).catch(() => null);
    if (answer?.status !== 200) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const found = page.getElementById(part.id);
    if (!found || found.innerHTML === part.innerHTML) return;
    const held = part.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
    part.replaceChildren(...found.childNodes);
    if (held) part.querySelector(`a[href="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  }
  document.addEventListener('visibilitychange', look);
  setInterval(look, EVERY_MS);
}
