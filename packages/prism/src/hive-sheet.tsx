/** The hive itself, shown while no directive is chosen: what is there, what is missing, and why. */
import { Hex } from "./hex.tsx";
import { Reading } from "./reading.tsx";
import { countText, treeHeadText } from "./sentence.ts";
import type { HiveStatus } from "./wire.ts";

export function HiveSheet({ status }: { status: HiveStatus }) {
  return (
    <article className="sheet panel quiet-sheet" aria-label="The hive">
      <header className="sheet-head">
        <h2 className="sentence mono">{status.origin || status.hive}</h2>
      </header>
      <dl className="readings">
        <Reading
          name="Ledger"
          value={`${countText(status.ledger.size)} entries`}
          note={`head ${treeHeadText(status.ledger.checkpoint) || "none yet"}`}
        />
        <Reading
          name="Keys"
          value={status.unlocked ? "unlocked" : "locked"}
          note={status.unlocked ? "you can sign" : "unlock to sign"}
        />
        <Reading
          name="Engine"
          value={status.engine.ready ? "ready" : "absent"}
          note={status.engine.ready ? (status.engine.lost ?? []).join("; ") : (status.engine.why ?? "")}
        />
      </dl>
      <h3 className="column-head">Chambers, weakest first</h3>
      <ul className="rungs">
        {status.chambers.map(({ rung, ready, why }) => (
          <li key={rung} data-ready={ready}>
            <Hex look={ready ? "ended" : "idle"} />
            <span className="mono">{rung}</span>
            <span className="muted">{ready ? "ready" : (why ?? "not here")}</span>
          </li>
        ))}
      </ul>
    </article>
  );
}
