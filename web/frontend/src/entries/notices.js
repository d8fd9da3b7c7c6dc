import '../notices/push.js';
