/**
 * The whole hive on a simulated clock, disk, chance, chamber and workspace, from one seed. A life is one start of the hive: it
 * is given random directives, approvals, cancels, freezes and replays until it is cut off; what it was told as certain is kept
 * as promises, with the number of disk operations that had happened by then.
 */
import { Ladder } from "forge";
import { type Hive, type HiveSettings, type HomeKeys, reopenHive } from "hive";
import {
  type DirectiveBody,
  type DiskImage,
  type Envelope,
  fromBase64,
  fromUtf8,
  isRefusal,
  nodeCrypto,
  SimChance,
  SimClock,
  SimDisk,
} from "lop";
import { SimChamber } from "./chamber-sim.ts";
import { SimWorkspace } from "./workspace-sim.ts";

/** Something that the hive has said, and that must therefore stay true over any crash after `at` disk operations. */
export type Promised =
  | { readonly kind: "signed"; readonly at: number; readonly ctr: number }
  | { readonly kind: "acknowledged"; readonly at: number; readonly id: string; readonly packet: Envelope }
  | { readonly kind: "began"; readonly at: number; readonly id: string; readonly code: string }
  | { readonly kind: "ended"; readonly at: number; readonly id: string; readonly state: string };

export interface World {
  readonly hive: Hive;
  readonly disk: SimDisk;
  readonly clock: SimClock;
  readonly chamber: SimChamber;
}

export async function openWorld(
  image: DiskImage,
  keys: HomeKeys,
  settings: HiveSettings,
  o: { seed: number; now_ms: number; record?: boolean },
): Promise<World> {
  const disk = new SimDisk({ image, record: o.record ?? false });
  const clock = new SimClock(o.now_ms);
  // A freeze ends runs in every other life, and holds them in the rest.
  const chamber = new SimChamber(clock, o.seed % 2 === 0 ? "wasm-py" : "vm", ["javascript", "python"]);
  const ladder = new Ladder([chamber]);
  await ladder.probeAll();
  const workspace = new SimWorkspace(nodeCrypto);
  const ports = { clock, chance: new SimChance(o.seed), disk, crypto: nodeCrypto, ladder, workspace };
  const hive = await reopenHive(ports, settings, keys);
  if (isRefusal(hive)) throw new Error(`the hive does not open: ${hive.refused}: ${hive.why}`);
  return { hive, disk, clock, chamber };
}

/** Turns of the event loop after which everything that can go on without the clock has gone on. */
const SETTLE_TURNS = 12;
export async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLE_TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export class Life {
  readonly world: World;
  readonly promises: Promised[];
  readonly #chance: SimChance;
  readonly #packets: Envelope[] = [];
  readonly #waiting = new Set<string>();
  #programs = 0;
  readonly #name: string;

  constructor(world: World, chance: SimChance, name: string, before: readonly Promised[]) {
    this.world = world;
    this.#chance = chance;
    this.#name = name;
    this.promises = [...before];
    for (const promised of before) if (promised.kind === "acknowledged") this.#packets.push(promised.packet);
    world.chamber.onBegin = (code) => this.#began(code);
  }

  /** @param steps random things that are done to the hive. */
  async live(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      await this.#act();
      if (this.#chance.below(3) > 0) await settle();
      if (this.#chance.below(2) === 0) await this.world.clock.advance(this.#chance.below(400));
    }
    await settle();
  }

  #at(): number {
    return this.world.disk.operations.length;
  }

  async #act(): Promise<void> {
    const { hive } = this.world;
    const pick = this.#chance.below(20);
    if (pick < 12) void this.#submit(this.#body());
    else if (pick === 12) await this.#replay();
    else if (pick < 16) await this.#decide();
    else if (pick === 16) for (const id of [...this.#waiting].slice(0, 1)) await hive.cancel(id);
    else if (pick === 17) await hive.freeze("The simulation says so.");
    else await hive.resume();
  }

  #body(): DirectiveBody {
    const name = `${this.#name}-${this.#programs++}`;
    const card = (tool: string, parameters: Record<string, string | number>) => ({ card: { tool, parameters } });
    const run = (...lines: string[]) =>
      card("exec.run", { language: "python", code: [`print ${name}`, ...lines].join("\n") });
    const bodies: DirectiveBody[] = [
      run(),
      run(`write ${name}.txt x`, "sleep 20"),
      run("sleep 300", "write shared.txt y"),
      run("exit error"),
      run("print -----BEGIN PRIVATE KEY-----"),
      card("files.write", { path: `f${this.#chance.below(4)}.txt`, content: name }),
      card("files.list", {}),
      card("permit.grant", { host: "example.com", minutes: 5 }),
      card("files.read", { path: "nothing.txt" }),
      { words: "do what I mean" },
    ];
    return bodies[this.#chance.below(bodies.length)]!;
  }

  async #submit(body: DirectiveBody): Promise<void> {
    const { hive } = this.world;
    const packet = await hive.sign(body);
    if (isRefusal(packet)) return;
    this.promises.push({ kind: "signed", at: this.#at(), ctr: counterOf(packet) });
    const taken = await hive.submit(packet);
    if (isRefusal(taken)) return;
    const { id } = taken;
    this.#packets.push(packet);
    this.#waiting.add(id);
    this.promises.push({ kind: "acknowledged", at: this.#at(), id, packet });
    const view = await hive.ended(id);
    this.#waiting.delete(id);
    // A view in the state `interrupted` comes of a fault; the ledger then says the same, or the next start does.
    if (!isRefusal(view)) this.promises.push({ kind: "ended", at: this.#at(), id, state: view.state });
  }

  async #replay(): Promise<void> {
    const packet = this.#packets[this.#chance.below(this.#packets.length + 1)];
    if (packet === undefined) return;
    const taken = await this.world.hive.submit(packet);
    if (!isRefusal(taken)) throw new Error(`a packet was admitted twice: ${taken.id}`);
  }

  async #decide(): Promise<void> {
    const { hive } = this.world;
    for (const id of this.#waiting) {
      if ((await hive.directive(id))?.state !== "awaiting-approval") continue;
      if (this.#chance.below(3) === 0) await hive.refuseApproval(id, "The simulation says no.");
      else await hive.approve(id, { explicit: true });
      return;
    }
  }

  #began(code: string): void {
    const running = this.promises.filter((promised) => promised.kind === "acknowledged");
    const of = running.find(({ packet }) => fromUtf8(fromBase64(packet.payload)).includes(JSON.stringify(code)));
    // A program may begin before `submit` has answered; its intent must stand in the ledger all the same.
    this.promises.push({ kind: "began", at: this.#at(), id: of?.id ?? "", code });
  }
}

export const counterOf = (packet: Envelope): number =>
  (JSON.parse(fromUtf8(fromBase64(packet.payload))) as { ctr: number }).ctr;
