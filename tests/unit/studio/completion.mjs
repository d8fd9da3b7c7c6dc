// Reads what is typed from standard input, as JSON, and writes what the editor's panel would offer for each.
import { text } from 'node:stream/consumers';
import { candidatesFor, matching } from '../../../web/frontend/src/studio/completion.js';

const { typed, given, ...more } = JSON.parse(await text(process.stdin));
const candidates = candidatesFor({ ...more, given: new Map(given), texts: { offerDeclares: 'declared' }, types: {} });
const found = typed.map((before) => {
  const { shown, at } = matching(before, candidates);
  return { shown: shown.map((each) => `${before.slice(0, each.start)}|${each.text}`), at, declares: shown[0]?.declares };
});
console.log(JSON.stringify(found));
