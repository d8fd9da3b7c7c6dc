import { dragLines } from '../order/index.js';

for (const list of document.querySelectorAll('[data-order-lines]')) dragLines(list);
