// The list of what the gate found; act makes a row a button.
export function listFindings(box, findings, texts, act = () => null) {
  box.replaceChildren(findings.length ? list(findings, texts, act) : done(texts));
}

function list(findings, texts, act) {
  const rows = document.createElement('ol');
  rows.className = 'findings';
  for (const finding of findings) rows.append(row(finding, texts, act(finding)));
  return rows;
}

function row({ element, line, place, severity, text }, texts, act) {
  const item = document.createElement('li');
  const button = document.createElement(act ? 'button' : 'div');
  button.className = 'finding';
  if (act) {
    button.type = 'button';
    button.addEventListener('click', act);
  }
  const badge = document.createElement('span');
  badge.className = `badge badge-${severity === 'error' ? 'danger' : 'warning'}`;
  badge.textContent = texts[severity];
  const sentence = document.createElement('span');
  sentence.className = 'grow';
  sentence.textContent = text;
  button.append(badge, sentence);
  // On a canvas the sentence names the element and the row leads to it; in a text a line is what one looks for, and in a
  // table a rule and a column.
  if (place) button.append(placeOf(place, 'tiny muted'));
  else if (!act) button.append(placeOf([element, line && texts.line.replace('{n}', line)].filter(Boolean).join(' · ')));
  item.append(button);
  return item;
}

function placeOf(text, className = 'tiny muted mono') {
  const place = document.createElement('span');
  place.className = className;
  place.textContent = text;
  return place;
}

function done(texts) {
  const line = document.createElement('p');
  line.className = 'small';
  line.textContent = texts.noFindings;
  return line;
}
