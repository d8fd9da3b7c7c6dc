import { keepUpToDate } from '../live/index.js';

for (const part of document.querySelectorAll('[data-live]')) keepUpToDate(part);
