import '../builder/builder.css';
import { openBuilder } from '../builder/index.js';

const root = document.querySelector('[data-builder]');
if (root) openBuilder(root, JSON.parse(document.getElementById('studio-data').textContent));
