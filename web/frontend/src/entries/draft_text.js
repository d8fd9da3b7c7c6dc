import { openText } from '../studio/text.js';

const root = document.querySelector('[data-draft-text]');
if (root) openText(root, JSON.parse(document.getElementById('studio-data').textContent));
