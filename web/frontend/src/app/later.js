// What is large and seldom looked at comes when its <details data-script> is opened: pictures of processes, maps.
export function loadLater(root) {
  for (const part of root.querySelectorAll('details[data-script]')) {
    part.addEventListener('toggle', () => {
      const { script, style } = part.dataset;
      if (style) document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: style }));
      document.head.append(Object.assign(document.createElement('script'), { src: script }));
    }, { once: true });
  }
  // The first page has the style in it; the next ones take the file, which is fetched when nothing else waits.
  const style = root.querySelector('style[data-file]');
  if (style) addEventListener('load', () => fetch(style.dataset.file, { priority: 'low' }).catch(() => {}));
}
