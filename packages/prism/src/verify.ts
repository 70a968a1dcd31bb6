/** Checks proof files in this page, with `lop/verify` and no daemon. Loaded when first needed: it is not part of the first paint. */

export type ProofCheck =
  | { readonly verified: true; readonly facts: ProofFacts }
  | { readonly verified: false; readonly part: string; readonly why: string };

/** What the page shows of a verified proof. */
export interface ProofFacts {
  readonly id: string;
  readonly operator: string;
  readonly hive: string;
  readonly root: string;
  readonly index: number;
  readonly size: number;
  readonly at: string;
}

export type Verify = (bytes: Uint8Array) => Promise<ProofCheck>;
