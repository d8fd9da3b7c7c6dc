// Findings of the gate: marks on the elements, and a list whose rows select them.
export function showFindings({ box, modeler, findings, texts }) {
  const overlays = modeler.get('overlays');
  const canvas = modeler.get('canvas');
  const elements = modeler.get('elementRegistry');
  overlays.remove({ type: 'finding' });
  for (const element of elements.getAll()) {
    for (const marker of ['has-error', 'has-warning']) canvas.removeMarker(element, marker);
  }
  for (const [id, severity] of worst(findings)) {
    const element = elements.get(id);
    if (!element || element === canvas.getRootElement()) continue;
    canvas.addMarker(element, `has-${severity}`);
    const mark = document.createElement('span');
    mark.className = `finding-mark finding-${severity}`;
    mark.textContent = '!';
    mark.title = findings.filter((each) => each.element === id).map((each) => each.text).join('\n');
    overlays.add(element, 'finding', { position: { top: -11, right: 11 }, html: mark });
  }
  box.replaceChildren(findings.length ? list(findings, modeler, texts) : done(texts));
}

function worst(findings) {
  const found = new Map();
  for (const { element, severity } of findings) {
    if (element && found.get(element) !== 'error') found.set(element, severity);
  }
  return found;
}

function list(findings, modeler, texts) {
  const rows = document.createElement('ol');
  rows.className = 'findings';
  for (const finding of findings) rows.append(row(finding, modeler, texts));
  return rows;
}

function row({ element, line, severity, text }, modeler, texts) {
  const known = element && modeler.get('elementRegistry').get(element);
  const item = document.createElement('li');
  const button = document.createElement(known ? 'button' : 'div');
  button.className = 'finding';
  if (known) {
    button.type = 'button';
    button.addEventListener('click', () => select(modeler, known));
  }
  const badge = document.createElement('span');
  badge.className = `badge badge-${severity === 'error' ? 'danger' : 'warning'}`;
  badge.textContent = texts[severity];
  const sentence = document.createElement('span');
  sentence.className = 'grow';
  sentence.textContent = text;
  const place = document.createElement('span');
  place.className = 'tiny muted mono';
  place.textContent = [element, line && texts.line.replace('{n}', line)].filter(Boolean).join(' · ');
  button.append(badge, sentence, place);
  item.append(button);
  return item;
}

function select(modeler, element) {
  modeler.get('selection').select(element);
  modeler.get('canvas').scrollToElement(element, { top: 80, right: 100, bottom: 80, left: 180 });
}

function done(texts) {
  const line = document.createElement('p');
  line.className = 'small';
  line.textContent = texts.noFindings;
  return line;
}
