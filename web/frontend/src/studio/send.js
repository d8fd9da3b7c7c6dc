// POST JSON with the page's CSRF token; a broken connection is an answer that is not ok.
export async function send(url, values) {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRF-Token': token };
  try {
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(values) });
    return { ok: answer.ok, body: await answer.json() };
  } catch {
    return { ok: false, body: {} };
  }
}
