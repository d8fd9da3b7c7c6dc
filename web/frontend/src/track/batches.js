// Which points are kept, and which batch is on its way. Kept in memory only: a track is no more precious than its owner's
// privacy.
const EVERY_MS = 60_000;
const EVERY_M = 50;
const FULL = 20;
const MOST = 200;
const METRES_A_DEGREE = 111_195;

export function metresBetween(a, b) {
  const north = (b.latitude - a.latitude) * METRES_A_DEGREE;
  const east = (b.longitude - a.longitude) * METRES_A_DEGREE * Math.cos((a.latitude * Math.PI) / 180);
  return Math.hypot(north, east);
}

export class Batches {
  constructor() {
    this.points = [];
    this.onItsWay = null;
    this.isRefused = false;
    this.last = null;
  }

  get isFull() {
    return this.points.length >= FULL;
  }

  add(point) {
    const waited = this.last && Date.parse(point.fixed_at) - Date.parse(this.last.fixed_at);
    if (this.isRefused || (this.last && waited < EVERY_MS && metresBetween(this.last, point) < EVERY_M)) return false;
    this.last = point;
    this.points.push(point);
    if (this.points.length > MOST) this.points.shift();
    return true;
  }

  next() {
    if (this.onItsWay) return this.onItsWay;
    if (!this.points.length) return null;
    this.onItsWay = { batch: crypto.randomUUID(), points: this.points.splice(0) };
    return this.onItsWay;
  }

  sent() {
    this.onItsWay = null;
  }

  refused() {
    this.onItsWay = null;
    this.points = [];
    this.isRefused = true;
  }
}
