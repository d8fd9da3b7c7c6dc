// Fetches the map itself, script and style, when somebody opens it: it is larger than all else on the page.
for (const box of document.querySelectorAll('[data-map]')) {
  box.addEventListener('toggle', () => {
    document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: box.dataset.style }));
    document.head.append(Object.assign(document.createElement('script'), { src: box.dataset.script }));
  }, { once: true });
}
