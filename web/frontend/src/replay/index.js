// Replay part by part: rows come as they are ready, and the counts say how far it is.
export async function replay(root) {
  const total = Number(root.dataset.total);
  const part = Number(root.dataset.part);
  const rows = root.querySelector('[data-rows]');
  for (let offset = 0; offset < total; offset += part) {
    const found = await fetchPart(`${root.dataset.replay}&offset=${offset}`);
    if (!found) {
      root.querySelector('[data-failed]').hidden = false;
      return;
    }
    rows.insertAdjacentHTML('beforeend', found.html);
    add(root, 'verdict', found.verdicts);
    add(root, 'kind', found.kinds);
    const done = Math.min(offset + found.count, total);
    root.querySelector('[data-progress]').value = done;
    root.querySelector('[data-count]').textContent = `${done} / ${total}`;
    if (!found.count) break;
  }
  root.querySelector('[data-none]').hidden = Boolean(rows.querySelector('tr:not([data-is="same"])'));
  root.dataset.ready = 'yes';
}

async function fetchPart(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: 'application/json' } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function add(root, name, counts) {
  for (const [key, count] of Object.entries(counts)) {
    const figure = root.querySelector(`[data-${name}="${key}"]`);
    figure.textContent = Number(figure.textContent) + count;
  }
}
