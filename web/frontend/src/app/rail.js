// The rail with its words or with icons alone; a cookie tells the server, which draws the next page so.
export function foldRail(root) {
  const button = root.querySelector('[data-rail-toggle]');
  button?.addEventListener('click', () => {
    const isNarrow = root.documentElement.dataset.rail !== 'narrow';
    if (isNarrow) root.documentElement.dataset.rail = 'narrow';
    else delete root.documentElement.dataset.rail;
    button.setAttribute('aria-pressed', String(isNarrow));
    root.cookie = `rail=${isNarrow ? 'narrow' : 'wide'}; path=/; max-age=31536000; samesite=lax`;
  });
}
