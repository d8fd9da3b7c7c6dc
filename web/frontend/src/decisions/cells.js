// Values of the test table as they are typed, and elements.
const LOOSE = ['any', 'list', 'context'];

export function make(name, values = {}, ...children) {
  const element = Object.assign(document.createElement(name), values);
  element.append(...children);
  return element;
}

// undefined: nothing is said. What does not fit its type stays as it is typed; the server says so.
export function parsed(type, text) {
  if (text === '') return undefined;
  if (type === 'boolean') return text === 'true';
  if (type === 'number' || type === 'money') return Number.isFinite(Number(text)) ? Number(text) : text;
  if (!LOOSE.includes(type)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function shown(type, value) {
  if (value === undefined) return '';
  if (typeof value !== 'string') return typeof value === 'object' ? JSON.stringify(value) : String(value);
  // A text that would be read as something else keeps its quotes.
  return LOOSE.includes(type) && parsed(type, value) !== value ? JSON.stringify(value) : value;
}
