/** Figures beside the goals they are held to. A missed goal fails the bench. */
export function report(what: string, figure: string, met: boolean | null): void {
  console.log(`${what.padEnd(58)} ${figure.padEnd(44)} ${met === null ? "" : met ? "met" : "MISSED"}`);
  if (met === false) process.exitCode = 1;
}

export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );

/** User and system time of this process, in microseconds, for one call of `work`. */
export function cpu_us(times: number, work: () => void): number {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}
