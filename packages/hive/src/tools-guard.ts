/** guard.*: the kill switch and the state of the chambers, as action cards. */
import { type JsonObject, RUNGS } from "lop";
import type { FreezeGate } from "./freeze-gate.ts";
import type { HeldRuns } from "./held-runs.ts";
import type { Statements } from "./statements.ts";
import { done, type ToolDoer } from "./tool.ts";

interface GuardWorld {
  readonly gate: FreezeGate;
  readonly statements: Statements;
  readonly runs: HeldRuns;
  chambers(): Promise<readonly { rung: string; ready: boolean; why: string | null }[]>;
}

const FROZEN: JsonObject = {
  type: ["object", "null"],
  properties: { why: { type: "string" }, since: { type: "string" } },
  required: ["why", "since"],
  additionalProperties: false,
};
/** Runs that the freeze holds. */
const HELD: JsonObject = {
  type: "array",
  items: {
    type: "object",
    properties: {
      directive: { type: "string" },
      rung: { enum: [...RUNGS] },
      since: { type: "string" },
      until: { type: "string" },
      ram_bytes: { type: "integer", minimum: 0 },
      snapshot: { type: ["string", "null"] },
      snapshot_bytes: { type: "integer", minimum: 0 },
    },
    required: ["directive", "rung", "since", "until", "ram_bytes", "snapshot", "snapshot_bytes"],
    additionalProperties: false,
  },
};
const SWITCHED: JsonObject = {
  type: "object",
  properties: { frozen: FROZEN, held: HELD },
  required: ["frozen", "held"],
  additionalProperties: false,
};
const STATUS: JsonObject = {
  type: "object",
  properties: {
    frozen: FROZEN,
    held: HELD,
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
  required: ["frozen", "held", "ledger_size", "chambers"],
  additionalProperties: false,
};

export const guardTools = ({ gate, statements, runs, chambers }: GuardWorld): Record<string, ToolDoer> => {
  const standing = () => ({
    frozen: gate.frozen === null ? null : { ...gate.frozen },
    held: runs.list().map((held) => ({ ...held })),
  });
  const quiet = { language: null, changes: "nothing" } as const;
  return {
    "guard.freeze": {
      ...quiet,
      result: SWITCHED,
      run: async ({ directive }) =>
        (await gate.freeze(statements, "The operator used the kill switch.", directive)) ?? done(standing()),
    },
    "guard.resume": {
      ...quiet,
      result: SWITCHED,
      run: async ({ card, directive }) =>
        (await gate.resume(statements, { directive, wipe: card.parameters.wipe === true })) ?? done(standing()),
    },
    "guard.status": {
      ...quiet,
      result: STATUS,
      run: async () =>
        done({
          ...standing(),
          ledger_size: statements.ledger.size,
          chambers: (await chambers()).map((chamber) => ({ ...chamber })),
        }),
    },
  };
};
