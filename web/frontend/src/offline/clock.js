// What the clocks of this phone show. The monotonic one starts anew with each page, which "boot" tells the server.
export function clock() {
  const now = new Date();
  return { device_at: now.toISOString(), monotonic_ms: performance.now(), boot: String(performance.timeOrigin) };
}
