/**
 * A text being written under a grammar: the mask of the next token, commit, rollback, fork, forced text, drafts. Places
 * are immutable, so a position is one pointer; keys and items are read from the log of bytes when a place needs them.
 */
import type { Local, Move } from "./machine.ts";
import type { Chain, MaskMemo } from "./mask.ts";
import { attempt, isRefusal, type Refusal } from "./refusal.ts";
import type { Vocabulary } from "./vocabulary.ts";

export const FORCED_BYTES_LIMIT = 4_096;

/** One level of the stack. `mark` is where the member that is being read began. */
interface Place extends Chain {
  readonly local: Local;
  readonly parent: Place | null;
  readonly mark: number;
}

/** A place, or the end of the text: after it only an end token may come. */
type Position = Place | "ended";

export interface MatcherStats {
  readonly tokens: number;
  readonly masks: number;
  readonly memo_hits: number;
  readonly memo_misses: number;
  readonly memo_bytes: number;
}

export interface ForcedText {
  readonly tokens: readonly number[];
  /** All bytes that must come, also those behind the last safe token. */
  readonly bytes: Uint8Array;
}

const decoder = new TextDecoder();

export class Matcher {
  readonly vocabulary: Vocabulary;
  readonly #memo: MaskMemo;
  readonly #refuel: () => void;
  #position: Position;
  #log: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  #length = 0;
  #history: { position: Position; length: number }[] = [];
  #masks = 0;
  #closed = false;

  constructor(memo: MaskMemo, start: Local, refuel: () => void) {
    this.#memo = memo;
    this.vocabulary = memo.vocabulary;
    this.#refuel = refuel;
    this.#position = { local: start, parent: null, mark: 0 };
  }

  /**
   * Sets one bit a token id that may come next; end tokens exactly where the text may end. `out` has at least
   * `vocabulary.words` words. A refusal (fuel spent) leaves only the end tokens' bits unset and everything zero.
   */
  fillMask(out: Uint32Array): Refusal | null {
    this.#masks++;
    const position = this.#position;
    const words = out.length === this.vocabulary.words ? out : out.subarray(0, this.vocabulary.words);
    if (position === "ended" || this.#closed) words.fill(0);
    else {
      const failed = attempt(() => {
        this.#refuel();
        this.#memo.fill(words, position.local, position.parent);
        this.#checkHazards(words, position);
        return null;
      });
      if (failed) {
        words.fill(0);
        return failed;
      }
    }
    if (this.accepting()) for (const end of this.vocabulary.ends) words[end >>> 5]! |= 1 << (end & 31);
    return null;
  }

  /**
   * The memo knows no texts of keys and items that end inside a token. Where such a text matters (a free key or a unique
   * item, and the next one in the same token), the few tokens that could be concerned are tried one by one.
   */
  #checkHazards(out: Uint32Array, position: Place): void {
    let list: readonly number[] = [];
    for (let place: Place | null = position; place; place = place.parent) {
      if (!place.local.captures) continue;
      if (place.local.capturesItems) list = this.#memo.itemHazards;
      else if (list.length === 0) list = this.#memo.keyHazards;
    }
    for (const token of list) {
      if ((out[token >>> 5]! >>> (token & 31)) & 1 && !this.#advance(position, this.vocabulary.tokenBytes(token))) {
        out[token >>> 5]! &= ~(1 << (token & 31));
      }
    }
  }

  /** Whether the text may end here. */
  accepting(): boolean {
    const position = this.#position;
    if (this.#closed) return false;
    return position === "ended" || (position.parent === null && position.local.endOutcome() !== null);
  }

  /** Takes a token; false, and no change, when it may not come. */
  commit(token: number): boolean | Refusal {
    if (this.vocabulary.ends.includes(token)) return this.#commitEnd();
    if (token < 0 || token >= this.vocabulary.size) return false;
    const bytes = this.vocabulary.tokenBytes(token);
    return bytes.length === 0 ? false : this.#commitBytes(bytes);
  }

  #commitEnd(): boolean {
    if (!this.accepting()) return false;
    this.#history.push({ position: this.#position, length: this.#length });
    this.#closed = true;
    return true;
  }

  /** Takes bytes as if they were one token. */
  commitBytes(bytes: Uint8Array): boolean | Refusal {
    return this.#commitBytes(bytes);
  }

  #commitBytes(bytes: Uint8Array): boolean | Refusal {
    if (this.#closed) return false;
    const next = attempt(() => {
      this.#refuel();
      return this.#advance(this.#position, bytes);
    });
    if (next === null || isRefusal(next)) return next ?? false;
    this.#history.push({ position: this.#position, length: this.#length });
    this.#position = next;
    this.#length += bytes.length;
    return true;
  }

  /** Steps over bytes from a position; the log is written beyond its length, so nothing needs undoing. */
  #advance(from: Position, bytes: Uint8Array): Position | null {
    let at: Position | null = from;
    this.#room(bytes.length);
    for (let i = 0; i < bytes.length && at; i++) {
      this.#log[this.#length + i] = bytes[i]!;
      at = at === "ended" ? null : this.#step(at, bytes[i]!, this.#length + i);
    }
    return at;
  }

  #step(place: Place, byte: number, at: number): Position | null {
    const move = place.local.move(byte);
    if (!move) return null;
    if (move.op === "stay")
      return move.to === place.local ? place : { local: move.to, parent: place.parent, mark: place.mark };
    if (move.op === "push")
      return { local: move.to, parent: { local: move.wait, parent: place.parent, mark: at }, mark: at };
    return this.#pop(place.parent, move, byte, at);
  }

  #pop(parent: Place | null, move: Extract<Move, { outcome: number }>, byte: number, at: number): Position | null {
    const consumed = move.op === "pop";
    if (!parent) return consumed ? "ended" : null;
    const { local } = parent;
    const next = local.captures
      ? local.resumeExactly(move.outcome, decoder.decode(this.#log.subarray(parent.mark, consumed ? at + 1 : at)))
      : local.resume(move.outcome);
    if (!next) return null;
    const place = { local: next, parent: parent.parent, mark: parent.mark };
    return consumed ? place : this.#step(place, byte, at);
  }

  #room(more: number): void {
    if (this.#length + more <= this.#log.length) return;
    const wider = new Uint8Array(2 * (this.#length + more));
    wider.set(this.#log.subarray(0, this.#length));
    this.#log = wider;
  }

  /** Takes back the last `n` commits. */
  rollback(n: number): boolean {
    if (!Number.isInteger(n) || n < 0 || n > this.#history.length) return false;
    if (n === 0) return true;
    const before = this.#history[this.#history.length - n]!;
    this.#history.length -= n;
    this.#position = before.position;
    this.#length = before.length;
    this.#closed = false;
    return true;
  }

  /** An independent copy at the same position. */
  fork(): Matcher {
    const start = this.#position === "ended" ? null : this.#position.local;
    const copy = new Matcher(this.#memo, start as Local, this.#refuel);
    copy.#position = this.#position;
    copy.#log = this.#log.slice();
    copy.#length = this.#length;
    copy.#history = this.#history.slice();
    copy.#closed = this.#closed;
    return copy;
  }

  /** How many tokens of a draft may be taken one after the other. */
  validateDraft(tokens: readonly number[]): number {
    let taken = 0;
    while (taken < tokens.length && this.commit(tokens[taken]!) === true) taken++;
    this.rollback(taken);
    return taken;
  }

  /**
   * Text without choice: bytes that must come, cut into tokens by longest match. A token at the end stands only if no
   * longer token could begin there (healing), so sampling on behind it loses nothing.
   */
  forcedTokens(): ForcedText {
    const bytes: number[] = [];
    let at: Position = this.#position;
    while (at !== "ended" && bytes.length < FORCED_BYTES_LIMIT && !this.#mayEnd(at)) {
      const only = this.#onlyByte(at, bytes.length);
      if (!only) break;
      bytes.push(only.byte);
      at = only.next;
    }
    const forced = Uint8Array.from(bytes);
    return { bytes: forced, tokens: cutTokens(this.vocabulary, forced) };
  }

  #mayEnd(place: Place): boolean {
    return place.parent === null && place.local.endOutcome() !== null;
  }

  #onlyByte(place: Place, offset: number): { byte: number; next: Position } | null {
    let found: { byte: number; next: Position } | null = null;
    this.#room(offset + 1);
    for (let byte = 0; byte < 256; byte++) {
      const next = this.#step(place, byte, this.#length + offset);
      if (!next) continue;
      if (found) return null;
      found = { byte, next };
    }
    if (found) this.#log[this.#length + offset] = found.byte;
    return found;
  }

  /** Why a token may not come; null when it may. */
  explain(token: number): string | null {
    if (this.vocabulary.ends.includes(token)) return this.accepting() ? null : "the text is not complete";
    const bytes = token >= 0 && token < this.vocabulary.size ? this.vocabulary.tokenBytes(token) : new Uint8Array();
    if (bytes.length === 0) return "the token has no text: it is special or unused";
    if (this.#closed || this.#position === "ended") return "the text is complete: only an end token may follow";
    return this.explainBytes(bytes);
  }

  explainBytes(bytes: Uint8Array): string | null {
    let good = 0;
    while (good < bytes.length && this.#advance(this.#position, bytes.subarray(0, good + 1))) good++;
    if (good === bytes.length) return null;
    const before = decoder.decode(bytes.subarray(0, good));
    const bad = JSON.stringify(decoder.decode(bytes.subarray(good, good + 1)));
    return `${bad} cannot stand ${good === 0 ? "here" : `after ${JSON.stringify(before)}`}; ${this.#expected(bytes.subarray(0, good))}`;
  }

  #expected(prefix: Uint8Array): string {
    const at = this.#advance(this.#position, prefix);
    if (!at || at === "ended") return "the text is complete there";
    this.#length += prefix.length;
    const allowed: string[] = [];
    for (let byte = 0x20; byte < 0x7f; byte++)
      if (this.#step(at, byte, this.#length)) allowed.push(String.fromCharCode(byte));
    this.#length -= prefix.length;
    return `allowed there: ${allowed.length > 40 ? `${allowed.length} printable characters` : allowed.map((c) => JSON.stringify(c)).join(" ")}`;
  }

  stats(): MatcherStats {
    return {
      tokens: this.#history.length,
      masks: this.#masks,
      memo_hits: this.#memo.hits,
      memo_misses: this.#memo.misses,
      memo_bytes: this.#memo.bytes,
    };
  }

  /** The text so far. */
  text(): string {
    return decoder.decode(this.#log.subarray(0, this.#length));
  }
}

function cutTokens(vocabulary: Vocabulary, bytes: Uint8Array): number[] {
  const tokens: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { token, end, open } = longestToken(vocabulary, bytes, at);
    if (token < 0 || open) break;
    tokens.push(token);
    at = end;
  }
  return tokens;
}

/** The longest token at a position; `open` when a still longer one could begin here and go beyond the bytes. */
function longestToken(v: Vocabulary, bytes: Uint8Array, from: number): { token: number; end: number; open: boolean } {
  let token = -1;
  let end = from;
  let lo = 0;
  let hi = v.nodes;
  for (let at = from; ; at++) {
    if (at === bytes.length) return { token, end, open: lo < hi };
    let p = lo;
    while (p < hi && v.bytes[p] !== bytes[at]) p = v.skip[p]!;
    if (p >= hi) return { token, end, open: false };
    if (v.first[p + 1]! > v.first[p]!) {
      token = v.order[v.first[p]!]!;
      end = at + 1;
    }
    lo = p + 1;
    hi = v.skip[p]!;
  }
}
