/**
 * Each packet once. A window of counters per key, session and channel (RFC 6479: a ring of bits that slides by blocks), and
 * nonces until their packets run out. Held in memory; the ledger is its memory across restarts: `accept` every admitted
 * entry from the tail on, then `forget`.
 */
import { type Refusal, refuse } from "./refusal.ts";

/** Counters this far behind the highest are still told apart; older ones are refused. */
export const REPLAY_WINDOW = 1024;
/** Live windows and nonces; beyond them the guard refuses rather than forget what has not run out. */
export const REPLAY_MAX_WINDOWS = 65_536;
export const REPLAY_MAX_NONCES = 1_048_576;

const BLOCK_BITS = 32;
/** One block more than the window, because the newest block is only partly filled. */
const BLOCKS = REPLAY_WINDOW / BLOCK_BITS + 1;

interface Window {
  highest: number;
  readonly seen: Uint32Array;
  /** Latest end of life among its packets: the window may go when that has passed. */
  exp_ms: number;
}

export class ReplayGuard {
  readonly #windows = new Map<string, Window>();
  /** Key id → nonce → end of life: a key's name is held once, not with each of its nonces. */
  readonly #nonces = new Map<string, Map<string, number>>();
  #nonceCount = 0;
  readonly #limits: { readonly windows: number; readonly nonces: number };
  /** Latest end of life that was forgotten. What ends by then cannot be told from a replay, even when the clock is set back. */
  #forgotten_ms = 0;

  constructor(limits = { windows: REPLAY_MAX_WINDOWS, nonces: REPLAY_MAX_NONCES }) {
    this.#limits = limits;
  }

  /** Looks without remembering: null when the packet is new. Record it durably, then `accept`. */
  check(keyId: string, sid: string, chan: string, ctr: number, nonce: string, exp_ms: number): Refusal | null {
    if (exp_ms <= this.#forgotten_ms)
      return refuse("packet-expired", "The packet ran out by a clock reading that this guard has already acted on.");
    const window = this.#windows.get(windowName(keyId, sid, chan));
    if (window !== undefined && wasSeen(window, ctr))
      return refuse(
        "packet-replayed",
        `The counter ${ctr} was used, or lies over ${REPLAY_WINDOW} behind ${window.highest}.`,
      );
    if (this.#nonces.get(keyId)?.has(nonce))
      return refuse("packet-replayed", `The nonce ${nonce.slice(0, 64)} was used by this key.`);
    const full = this.#nonceCount >= this.#limits.nonces || (!window && this.#windows.size >= this.#limits.windows);
    return full ? refuse("replay-guard-full", "More unexpired packets are remembered than the guard holds.") : null;
  }

  /** Remembers. Safe to repeat, so that a ledger's tail can be played in from any point. */
  accept(keyId: string, sid: string, chan: string, ctr: number, nonce: string, exp_ms: number): void {
    const name = windowName(keyId, sid, chan);
    const window = this.#windows.get(name) ?? { highest: 0, seen: new Uint32Array(BLOCKS), exp_ms };
    this.#windows.set(name, window);
    window.exp_ms = Math.max(window.exp_ms, exp_ms);
    mark(window, ctr);
    const nonces = this.#nonces.get(keyId) ?? new Map<string, number>();
    this.#nonces.set(keyId, nonces);
    if (!nonces.has(nonce)) this.#nonceCount++;
    nonces.set(nonce, exp_ms);
  }

  /** Drops what can only come back expired. Costs one pass; call it now and then, not for each packet. */
  forget(now_ms: number): void {
    const passed = (exp_ms: number): boolean => {
      if (exp_ms <= now_ms) this.#forgotten_ms = Math.max(this.#forgotten_ms, exp_ms);
      return exp_ms <= now_ms;
    };
    for (const [name, { exp_ms }] of this.#windows) if (passed(exp_ms)) this.#windows.delete(name);
    for (const [keyId, nonces] of this.#nonces) {
      for (const [nonce, exp_ms] of nonces) if (passed(exp_ms) && nonces.delete(nonce)) this.#nonceCount--;
      if (nonces.size === 0) this.#nonces.delete(keyId);
    }
  }

  get size(): { windows: number; nonces: number } {
    return { windows: this.#windows.size, nonces: this.#nonceCount };
  }
}

const windowName = (keyId: string, sid: string, chan: string): string => `${keyId} ${sid} ${chan}`;

const blockOf = (ctr: number): number => Math.floor(ctr / BLOCK_BITS);
const bitOf = (ctr: number): number => 1 << (ctr % BLOCK_BITS);

function wasSeen({ highest, seen }: Window, ctr: number): boolean {
  if (ctr > highest) return false;
  if (highest - ctr >= REPLAY_WINDOW) return true;
  return (seen[blockOf(ctr) % BLOCKS]! & bitOf(ctr)) !== 0;
}

function mark(window: Window, ctr: number): void {
  const { highest, seen } = window;
  if (highest - ctr >= REPLAY_WINDOW) return;
  for (let block = blockOf(highest) + 1; block <= Math.min(blockOf(ctr), blockOf(highest) + BLOCKS); block++)
    seen[block % BLOCKS] = 0;
  window.highest = Math.max(highest, ctr);
  seen[blockOf(ctr) % BLOCKS]! |= bitOf(ctr);
}
