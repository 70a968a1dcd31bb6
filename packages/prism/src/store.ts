/**
 * The room's state and everything that changes it. Runs without a screen: the API, the proof check, chance and time are handed in.
 * What the daemon says is kept as it said it; what the page concludes (verified or not) is kept apart.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Api } from "./api.ts";
import { EMPTY_COMPOSER, openForm, readComposer } from "./composer.ts";
import { readEvents, type StreamEvent } from "./event-stream.ts";
import type { MapState } from "./map-state.ts";
import {
  belongsTo,
  DIRECTIVES_KEPT,
  EMPTY_ROOM,
  forward,
  GHOSTS_KEPT,
  type Hall,
  lastSeq,
  lineOf,
  mergeSteps,
  type Panel,
  type ProofState,
  type RoomState,
  stateAfter,
  withoutOldest,
} from "./room-state.ts";
import { sentenceOf } from "./sentence.ts";
import { printedBy, tailOf } from "./trip.ts";
import type { Verify } from "./verify.ts";
import {
  type DirectiveView,
  isEnded,
  isRefused,
  type JsonObject,
  type Refused,
  type Stated,
  type StepEvent,
  type ToolInfo,
} from "./wire.ts";

export interface RoomPorts {
  readonly api: Api;
  readonly verify: Verify;
  sleep(wait_ms: number, signal: AbortSignal): Promise<void>;
  /** A new idempotency key. */
  freshKey(): string;
  /** Wall clock, Unix ms. */
  now_ms(): number;
  /** How the map room begins, in a demo. */
  readonly mapStart?: Partial<MapState>;
}

/** Steps after whose end the daemon's view holds something new that events do not carry. */
const TELLING = new Set(["decode", "judge", "approve", "execute", "validate", "prove"]);

export class Room {
  readonly store: StoreApi<RoomState>;
  readonly #ports: RoomPorts;
  readonly #stop = new AbortController();
  /** Directives whose view is being fetched; true when an event asked for it again meanwhile. */
  readonly #fetching = new Map<string, boolean>();
  #ghosts = 0;
  /** The directive that was shown because it began elsewhere, not because somebody chose it. */
  #following: string | null = null;

  constructor(ports: RoomPorts, start: Partial<RoomState> = {}) {
    this.#ports = ports;
    this.store = createStore<RoomState>(() => ({ ...EMPTY_ROOM, ...start }));
  }

  /** For the map room, which brings its own reading of the API. */
  get ask(): Api["ask"] {
    return this.#ports.api.ask;
  }

  get now_ms(): () => number {
    return this.#ports.now_ms;
  }

  get mapStart(): Partial<MapState> {
    return this.#ports.mapStart ?? {};
  }

  get state(): RoomState {
    return this.store.getState();
  }

  #set(change: Partial<RoomState>): void {
    this.store.setState(change);
  }

  /** Loads what there is, then follows the events until {@link stop}. */
  async start(): Promise<void> {
    await this.refresh();
    if (this.state.line === "key-expired") return;
    const { api, sleep } = this.#ports;
    const end = await readEvents(
      {
        open: (lastId, signal) => api.openEvents(lastId, signal),
        sleep,
        onEvent: (event) => this.#hear(event),
        onLine: (up) => this.#onLine(up),
      },
      this.#stop.signal,
      lastSeq(this.state),
    );
    if (end === "unauthorized") this.#set({ line: "key-expired" });
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Reads status, tools and history anew. */
  async refresh(): Promise<void> {
    const { api } = this.#ports;
    const [status, tools, directives] = await Promise.all([api.status(), api.tools(), api.directives()]);
    if (isRefused(status)) return this.#set({ line: lineOf(status) });
    this.#set({ line: "live", status });
    if (!isRefused(tools)) this.#set({ tools });
    if (!isRefused(directives)) for (const view of directives.toReversed()) this.#keep(view);
  }

  async refreshStatus(): Promise<void> {
    const status = await this.#ports.api.status();
    this.#set(isRefused(status) ? { line: lineOf(status) } : { status, line: "live" });
  }

  #onLine(up: boolean): void {
    if (!up) this.#set({ line: "offline" });
    else if (this.state.line !== "live") void this.refresh();
  }

  // ── what the daemon says ────────────────────────────────────────────────────────────────────

  #hear(message: StreamEvent): void {
    if (message.event !== "step") return;
    let event: StepEvent;
    try {
      event = JSON.parse(message.data) as StepEvent;
    } catch {
      return; // A torn event tells nothing; the view fetched at the next telling step holds it all.
    }
    this.hearStep(event);
  }

  hearStep(event: StepEvent): void {
    const view = this.state.directives[event.directive];
    if (view === undefined) return void this.#fetchView(event.directive);
    if (event.phase === "missed") void this.refresh();
    else if (event.phase === "output") this.#print(event);
    else this.#take(view, event);
  }

  #take(view: DirectiveView, event: StepEvent): void {
    const known = view.steps.some(({ seq }) => seq === event.seq);
    if (known && isEnded(view)) return;
    if (!known) this.#put({ ...view, step: event.step, state: stateAfter(view, event), steps: [...view.steps, event] });
    if (event.phase === "held" || event.phase === "thawed") void this.refreshStatus();
    const telling = event.phase === "refused" || event.phase === "waiting" || TELLING.has(event.step);
    // A view that was fetched just before its end may hold the last event already, and still not the end.
    if (telling && event.phase !== "began") void this.#fetchView(event.directive);
  }

  #print(event: StepEvent): void {
    const before = this.state.outputs[event.directive] ?? "";
    this.#set({ outputs: { ...this.state.outputs, [event.directive]: tailOf(before + printedBy(event)) } });
  }

  /** One fetch a directive at a time; asks during one become a single one after it. */
  async #fetchView(id: string): Promise<void> {
    if (this.#fetching.has(id)) return void this.#fetching.set(id, true);
    this.#fetching.set(id, false);
    const view = await this.#ports.api.directive(id);
    const again = this.#fetching.get(id) === true;
    this.#fetching.delete(id);
    if (!isRefused(view)) this.#keep(view);
    if (again) await this.#fetchView(id);
  }

  /** Takes a view from the daemon in: merges events already heard, chooses it when nothing else holds the eye. */
  #keep(view: DirectiveView): void {
    const before = this.state.directives[view.id];
    const printed = view.steps.filter((event) => event.phase === "output");
    const steps = mergeSteps(before?.steps ?? [], view.steps);
    if (printed.length > 0 && this.state.outputs[view.id] === undefined)
      this.#set({ outputs: { ...this.state.outputs, [view.id]: tailOf(printed.map(printedBy).join("")) } });
    const latest = before === undefined ? view : forward(before, view);
    this.#put({ ...latest, steps });
    if (before !== undefined && !isEnded(before) && isEnded(view)) void this.refreshStatus();
    if (this.state.selected === view.id && latest.state === "done") void this.checkProof(view.id);
  }

  #put(view: DirectiveView): void {
    const { directives, order } = this.state;
    const known = directives[view.id] !== undefined;
    this.#set({ directives: { ...directives, [view.id]: view }, order: known ? order : [view.id, ...order] });
    if (known) return;
    if (order.length >= DIRECTIVES_KEPT) this.#set(withoutOldest(this.state));
    if (!isEnded(view)) this.#notice(view);
  }

  /** A directive that began elsewhere: shown at once when nothing is going on here, else told of. */
  #notice(view: DirectiveView): void {
    if (view.id === this.state.selected) return;
    if (this.#isFree()) {
      this.select(view.id);
      this.#following = view.id;
    } else this.tell(`Stated elsewhere: ${sentenceOf(view).object}`);
  }

  /** Nothing is being put together, and nothing is shown that somebody chose or that still runs. */
  #isFree(): boolean {
    const { selected, directives, composer } = this.state;
    if (composer.mode !== "list" || composer.text !== "") return false;
    if (selected === null) return true;
    const shown = directives[selected];
    return selected === this.#following && (shown === undefined || isEnded(shown));
  }

  // ── what the operator does ──────────────────────────────────────────────────────────────────

  select(id: string | null): void {
    this.#set({ selected: id, refusal: null });
    if (id !== null && this.state.directives[id]?.state === "done") void this.checkProof(id);
  }

  /** Fetches the proof file and checks it here. Once a file was read its check stands until asked again. */
  async checkProof(id: string, again = false): Promise<void> {
    const known = this.state.proofs[id];
    if (known !== undefined && !(again && known.phase !== "fetching" && known.phase !== "checking")) return;
    this.#setProof(id, { phase: "fetching" });
    const bytes = await this.#ports.api.proof(id);
    if (isRefused(bytes)) return this.#setProof(id, { phase: "absent", refusal: bytes });
    this.#setProof(id, { phase: "checking" });
    this.#setProof(id, { phase: "checked", bytes, check: belongsTo(id, await this.#ports.verify(bytes)) });
  }

  /** Checks any proof file, of this hive or another, and shows what it says. Works without a daemon. */
  async checkFile(name: string, bytes: Uint8Array): Promise<void> {
    this.#set({ strange: { name, check: await this.#ports.verify(bytes) }, panel: "file" });
  }

  #setProof(id: string, proof: ProofState): void {
    this.#set({ proofs: { ...this.state.proofs, [id]: proof } });
  }

  type(text: string): void {
    this.#set({ composer: { mode: "list", text, at: text === "" ? -1 : 0 }, refusal: null });
  }

  point(at: number): void {
    const { composer } = this.state;
    if (composer.mode === "list") this.#set({ composer: { ...composer, at } });
  }

  /** Opens the form of a tool, filled from an earlier card when one is given. */
  open(tool: ToolInfo, from: DirectiveView | null = null): void {
    this.#set({ composer: openForm(tool, from), refusal: null });
  }

  fill(name: string, value: string): void {
    const { composer } = this.state;
    if (composer.mode !== "form") return;
    const { [name]: _mended, ...faults } = composer.faults;
    this.#set({ composer: { ...composer, typed: { ...composer.typed, [name]: value }, faults } });
  }

  /** One step back: form to list, list to nothing. False when there was nothing to leave. */
  back(): boolean {
    const { composer, panel, refusal } = this.state;
    if (panel !== null) this.#set({ panel: null });
    else if (composer.mode === "form") this.type(composer.tool.name);
    else if (composer.text !== "" || composer.at >= 0) this.#set({ composer: EMPTY_COMPOSER });
    else if (refusal !== null) this.#set({ refusal: null });
    else return false;
    return true;
  }

  /** States what stands in the command line or the form. True when the daemon took it. */
  async stateIt(): Promise<boolean> {
    const { composer } = this.state;
    const read = readComposer(composer);
    if (read.faults !== null) {
      if (composer.mode === "form") this.#set({ composer: { ...composer, faults: read.faults } });
      return false;
    }
    if (read.stated === null || this.state.busy) return false;
    if (!(await this.#send(read.stated))) return false;
    if (composer.mode === "form" && composer.replaces !== null)
      await this.refuse(composer.replaces, "replaced by an edited card");
    return true;
  }

  async #send(stated: Stated): Promise<boolean> {
    const view = await this.#while(() => this.#ports.api.state(stated, this.#ports.freshKey()));
    if (isRefused(view)) return this.#refused(view);
    // Chosen before it is kept, so that it is not told of as stated elsewhere.
    this.#set({ composer: EMPTY_COMPOSER, selected: view.id, stated: view.id });
    this.#keep(view);
    return true;
  }

  enter(hall: Hall): void {
    this.#set({ hall, refusal: null });
  }

  /** Shows on the map what came of a directive. */
  showOnMap(id: string): void {
    this.#set({ hall: "map", mapped: id, refusal: null });
  }

  /** States a card from the map, which then shows what comes of it. */
  async stateForMap(card: { readonly tool: string; readonly parameters: JsonObject }): Promise<void> {
    if (!this.state.busy && (await this.#send({ card }))) this.#set({ mapped: this.state.stated });
  }

  /** Approves what is shown; what cannot be undone is confirmed as just that. */
  approve = (id: string): Promise<boolean> => {
    const explicit = this.state.directives[id]?.verdict?.impact === "irreversible";
    return this.#ask(() => this.#ports.api.approve(id, explicit), id);
  };
  refuse = (id: string, why: string): Promise<boolean> => this.#ask(() => this.#ports.api.refuse(id, why), id);
  cancel = (id: string): Promise<boolean> => this.#ask(() => this.#ports.api.cancel(id), id);
  unlock = (passphrase: string | null): Promise<boolean> => this.#ask(() => this.#ports.api.unlock(passphrase));
  lock = (): Promise<boolean> => this.#ask(() => this.#ports.api.lock());
  freeze = (): Promise<boolean> => this.#ask(() => this.#ports.api.freeze("stopped by the operator in the HUD"));
  resume = (): Promise<boolean> => this.#ask(() => this.#ports.api.resume());

  /** From god mode: closes it when the hive is at work again. */
  async resumeHere(): Promise<void> {
    if (await this.resume()) this.#set({ panel: null });
  }

  /** States the wipe of all held runs; its card waits for an explicit approval. */
  async wipe(): Promise<void> {
    this.#set({ panel: null, hall: "trip" });
    await this.#send({ card: { tool: "guard.resume", parameters: { wipe: true } } });
  }

  /** A request whose only answers are yes and a refusal; the status is read again after it. */
  async #ask(request: () => Promise<Refused | null>, id?: string): Promise<boolean> {
    const refusal = await this.#while(request);
    if (refusal !== null) return this.#refused(refusal);
    await Promise.all([this.refreshStatus(), id === undefined ? undefined : this.#fetchView(id)]);
    return true;
  }

  async #while<T>(request: () => Promise<T>): Promise<T> {
    this.#set({ busy: true, refusal: null });
    try {
      return await request();
    } finally {
      this.#set({ busy: false });
    }
  }

  #refused(refusal: Refused): false {
    const line = lineOf(refusal);
    this.#set(line === "live" ? { refusal } : { line, refusal: null });
    return false;
  }

  /** Opens the card of a directive for editing; stating it refuses the one that still waits. */
  edit(id: string): void {
    const view = this.state.directives[id];
    const tool = this.state.tools.find((candidate) => candidate.name === view?.card?.tool);
    if (view !== undefined && tool !== undefined) this.open(tool, view);
  }

  async show(panel: Panel): Promise<void> {
    this.#set({ panel });
    if (panel === "god") await this.refreshStatus();
    if (panel !== "permits" && panel !== "god") return;
    const permits = await this.#ports.api.permits();
    if (isRefused(permits)) this.#refused(permits);
    else this.#set({ permits });
  }

  async revokePermit(id: string): Promise<void> {
    if (await this.#ask(() => this.#ports.api.revokePermit(id))) await this.show("permits");
  }

  tell(text: string): void {
    this.#ghosts++;
    this.#set({ ghosts: [...this.state.ghosts, { id: this.#ghosts, text }].slice(-GHOSTS_KEPT) });
  }

  hush(id: number): void {
    this.#set({ ghosts: this.state.ghosts.filter((ghost) => ghost.id !== id) });
  }
}
