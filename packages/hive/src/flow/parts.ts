/** What the steps work with. Each step names the few it needs. */
import type { Ladder } from "forge";
import type { NeedleMemories } from "lex";
import type { Chance, Clock, Crypto, Disk, KeyManifest, PolicySet, ReplayGuard, Signer } from "lop";
import type { CardJournal } from "../card-journal.ts";
import type { FreezeGate } from "../freeze-gate.ts";
import type { HiveSettings, WordsPort, WorkspacePort } from "../hive-types.ts";
import type { Statements } from "../statements.ts";
import type { ToolTable } from "../tool.ts";
import type { Turns } from "../turns.ts";

export interface FlowParts {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly crypto: Crypto;
  readonly disk: Disk;
  readonly ladder: Ladder;
  readonly workspace: WorkspacePort;
  readonly settings: HiveSettings;
  readonly statements: Statements;
  readonly gate: FreezeGate;
  readonly replay: ReplayGuard;
  readonly policy: PolicySet;
  readonly tools: ToolTable;
  /** The hive's own key: seals and statements. */
  readonly signer: Signer;
  /** The key manifest in force. */
  keys(): KeyManifest;
  readonly chamberTurns: Turns;
  /** Absent: this hive has no engine. */
  readonly words?: WordsPort;
  readonly memories: NeedleMemories;
  readonly journal: CardJournal;
}
