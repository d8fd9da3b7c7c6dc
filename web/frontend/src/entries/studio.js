import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn-codes.css';
import '@bpmn-io/properties-panel/assets/properties-panel.css';
import '../studio/studio.css';
import { openStudio } from '../studio/index.js';

const root = document.querySelector('[data-studio]');
if (root) openStudio(root, JSON.parse(document.getElementById('studio-data').textContent));
