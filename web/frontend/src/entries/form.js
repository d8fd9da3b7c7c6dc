import { initForms } from '../form/index.js';

initForms(document);
for (const event of ['htmx:after:swap', 'htmx:afterSwap']) document.addEventListener(event, () => initForms(document));
