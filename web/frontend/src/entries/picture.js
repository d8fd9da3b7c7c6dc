import { drawComparison, drawPicture, watchUnchecked } from '../picture/index.js';

const data = (id) => JSON.parse(document.getElementById(id).textContent);
const box = document.querySelector('[data-picture]');
if (box) drawPicture(box, data('picture-data'));
const pair = document.querySelector('[data-compare]');
if (pair) drawComparison(pair, data('compare-data'));
watchUnchecked(document);
