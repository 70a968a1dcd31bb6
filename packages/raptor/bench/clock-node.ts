/**
 * CPU time of short spans. The process clock is exact but dear (about 1–4 µs a reading) and counts helper threads; the
 * wall clock is cheap but counts time in which another process ran. Both bound this thread's CPU time from above, so
 * the smaller of the two is taken.
 */
export function cpu_us(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

let cpu = 0;
let wall = 0;

export function beginSpan(): void {
  cpu = cpu_us();
  wall = performance.now();
}

/** µs since beginSpan. */
export function endSpan_us(): number {
  const byWall = (performance.now() - wall) * 1000;
  return byWall < 5 ? byWall : Math.min(byWall, cpu_us() - cpu);
}
