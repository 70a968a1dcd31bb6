/** seal: Checked → Sealed. The hive's key signs one statement that binds every part of the proof by its digest. */
import { digestOf, type Envelope, type Seal } from "lop";
import type { FlowParts } from "./parts.ts";
import type { Checked } from "./validate.ts";

class SealedOutcome {
  readonly #minted = true;
  readonly checked: Checked;
  readonly statement: { readonly envelope: Envelope; readonly at: string };

  constructor(checked: Checked, statement: SealedOutcome["statement"]) {
    this.checked = checked;
    this.statement = statement;
  }

  static made(value: object): boolean {
    return #minted in value && value.#minted;
  }
}
export type Sealed = SealedOutcome;

export function seal(parts: Pick<FlowParts, "crypto" | "statements" | "keys">, checked: Checked): Sealed {
  const { approved, intent } = checked.executed;
  const { judged, approval } = approved;
  const { replay } = judged.decoded;
  const body: Seal = {
    card: digestOf(parts.crypto, judged.decoded.card),
    verdict: digestOf(parts.crypto, judged.verdict),
    approval: approval?.id ?? null,
    outcome: digestOf(parts.crypto, checked.outcome),
    checks: digestOf(parts.crypto, checked.checks),
    intent,
    replay: replay === null ? null : digestOf(parts.crypto, replay),
    keys: parts.keys().id,
  };
  return new SealedOutcome(checked, parts.statements.sign("outcome", judged.decoded.admitted.id, { ...body }));
}
