import { startTrack } from '../track/index.js';

startTrack(document.currentScript);
