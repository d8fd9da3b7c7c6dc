// What went wrong, with the first lines of why.
export function problemNotice(sentence, lines) {
  const notice = document.createElement('div');
  notice.className = 'notice notice-danger';
  notice.setAttribute('role', 'alert');
  const body = document.createElement('div');
  const head = document.createElement('p');
  head.className = 'strong';
  head.textContent = sentence;
  body.append(head, ...lines.slice(0, 20).map((line) => Object.assign(document.createElement('p'), { textContent: line })));
  notice.append(body);
  return notice;
}
