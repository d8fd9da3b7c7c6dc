import { watchDiagrams } from '../diagram/index.js';

watchDiagrams(document);
