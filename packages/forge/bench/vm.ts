/** `npm run bench -w forge -- vm [RUNS]`: what microVMs cost. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isRefusal } from "lop";
import { GUEST, HOST } from "../src/crucible-wire.ts";
import {
  ChamberJournal,
  crucibleFolder,
  DEFAULT_LIMITS,
  openCrucible,
  type Session,
  type VmChamber,
  type VmSession,
  vm,
} from "../src/index.ts";
import { findJail } from "../src/vm-jail.ts";
import type { Monitor } from "../src/vm-monitor.ts";
import { type Clone, VmPool } from "../src/vm-pool.ts";

const MIB = 1024 * 1024;
const LIMITS = { ...DEFAULT_LIMITS, wall_ms: 600_000 };
/** Brings a machine of 96 MiB. */
const SMALL_LIMITS = { ...LIMITS, memory_bytes: 32 * MIB };
/** Living machines whose memory is counted. */
const CROWD = 8;
const WANTED_PER_GIB = 32;
const BLOCK_BYTES = 64 * 1024;
const BLOCKS = 300;
/** On their way at once, so that both ends work at the same time. */
const BLOCKS_IN_FLIGHT = 8;
/** A parked interpreter is ready again by then, on a machine that is not busy. */
const PARKING_MS = 1500;
const BUSY = 'print("on", flush=True)\nwhile True: pass';
const ONE_LINER = "print(6*7)";

type Bound = readonly [part: number, most: number];

function tell(name: string, values: readonly number[], bounds: readonly Bound[] = [], unit = "ms"): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
  const figures = [0.5, 0.95, 0.99].map((part) => `p${part * 100} ${at(part).toFixed(2)}`).join(", ");
  const words = bounds.map(([part, most]) => `p${part * 100} at most ${most}: ${at(part) <= most ? "met" : "missed"}`);
  console.log([`vm ${name}: ${figures} ${unit} (n=${values.length})`, ...words].join("; "));
}

async function opened(chamber: VmChamber, limits = LIMITS): Promise<VmSession> {
  return must(await chamber.open({ language: "python", limits }));
}

/** The chamber's own pool without the chamber: what a machine costs before it runs a program. */
function poolOf(size: number): VmPool {
  const folder = crucibleFolder();
  const image = openCrucible(folder);
  if (isRefusal(image)) throw new Error(image.why);
  const places = {
    journal: new ChamberJournal(join(folder, "monitors")),
    jail: findJail(),
    folder: join(folder, "templates"),
  };
  return new VmPool({ places, machine: { image, accelerator: "tcg" }, size });
}

/** From the call to the first byte that the guest's agent sends back; and what the monitor has used of a processor by then. */
async function firstByte(pool: VmPool): Promise<{ clone: Clone; ms: number; cpu_ms: number }> {
  const start_ms = performance.now();
  const clone = await pool.take("python", LIMITS.memory_bytes);
  await clone.monitor.echo(new Uint8Array(1));
  const ms = performance.now() - start_ms;
  return { clone, ms, cpu_ms: monitorsUnder(clone.monitor.pid!).reduce((sum, pid) => sum + cpuOf_ms(pid), 0) };
}

/** Monitors that a process is or has started; a jail may stand between them. */
function monitorsUnder(root: number): string[] {
  const parents = new Map<string, string>();
  const monitors: string[] = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      parents.set(pid, stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]!);
      if (readFileSync(`/proc/${pid}/cmdline`, "latin1").startsWith("qemu-system")) monitors.push(pid);
    } catch {
      // It ended meanwhile.
    }
  const isUnder = (pid: string | undefined): boolean =>
    pid !== undefined && (pid === String(root) || isUnder(parents.get(pid)));
  return monitors.filter(isUnder);
}

/** Of all its threads, user and system (first field of schedstat, ns). */
const cpuOf_ms = (pid: string): number =>
  readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "latin1").split(" ")[0]) / 1e6)
    .reduce((sum, one) => sum + one, 0);

function must<T extends object>(value: T): Exclude<T, { refused: string }> {
  if ("refused" in value) throw new Error(JSON.stringify(value));
  return value as Exclude<T, { refused: string }>;
}

/** Milliseconds from the call to the first byte of output, and to the end. */
async function timed(session: Session, code: string): Promise<{ first_ms: number; whole_ms: number }> {
  const start_ms = performance.now();
  let first_ms = Number.NaN;
  for await (const event of session.exec({ code }))
    if (event.type === "stdout") first_ms = performance.now() - start_ms;
  return { first_ms, whole_ms: performance.now() - start_ms };
}

async function spawns(runs: number): Promise<void> {
  const [cold, warm, pooled] = [poolOf(0), poolOf(1), vm({ pool: 1 })];
  const spec = { language: "python", limits: LIMITS } as const;
  const first = async (pool: VmPool): Promise<{ ms: number; cpu_ms: number }> => {
    const { clone, ...took } = await firstByte(pool);
    await clone.monitor.kill();
    return took;
  };
  const figures = {
    unpooled: [] as number[],
    cpu: [] as number[],
    taken: [] as number[],
    printed: [] as number[],
    hot: [] as number[],
  };
  for (let run = 0; run <= runs; run++) {
    const lap = (into: number[], value: number): unknown => run > 0 && into.push(value);
    const { ms, cpu_ms } = await first(cold);
    lap(figures.unpooled, ms);
    lap(figures.cpu, cpu_ms);
    await warm.fill("python", LIMITS.memory_bytes);
    lap(figures.taken, (await first(warm)).ms);
    await pooled.warm(spec);
    const session = await opened(pooled);
    lap(figures.printed, (await timed(session, ONE_LINER)).first_ms);
    // The next interpreter is started after each run; a hot machine is one where it waits.
    await new Promise((done) => setTimeout(done, PARKING_MS));
    lap(figures.hot, (await timed(session, ONE_LINER)).whole_ms);
    await session.kill("measured");
  }
  tell("unpooled: jailed monitor, restore, keys, first byte", figures.unpooled, [
    [0.5, 80],
    [0.95, 125],
  ]);
  tell("unpooled: the monitor's processor time", figures.cpu, [[0.5, 45]], "CPU-ms");
  tell("pooled: first byte of the agent", figures.taken, [
    [0.5, 10],
    [0.99, 50],
  ]);
  tell("pooled: first byte that a Python program prints", figures.printed);
  tell("one-liner on a hot machine, call to end", figures.hot, [[0.5, 5]]);
  await Promise.all([cold.close(), warm.close(), pooled.close()]);
}

async function freezes(runs: number): Promise<void> {
  const chamber = vm();
  const session = await opened(chamber);
  const stream = session.exec({ code: BUSY })[Symbol.asyncIterator]();
  for (let event = await stream.next(); event.value?.type !== "stdout"; event = await stream.next());
  const took: number[] = [];
  for (let run = 0; run < runs * 5; run++) {
    await new Promise((done) => setTimeout(done, Math.random() * 10));
    const start_ms = performance.now();
    await session.freeze();
    took.push(performance.now() - start_ms);
    await session.resume({ wipe: false });
  }
  tell("freeze of a busy guest", took, [[0.99, 20]]);
  await session.kill("measured");
  await chamber.close();
}

async function snapshots(runs: number): Promise<void> {
  const chamber = vm();
  const took: number[] = [];
  let bytes = 0;
  for (let run = 0; run < Math.min(runs, 20); run++) {
    const session = await opened(chamber, SMALL_LIMITS);
    const stream = session.exec({ code: BUSY })[Symbol.asyncIterator]();
    for (let event = await stream.next(); event.value?.type !== "stdout"; event = await stream.next());
    const start_ms = performance.now();
    await session.freeze();
    bytes = must(await session.snapshot()).length;
    took.push(performance.now() - start_ms);
    await session.kill("measured");
  }
  tell(`freeze and encrypted snapshot of 96 MiB (${(bytes / MIB).toFixed(1)} MiB sealed)`, took, [[0.5, 25]]);
  await chamber.close();
}

/** Proportional memory of every monitor that this process started. */
const monitorsPss_bytes = (): number =>
  monitorsUnder(process.pid)
    .map((pid) => /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "latin1"))?.[1])
    .reduce((sum, kib) => sum + Number(kib ?? 0) * 1024, 0);

async function crowd(): Promise<void> {
  const chamber = vm();
  const before = monitorsPss_bytes();
  const sessions = [];
  for (let n = 0; n < CROWD; n++) {
    const session = await opened(chamber, SMALL_LIMITS);
    await timed(session, ONE_LINER);
    sessions.push(session);
  }
  const each = (monitorsPss_bytes() - before) / CROWD;
  const fit = Math.floor((1024 * MIB) / each);
  console.log(
    `vm memory: ${(each / MIB).toFixed(1)} MiB Pss each of ${CROWD} living machines after a run: ${fit} a GiB; at least ${WANTED_PER_GIB}: ${fit >= WANTED_PER_GIB ? "met" : "missed"}`,
  );
  await Promise.all(sessions.map((session) => session.kill("measured")));
  await chamber.close();
}

/** Each block that comes back sends another, as long as there are some. */
function echoAll({ wire }: Monitor): Promise<void> {
  const block = new Uint8Array(BLOCK_BYTES);
  return new Promise((done, reject) => {
    let [sent, back] = [0, 0];
    const next = (): unknown => sent++ < BLOCKS && wire.send(HOST.echo, block);
    wire.listen({
      frame: ({ kind, payload }) => {
        if (kind !== GUEST.echo || payload.length !== BLOCK_BYTES) return;
        if (++back === BLOCKS) done();
        else next();
      },
      broken: (why) => reject(new Error(why)),
    });
    for (let n = 0; n < BLOCKS_IN_FLIGHT; n++) next();
  });
}

async function channel(runs: number): Promise<void> {
  const pool = poolOf(0);
  const { monitor } = await pool.take("python", LIMITS.memory_bytes);
  const trips: number[] = [];
  for (let trip = 0; trip < runs * 50; trip++) {
    const start_ms = performance.now();
    await monitor.echo(new Uint8Array(1));
    trips.push(performance.now() - start_ms);
  }
  tell("channel: echo of a byte", trips, [[0.5, 0.1]]);
  const start_ms = performance.now();
  await echoAll(monitor);
  const mib_s = (BLOCKS * BLOCK_BYTES) / MIB / ((performance.now() - start_ms) / 1000);
  const verdict = mib_s >= 50 ? "met" : "missed";
  console.log(`vm channel: ${mib_s.toFixed(1)} MiB/s each way at once, hashed at both ends; at least 50: ${verdict}`);
  await monitor.kill();
  await pool.close();
}

export async function benchVm(runs = 30): Promise<void> {
  const chamber = vm();
  const probe = await chamber.probe();
  await chamber.close();
  if (!probe.ready) {
    console.log(`vm: not measured: ${probe.why}; ${probe.fix}`);
    return;
  }
  await spawns(runs);
  await freezes(runs);
  await snapshots(runs);
  await crowd();
  await channel(runs);
}
