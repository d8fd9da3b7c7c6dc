// What holds during one evaluation: the clock and the zone of the scope, and the faults found so far.
export const session = { now: 0, zone: 'UTC', faults: [], depth: 0 };

export function begin(job) {
  session.now = job.now;
  session.zone = job.zone;
  session.faults = [];
}

// A fault makes the evaluation fail afterwards: feelin goes on with null, which would silently become "no".
// Details name types and functions, never values: they end up in logs.
export function fault(node, code, details = {}) {
  session.faults.push({ code, from: node.position.from, to: node.position.to, ...details });
  return null;
}

export class Refusal extends Error {
  constructor(code, details = {}) {
    super(code);
    this.fault = { code, from: null, to: null, ...details };
  }
}
