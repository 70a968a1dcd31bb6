/** guard.*: the kill switch and the state of the chambers, as action cards. */
import type { JsonObject } from "lop";
import type { FreezeGate } from "./freeze-gate.ts";
import type { Statements } from "./statements.ts";
import { done, type ToolDoer } from "./tool.ts";

interface GuardWorld {
  readonly gate: FreezeGate;
  readonly statements: Statements;
  chambers(): Promise<readonly { rung: string; ready: boolean; why: string | null }[]>;
}

const FROZEN: JsonObject = {
  type: ["object", "null"],
  properties: { why: { type: "string" }, since: { type: "string" } },
  required: ["why", "since"],
  additionalProperties: false,
};
const SWITCHED: JsonObject = {
  type: "object",
  properties: { frozen: FROZEN },
  required: ["frozen"],
  additionalProperties: false,
};
const STATUS: JsonObject = {
  type: "object",
  properties: {
    frozen: FROZEN,
    ledger_size: { type: "integer", minimum: 0 },
    chambers: {
      type: "array",
      items: {
        type: "object",
        properties: { rung: { type: "string" }, ready: { type: "boolean" }, why: { type: ["string", "null"] } },
        required: ["rung", "ready", "why"],
        additionalProperties: false,
      },
    },
  },
  required: ["frozen", "ledger_size", "chambers"],
  additionalProperties: false,
};

export const guardTools = ({ gate, statements, chambers }: GuardWorld): Record<string, ToolDoer> => {
  const frozen = () => (gate.frozen === null ? null : { ...gate.frozen });
  const quiet = { language: null, changes: "nothing" } as const;
  return {
    "guard.freeze": {
      ...quiet,
      result: SWITCHED,
      run: async ({ directive }) =>
        (await gate.freeze(statements, "The operator used the kill switch.", directive)) ?? done({ frozen: frozen() }),
    },
    "guard.resume": {
      ...quiet,
      result: SWITCHED,
      // Nothing is left to wipe here: the rungs that exist end their run at a freeze and keep no state of it.
      run: async ({ directive }) => (await gate.resume(statements, directive)) ?? done({ frozen: frozen() }),
    },
    "guard.status": {
      ...quiet,
      result: STATUS,
      run: async () =>
        done({
          frozen: frozen(),
          ledger_size: statements.ledger.size,
          chambers: (await chambers()).map((chamber) => ({ ...chamber })),
        }),
    },
  };
};
