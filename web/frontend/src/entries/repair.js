import { watchRepairs } from '../repair/index.js';

watchRepairs(document);
