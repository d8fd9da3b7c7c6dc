// After an @ the people who may see the object are offered: arrows and Enter, or a tap. Without this script one types
// the name or the login.
const BEFORE = /(?:^|[^A-Za-z0-9_])@([^\s@]{0,30})$/;
const QUIET_MS = 150;

function watch(box) {
  const text = box.querySelector('textarea');
  const list = Object.assign(document.createElement('ul'), { className: 'mention-list', id: 'mention-list', hidden: true });
  list.setAttribute('role', 'listbox');
  text.after(list);
  text.setAttribute('aria-controls', list.id);
  text.setAttribute('aria-autocomplete', 'list');
  let timer = 0;
  let asked = '';

  const words = () => text.value.slice(0, text.selectionStart).match(BEFORE)?.[1];
  const chosen = () => list.querySelector('[aria-selected=true]');

  function close() {
    list.hidden = true;
    list.replaceChildren();
    text.removeAttribute('aria-activedescendant');
  }

  function choose(option) {
    for (const each of list.children) each.setAttribute('aria-selected', String(each === option));
    text.setAttribute('aria-activedescendant', option.id);
  }

  // A name that two people have says too little: then it is the login.
  function take(option) {
    const end = text.selectionStart;
    const start = end - words().length;
    text.setRangeText(`${option.dataset.word} `, start, end, 'end');
    close();
    text.focus();
  }

  function show(people) {
    list.replaceChildren(...people.map((person, at) => {
      const option = Object.assign(document.createElement('li'), { id: `mention-${at}` });
      option.setAttribute('role', 'option');
      option.dataset.word = people.filter((each) => each.name === person.name).length > 1 ? person.login : person.name;
      const login = Object.assign(document.createElement('span'), { className: 'muted small', textContent: person.login });
      option.append(person.name, ' ', login);
      // A click would first take the focus from the text.
      option.addEventListener('pointerdown', (event) => { event.preventDefault(); take(option); });
      return option;
    }));
    list.hidden = !people.length;
    if (people.length) choose(list.firstChild);
  }

  async function ask() {
    const typed = words();
    if (typed === undefined) return close();
    asked = typed;
    const address = new URL(box.dataset.mentions, location.href);
    address.searchParams.set('q', typed);
    if (text.form.querySelector('[name=internal]:checked')) address.searchParams.set('internal', '1');
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok && asked === words()) show((await answer.json()).people);
    return null;
  }

  text.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(ask, QUIET_MS); });
  text.addEventListener('blur', close);
  text.addEventListener('keydown', (event) => {
    if (list.hidden || event.isComposing) return;
    const moves = { ArrowDown: chosen().nextSibling ?? list.firstChild, ArrowUp: chosen().previousSibling ?? list.lastChild };
    if (moves[event.key]) choose(moves[event.key]);
    else if (event.key === 'Enter' || event.key === 'Tab') take(chosen());
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
  });
}

for (const box of document.querySelectorAll('[data-mentions]')) watch(box);
