// Add a condition: the operators that a field takes, and values to choose from, as the field has them.
export function startConditions(desk) {
  const form = desk.querySelector('.desk-condition');
  const fields = new Map(JSON.parse(form.querySelector('[data-fields]').textContent).map((each) => [each.name, each]));
  const { field, operator } = form.elements;
  const box = form.querySelector('[data-values]');
  const text = form.elements.value;
  const known = form.querySelector('datalist');

  function values(type, count) {
    const inputs = Array.from({ length: count }, () => {
      const input = text.cloneNode();
      input.type = type;
      input.removeAttribute('id');
      input.setAttribute('aria-label', box.querySelector('label').textContent);
      if (type !== 'text') input.removeAttribute('list');
      if (type === 'number') input.step = 'any';
      return input;
    });
    box.replaceChildren(box.querySelector('label'), ...inputs, known);
  }

  function choose(choices) {
    const menu = document.createElement('select');
    menu.name = 'value';
    menu.className = 'input';
    menu.setAttribute('aria-label', box.querySelector('label').textContent);
    menu.append(...choices.map(([value, label]) => new Option(label, value)));
    box.replaceChildren(box.querySelector('label'), menu, known);
  }

  async function suggest(name) {
    const url = `${desk.dataset.valuesUrl}?field=${encodeURIComponent(name)}`;
    const found = await fetch(url, { credentials: 'same-origin' }).then((answer) => answer.json()).catch(() => []);
    if (field.value !== name) return;
    if (fields.get(name).kind === 'choice' && found.length) choose(found);
    else known.replaceChildren(...found.map(([value, label]) => new Option(label, value)));
  }

  function showValues() {
    const chosen = fields.get(field.value);
    const isRange = operator.value === 'between';
    if (['empty', 'filled'].includes(operator.value)) values('hidden', 0);
    else if (['last', 'next'].includes(operator.value)) values('number', 1);
    else if (chosen.kind === 'number' || chosen.kind === 'date') values(chosen.kind, isRange ? 2 : 1);
    else if (chosen.choices.length && ['in', 'not_in', 'is', 'is_not'].includes(operator.value)) choose(chosen.choices);
    else { values('text', 1); suggest(chosen.name); }
  }

  function showOperators() {
    const takes = fields.get(field.value).operators;
    for (const option of operator.options) option.hidden = option.disabled = !takes.includes(option.value);
    operator.value = takes[0];
    showValues();
  }

  field.addEventListener('change', showOperators);
  operator.addEventListener('change', showValues);
  showOperators();
  desk.querySelector('[data-submit]')?.addEventListener('change', (event) => event.target.form.requestSubmit());
}
