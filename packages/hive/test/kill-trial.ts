/** Kills a hive again and again while directives stream in, and asks each next start what became of everything. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Envelope, fromBase64, fromUtf8, nodeCrypto, SimChance } from "lop";
import { verifyProof } from "lop/verify";
import { type LeftoverCount, Leftovers } from "./kill-leftovers.ts";

/**
 * Directives that are on their way at once. A kill comes after so many lines of the child at most, and then within so many
 * milliseconds: in any phase of any step.
 */
const PACES = {
  "wasm-js": { stream: 4, lines: 40, within_ms: 40 },
  os: { stream: 4, lines: 12, within_ms: 400 },
  vm: { stream: 2, lines: 8, within_ms: 4000 },
} as const;
export type KillRung = keyof typeof PACES;
/** One hive in so many is killed while it starts: in the middle of finding and ending what the one before it left. */
const STARTS_KILLED_EVERY = 8;
const START_WITHIN_MS = 1500;
/** Packets of earlier runs that are sent again after each start. */
const SENT_AGAIN = 6;

export interface KillReport {
  readonly kills: number;
  readonly acknowledged: number;
  readonly ended: number;
  readonly interrupted: number;
  readonly completed: number;
  /** Processes, control groups and folders that kills left and the next start ended. */
  readonly leftovers: number;
  /** Kills that came before the hive had started. */
  readonly broken_starts: number;
  /** Sentences; empty when everything held. */
  readonly faults: string[];
}

/** How far a trial has come; kept in its home between pieces, so that a long one can be stopped and gone on with. */
interface Progress {
  readonly kills: number;
  readonly names: number;
  readonly interrupted: number;
  readonly completed: number;
  readonly broken_starts: number;
  readonly leftovers: LeftoverCount;
  readonly faults: readonly string[];
  readonly known: readonly Known[];
}
const PROGRESS_FILE = "kill-trial.json";

interface Known {
  readonly name: string;
  packet: Envelope | null;
  id: string | null;
  state: string | null;
  verified: boolean;
}

type Said = Record<string, unknown>;

class Child {
  readonly process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(home: string, rung: KillRung) {
    const script = join(import.meta.dirname, "kill-child.ts");
    // Its own temporary folder: whatever is found there afterwards was left by it.
    const TMPDIR = join(home, "tmp");
    mkdirSync(TMPDIR, { recursive: true });
    chmodSync(home, 0o711); // the users that chambers run under look for their folder there
    this.process = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, home, rung], {
      env: { ...process.env, TMPDIR },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.process.stdin!.on("error", () => {}); // a killed child no longer reads
    this.#lines = createInterface({ input: this.process.stdout! })[Symbol.asyncIterator]();
  }

  order(line: object): void {
    this.process.stdin!.write(`${JSON.stringify(line)}\n`);
  }

  /** The next line; null when the child is gone. */
  async next(): Promise<Said | null> {
    const { value, done } = await this.#lines.next();
    if (done) return null;
    // A kill may cut the last line in two; what was not said in full was not said.
    return value.endsWith("}") ? (JSON.parse(value) as Said) : null;
  }
}

export class KillTrial {
  readonly #home: string;
  readonly #rung: KillRung;
  readonly #leftovers: Leftovers;
  readonly #seed: number;
  #chance: SimChance;
  readonly #known = new Map<string, Known>();
  readonly #faults: string[] = [];
  #names = 0;
  #kills = 0;
  #interrupted = 0;
  #completed = 0;
  #broken_starts = 0;

  constructor(home: string, seed: number, rung: KillRung = "wasm-js") {
    this.#home = home;
    this.#rung = rung;
    this.#leftovers = new Leftovers(home, rung);
    this.#seed = seed;
    this.#chance = new SimChance(seed);
    this.#goOn();
  }

  /**
   * Up to so many kills, those of earlier pieces counted. `progress` is told after each, and says whether there is time for
   * another. Every piece ends with a hive that starts whole and has everything checked.
   */
  async run(kills: number, progress: (kills: number, faults: number) => boolean = () => true): Promise<KillReport> {
    let goes_on = true;
    while (goes_on && this.#kills < kills) {
      // By its number, and not by what was drawn before it: a piece that is gone on with tells the same story.
      this.#chance = new SimChance(this.#seed + this.#kills);
      if (this.#kills % STARTS_KILLED_EVERY === STARTS_KILLED_EVERY - 1) await this.#brokenStart();
      else await this.#life(true);
      this.#kills++;
      goes_on = progress(this.#kills, this.#faults.length);
    }
    await this.#life(false);
    this.#checkDispatches();
    this.#checkProofs();
    this.#keep();
    const all = [...this.#known.values()];
    return {
      kills: this.#kills,
      acknowledged: all.filter((one) => one.id !== null).length,
      ended: all.filter((one) => one.verified).length,
      interrupted: this.#interrupted,
      completed: this.#completed,
      leftovers: this.#leftovers.found,
      broken_starts: this.#broken_starts,
      faults: this.#faults,
    };
  }

  #goOn(): void {
    const path = join(this.#home, PROGRESS_FILE);
    if (!existsSync(path)) return;
    const kept = JSON.parse(readFileSync(path, "utf8")) as Progress;
    [this.#kills, this.#names] = [kept.kills, kept.names];
    [this.#interrupted, this.#completed, this.#broken_starts] = [kept.interrupted, kept.completed, kept.broken_starts];
    this.#faults.push(...kept.faults);
    for (const one of kept.known) this.#known.set(one.name, one);
    this.#leftovers.goOn(kept.leftovers);
  }

  #keep(): void {
    const kept: Progress = {
      kills: this.#kills,
      names: this.#names,
      interrupted: this.#interrupted,
      completed: this.#completed,
      broken_starts: this.#broken_starts,
      leftovers: this.#leftovers.count(),
      faults: this.#faults,
      known: [...this.#known.values()],
    };
    const path = join(this.#home, PROGRESS_FILE);
    writeFileSync(`${path}.new`, JSON.stringify(kept));
    renameSync(`${path}.new`, path);
  }

  /** One start, one stream of directives, one death (or, at the end, a stop). */
  async #life(killed: boolean): Promise<void> {
    const child = new Child(this.#home, this.#rung);
    const first = await child.next();
    if (first === null) throw new Error("the hive did not start");
    this.#takeRecovery(first.ready as { interrupted: string[]; proofs_completed: string[] });
    this.#faults.push(...this.#leftovers.check());
    await this.#askBack(child);
    if (!killed) {
      await this.#checkEnds(child);
      child.order({ close: true });
      for (let said = await child.next(); said !== null; said = await child.next()) this.#take(said, child);
      this.#faults.push(...this.#leftovers.checkNothing());
      return;
    }
    const { stream, lines: most, within_ms } = PACES[this.#rung];
    for (let i = 0; i < stream; i++) this.#send(child);
    const exit = once(child.process, "exit");
    let lines = this.#chance.below(most);
    for (let said = await child.next(); said !== null; said = await child.next()) {
      this.#take(said, child);
      if (lines-- === 0) setTimeout(() => child.process.kill("SIGKILL"), this.#chance.below(within_ms));
    }
    const [, signal] = (await exit) as [number | null, string | null];
    if (signal !== "SIGKILL") this.#faults.push(`life ${this.#kills}: the hive ended by itself`);
    this.#leftovers.look(child.process.pid!);
  }

  /** Dies before it is ready, or soon after: what it was ending must be ended by the next. */
  async #brokenStart(): Promise<void> {
    const child = new Child(this.#home, this.#rung);
    setTimeout(() => child.process.kill("SIGKILL"), this.#chance.below(START_WITHIN_MS));
    for (let said = await child.next(); said !== null; said = await child.next());
    this.#broken_starts++;
    this.#leftovers.look(child.process.pid!);
  }

  #send(child: Child): void {
    const name = `program ${this.#names++}`;
    this.#known.set(name, { name, packet: null, id: null, state: null, verified: false });
    child.order({ go: name });
  }

  #take(said: Said, child: Child): void {
    const name = (said.signed ?? said.acknowledged ?? said.ended ?? said.refused) as string | undefined;
    const known = name === undefined ? undefined : this.#known.get(name);
    if (known === undefined) return;
    if (said.signed !== undefined) known.packet = said.packet as Envelope;
    if (said.acknowledged !== undefined) known.id = said.id as string;
    if (said.refused !== undefined) this.#faults.push(`${known.name} was refused: ${said.code as string}`);
    if (said.ended === undefined) return;
    known.state = said.state as string;
    known.verified = said.verified === true;
    if (known.state !== "done" || !known.verified) this.#faults.push(`${known.name} ended as ${known.state}`);
    this.#send(child);
  }

  #takeRecovery({ interrupted, proofs_completed }: { interrupted: string[]; proofs_completed: string[] }): void {
    this.#interrupted += interrupted.length;
    this.#completed += proofs_completed.length;
    const ended = [...this.#known.values()].filter((one) => one.state !== null);
    for (const id of interrupted)
      if (ended.some((one) => one.id === id)) this.#faults.push(`${id} had ended, yet is reported as interrupted`);
  }

  /** Every acknowledged directive is known and has an end; packets of the past are not admitted again. */
  async #askBack(child: Child): Promise<void> {
    const acknowledged = [...this.#known.values()].filter((one) => one.id !== null && one.state === null);
    for (const one of acknowledged) {
      child.order({ show: one.id });
      const state = ((await child.next())?.state ?? null) as string | null;
      if (state !== "done" && state !== "interrupted") this.#faults.push(`${one.name}, acknowledged, is now ${state}`);
      one.state = state;
      one.verified = state === "done";
    }
    const sent = [...this.#known.values()].filter((one) => one.packet !== null && one.id !== null);
    for (const one of sent.slice(-SENT_AGAIN)) {
      child.order({ again: one.packet });
      const answer = (await child.next())?.again;
      // A packet that has grown old on a slow rung is refused for that.
      if (answer !== "packet-replayed" && answer !== "packet-expired")
        this.#faults.push(`${one.name}, sent again, was ${answer as string}`);
    }
  }

  /** Whatever was admitted has exactly one end in the ledger. */
  async #checkEnds(child: Child): Promise<void> {
    child.order({ ends: true });
    const { ends, leftovers } = (await child.next()) as Record<"ends" | "leftovers", Record<string, number>>;
    this.#faults.push(...this.#leftovers.checkRecords(leftovers, this.#broken_starts));
    for (const { id, name } of this.#known.values())
      if (id !== null && ends[id] !== 1) this.#faults.push(`${name} has ${ends[id] ?? 0} ends on record`);
  }

  /** What the chamber saw, and every counter that a packet ever carried. */
  #checkDispatches(): void {
    const lines = readFileSync(join(this.#home, "dispatched.txt"), "utf8").trimEnd().split("\n");
    const seen = new Set<string>();
    for (const line of lines) {
      if (seen.has(line)) this.#faults.push(`${line} was dispatched twice`);
      seen.add(line);
    }
    const counters = new Set<number>();
    for (const { name, packet } of this.#known.values()) {
      if (packet === null) continue;
      const { ctr } = JSON.parse(fromUtf8(fromBase64(packet.payload))) as { ctr: number };
      if (counters.has(ctr)) this.#faults.push(`${name} has the counter ${ctr} of another packet`);
      counters.add(ctr);
    }
  }

  #checkProofs(): void {
    for (const one of this.#known.values()) {
      if (!one.verified) continue;
      const bytes = readFileSync(join(this.#home, "proofs", `${one.id}.json`));
      const checked = verifyProof(bytes, nodeCrypto);
      if (!checked.verified) this.#faults.push(`the proof of ${one.name} is refused: ${checked.part}`);
    }
  }
}
