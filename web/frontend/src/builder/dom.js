// Make an element: properties that begin with "on" listen, "data" and "aria" go to attributes, the rest are properties.
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (/^(data|aria)-|^(role|for|class)$/.test(name)) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ''));
  return element;
}

export function select(options, value, onchange, props = {}) {
  // A value that the list does not know is shown, not lost.
  const known = options.some((option) => option.value === value);
  const all = known ? options : [...options, { value, label: value === '' ? '–' : String(value) }];
  const made = h('select', { ...props, onchange: () => onchange(made.value) },
    all.map((option) => h('option', { value: option.value, textContent: option.label })));
  made.value = value;
  return made;
}
