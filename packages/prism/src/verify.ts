/** What checking a proof file says. The check itself is loaded when first needed (`verify-here.ts`): it is not part of the first paint. */
import type { ProofFacts } from "lop/verify";

export type { ProofFacts };

export type ProofCheck =
  | { readonly verified: true; readonly facts: ProofFacts }
  | { readonly verified: false; readonly part: string; readonly why: string };

export type Verify = (bytes: Uint8Array) => Promise<ProofCheck>;
