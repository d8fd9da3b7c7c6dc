// Calls to our own server, with the CSRF token of the page.

export function send(url, method, body, options = {}) {
  const headers = { Accept: 'application/json' };
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token) headers['X-CSRF-Token'] = token;
  const json = !(body instanceof FormData);
  if (json) headers['Content-Type'] = 'application/json';
  return fetch(url, {
    method, headers, credentials: 'same-origin', body: json ? JSON.stringify(body) : body, ...options,
  }).then(async (response) => {
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response.status === 204 ? {} : response.json().catch(() => ({}));
  });
}
