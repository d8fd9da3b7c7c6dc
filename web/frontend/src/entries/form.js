import { initForms } from '../form/index.js';
import { watchSteps } from '../offline/submit.js';
import { take } from '../offline/view.js';

initForms(document);
for (const event of ['htmx:after:swap', 'htmx:afterSwap']) document.addEventListener(event, () => initForms(document));

// Kept here because there was no network: this page goes on as the app does without one.
watchSteps((_entry, step) => take(document.getElementById('main'), `visit/${step.visit}`));
const shell = document.querySelector('[data-field-app]');
if (shell) take(shell);
