/** One long run of a kernel as one hash. Knows no operating system: Node, bun and browsers all run this file. */
import { Kernel, type KernelOptions } from "../src/kernel.ts";

/** How the tokens get in; every way must give the same hash. */
export const WAYS = ["steps", "prefill", "copies"] as const;
export type Way = (typeof WAYS)[number];

const CHUNK_TOKENS = 10;
const SPARE_SLOT = 1;

/** Hex SHA-256, chained over the logits after every ten tokens and the memory at the end. */
export async function hashRun(options: KernelOptions, tokens: number, way: Way): Promise<string> {
  const kernel = Kernel.load({ ...options, slots: 2 });
  let hash = new Uint8Array(32);
  const add = async (bytes: Uint8Array): Promise<void> => {
    const all = new Uint8Array(32 + bytes.length);
    all.set(hash);
    all.set(bytes, 32);
    hash = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  };
  kernel.blank(0);
  for (let from = 0; from < tokens; from += CHUNK_TOKENS) {
    const chunk = Array.from({ length: CHUNK_TOKENS }, (_, i) => tokenAt(from + i, kernel.shape.vocabulary));
    if (way === "prefill") kernel.feed(0, chunk);
    else for (const token of chunk) kernel.feed(0, [token]);
    if (way === "copies") moveAway(kernel);
    const logits = kernel.logits(0).slice();
    await add(new Uint8Array(logits.buffer));
  }
  await add(kernel.read(0));
  kernel.close();
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Saved, cleared, restored into the other slot, copied back. */
function moveAway(kernel: Kernel): void {
  const memory = kernel.read(0);
  const hidden = kernel.readHidden(0);
  kernel.blank(0);
  kernel.write(SPARE_SLOT, memory);
  kernel.writeHidden(SPARE_SLOT, hidden);
  kernel.copy(SPARE_SLOT, 0);
}

/** Well spread and the same everywhere (Knuth's multiplicative hash). */
const tokenAt = (i: number, vocabulary: number): number => (Math.imul(i + 1, 0x9e3779b1) >>> 8) % vocabulary;
