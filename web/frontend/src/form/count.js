// How many characters are left, said once it matters.
import { fieldElement, flat } from './model.js';

export function countCharacters(form, level, words) {
  for (const field of flat(level.fields)) {
    for (const row of level.rows[field.key] ?? []) countCharacters(form, row, words);
    if (field.type !== 'textarea') continue;
    const element = fieldElement(form, level.prefix + field.key);
    if (!element) continue;
    const left = field.max_length - [...(level.values[field.key] ?? '')].length;
    let line = element.querySelector('.form-count');
    if (left > field.max_length / 5) { line?.remove(); continue; }
    if (!line) {
      line = document.createElement('p');
      line.className = 'form-count';
      line.setAttribute('role', 'status');
      element.append(line);
    }
    line.toggleAttribute('data-over', left < 0);
    const text = (left < 0 ? words.characters_over : words.characters_left).replace('{count}', Math.abs(left));
    if (line.textContent !== text) line.textContent = text;
  }
}
