import '../app/index.js';
