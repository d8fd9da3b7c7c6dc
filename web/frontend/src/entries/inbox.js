import '../inbox/inbox.css';
import { startDesk } from '../inbox/index.js';

const desk = document.querySelector('[data-desk]');
if (desk) startDesk(desk);
