/** Faults of the lattice as refusals of the hive: the same code where the table has it, the same words in any case. */
import type { Fault } from "lattice";
import { REFUSALS, type Refusal, refuse } from "lop";

/** Like the lattice's own; here, so that the lattice need not be loaded to tell. */
export const isFault = (value: unknown): value is Fault =>
  typeof value === "object" && value !== null && "refused" in value && "fix" in value && "at" in value;

type Code = keyof typeof REFUSALS;
const isCode = (code: string): code is Code => Object.hasOwn(REFUSALS, code);

export function toRefusal({ refused, why, fix, at }: Fault): Refusal {
  const where = at === "" || why.startsWith(at) ? why : `${at}: ${why}`;
  return isCode(refused) ? refuse(refused, where, fix) : refuse("lattice-refused", `${refused}: ${where}`, fix);
}

/** What a lattice answered, with a fault turned into a refusal. */
export const heard = <T>(answer: T | Fault): T | Refusal => (isFault(answer) ? toRefusal(answer) : answer);

/** Status of the HTTP answer to a fault. */
export function statusOf({ refused }: Fault): number {
  if (isCode(refused)) return REFUSALS[refused].http;
  if (refused.startsWith("store-") || refused.startsWith("journal-")) return 503;
  if (refused === "standing-full") return 429;
  return refused === "key-reused" || refused === "holds-full" || refused === "units-beyond" ? 409 : 422;
}
