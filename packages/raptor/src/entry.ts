/** What a place allows: the tokens that end inside it, and those that leave it. */
import type { TokenTrie } from "./trie.ts";

/** Tokens that leave a place with one outcome, and what they still have to say. */
export interface Exit {
  readonly outcome: number;
  readonly trie: TokenTrie;
  /** Tokens of the trie that do not leave this way. Such exits come first in an entry. */
  readonly except: Int32Array | null;
}

export interface Entry {
  /** Allowed tokens that end inside the place: a list, or a bit set when they are many. */
  readonly list: Int32Array | null;
  readonly bits: Uint32Array | null;
  /** More tokens, of a list that many entries share. */
  readonly shared: Int32Array | null;
  readonly exits: readonly Exit[];
}
