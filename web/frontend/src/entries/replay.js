import { replay } from '../replay/index.js';

const root = document.querySelector('[data-replay]');
if (root) replay(root);
