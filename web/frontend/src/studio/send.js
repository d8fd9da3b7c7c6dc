// Send JSON with the page's CSRF token; a broken connection is an answer that is not ok.
export async function send(url, values, method = 'POST') {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRF-Token': token };
  try {
    const answer = await fetch(url, { method, headers, body: JSON.stringify(values) });
    return { ok: answer.ok, status: answer.status, body: await answer.json() };
  } catch {
    return { ok: false, status: 0, body: {} };
  }
}
