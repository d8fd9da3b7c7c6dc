// The form builder: outline, properties, preview. The server says what is wrong and draws the preview.
import { DraftFile } from '../studio/draft.js';
import { send } from '../studio/send.js';
import { at, isPart } from './document.js';
import { h } from './dom.js';
import { History } from './history.js';
import { Outline } from './outline.js';
import { palette } from './palette.js';
import { Preview } from './preview.js';
import { Properties } from './properties.js';
import { Surroundings } from './surroundings.js';
import { initTabs } from './tabs.js';

const PAUSE_MS = 250;

export function openBuilder(root, data) {
  const find = (name) => root.querySelector(`[data-${name}]`);
  const status = (sentence) => { find('status').textContent = sentence; };
  const history = new History(JSON.parse(data.xml));
  const tabs = initTabs(root);
  const preview = new Preview(find('preview'));
  const surroundings = new Surroundings(find('surroundings'), data, changed);
  let language = data.locale;
  let timer = 0;
  let asked = 0;

  const read = () => {
    const same = JSON.stringify(history.doc) === JSON.stringify(JSON.parse(file.saved));
    return same ? file.saved : `${JSON.stringify(history.doc, null, 2)}\n`;
  };
  const file = new DraftFile({ data, root, read, status });
  const outline = new Outline({
    box: find('outline'), tools: find('tools'), data, history, status,
    changed: () => { properties.draw(); changed(); },
    chosen: ({ open = false } = {}) => {
      properties.draw();
      if (open) {
        tabs.open('properties');
        properties.focusable().find((input) => !input.readOnly)?.focus();
      }
    },
  });
  const properties = new Properties({ box: find('properties'), data, history, changed: () => { outline.draw(); changed(); } });
  if (!data.readOnly) find('outline').before(palette({ data, outline }));

  function changed() {
    marks();
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  }

  function marks() {
    const unsaved = read() !== file.saved;
    find('unsaved').hidden = !unsaved;
    if (find('undo')) {
      find('undo').disabled = !history.past.length;
      find('redo').disabled = !history.future.length;
    }
    const { title, key } = history.doc;
    find('form-title').textContent = title?.[data.locale] || title?.zh || title?.en || key || data.name;
    return unsaved;
  }

  // Answers may overtake each other: only that to the last question counts.
  async function look() {
    asked += 1;
    const mine = asked;
    const answer = await send(data.lookUrl, { content: JSON.stringify(history.doc), locale: language, context: surroundings.values });
    if (mine !== asked) return;
    if (!answer.ok) {
      status(answer.body.detail ?? data.texts.failed);
      return;
    }
    const { html, context, findings, uses, gone } = answer.body;
    const placed = findings.map((each) => ({ ...each, ...ownerOf(history.doc, each.path) }));
    outline.findings = placed;
    Object.assign(properties, { findings: placed, uses });
    outline.draw({ focus: root.contains(document.activeElement) && document.activeElement.matches('.outline-row') });
    properties.mark();
    warn(gone);
    if (context) surroundings.show(context);
    find('stale').hidden = html !== null;
    if (html !== null) await preview.show(html, language);
    root.dataset.looked = mine;
  }

  function warn(gone) {
    const box = find('gone');
    box.hidden = Object.keys(gone).length === 0;
    box.replaceChildren(h('div', { class: 'stack' }, Object.entries(gone).map(([name, places]) => h('div', {},
      h('p', { class: 'strong', textContent: data.builder.gone.replace('{name}', name) }),
      h('ul', { class: 'small' }, places.map((place) => h('li', { textContent: place })))))));
  }

  function turn(back) {
    if (!(back ? history.undo() : history.redo())) return;
    if (history.selected && at(history.doc, history.selected) === undefined) history.choose('');
    outline.draw();
    properties.draw();
    changed();
  }

  async function save() {
    if (await file.save()) status(data.texts.saved);
    marks();
    look();
  }

  function key(event) {
    if (!(event.ctrlKey || event.metaKey) || data.readOnly) return;
    const name = event.key.toLowerCase();
    if (name === 'z') turn(!event.shiftKey);
    else if (name === 'y') turn(false);
    else if (name === 's') {
      document.activeElement.dispatchEvent(new Event('change', { bubbles: true }));
      save();
    } else return;
    event.preventDefault();
  }

  function speak(chosen) {
    language = chosen;
    for (const button of root.querySelectorAll('[data-language]')) button.setAttribute('aria-pressed', button.dataset.language === chosen);
  }

  find('undo')?.addEventListener('click', () => turn(true));
  find('redo')?.addEventListener('click', () => turn(false));
  find('save')?.addEventListener('click', save);
  document.addEventListener('keydown', key);
  for (const button of root.querySelectorAll('[data-language]')) {
    button.addEventListener('click', () => { speak(button.dataset.language); look(); });
  }
  addEventListener('beforeunload', (event) => { if (read() !== file.saved) event.preventDefault(); });

  root.builder = { history };
  speak(language);
  properties.draw();
  marks();
  look();
}

// The component that a finding is about is the deepest one on its path; the rest names the property.
function ownerOf(doc, path) {
  const names = path.split('.');
  let owner = '';
  for (let end = 2; end <= names.length; end += 2) {
    const own = names.slice(0, end).join('.');
    const holder = names[end - 2];
    if (!['components', 'children'].includes(holder) || at(doc, own) === undefined) break;
    owner = own;
    if (!isPart(at(doc, own))) break;
  }
  return { owner, rest: owner ? path.slice(owner.length + 1) : path };
}
