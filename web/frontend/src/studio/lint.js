// What the server finds in expressions while they are typed: all that are asked about at once go together.
import { send } from './send.js';

const QUIET_MS = 350;
const REMEMBERED = 500;

export class Lint {
  constructor(url) {
    this.url = url;
    this.known = new Map();
    this.waiting = [];
  }

  // The problems of an expression, as sentences; a promise of null where the server does not answer.
  check(expression, kind, types) {
    const key = JSON.stringify([expression, kind, types]);
    if (this.known.has(key)) return Promise.resolve(this.known.get(key));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), QUIET_MS);
    return new Promise((resolve) => { this.waiting.push({ key, expression, kind, types, resolve }); });
  }

  async ask() {
    const asked = this.waiting.splice(0);
    const groups = grouped(asked);
    for (const group of groups.values()) {
      const checks = group.map(({ expression, kind }) => ({ expression, kind }));
      const answer = await send(this.url, { checks, types: group[0].types });
      group.forEach(({ key, resolve }, at) => {
        if (answer.ok) this.known.set(key, answer.body.problems[at]);
        resolve(answer.ok ? answer.body.problems[at] : null);
      });
    }
    for (const oldest of [...this.known.keys()].slice(0, -REMEMBERED)) this.known.delete(oldest);
  }
}

function grouped(asked) {
  const found = new Map();
  for (const each of asked) {
    const key = JSON.stringify(each.types);
    found.set(key, [...(found.get(key) ?? []), each]);
  }
  return found;
}
