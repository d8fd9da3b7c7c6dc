import '../comments/mentions.js';
