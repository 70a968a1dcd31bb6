/** The chosen directive: what it is, where it stands, what came of it, and what can be done now. */
import type { ReactNode } from "react";
import { Approval } from "./approval.tsx";
import { HashText } from "./hash-text.tsx";
import { Hex } from "./hex.tsx";
import { Key } from "./key.tsx";
import { Printed } from "./printed.tsx";
import { ProofPanel } from "./proof-panel.tsx";
import { provedHere, type RoomState } from "./room-state.ts";
import { Said } from "./said.tsx";
import { plainText, sentenceOf, sizeText, tookText } from "./sentence.ts";
import type { Room } from "./store.ts";
import { hasMap, moodOf, type Proved, stateWord, tripTook_us } from "./trip.ts";
import { type DirectiveView, isEnded, type Outcome, type Refused } from "./wire.ts";
import { WrittenView } from "./written-view.tsx";

export function Sheet({ room, state, view }: { room: Room; state: RoomState; view: DirectiveView }) {
  const proved = provedHere(state, view.id);
  const printed = view.outcome?.stdout ?? state.outputs[view.id] ?? "";
  return (
    <article className="sheet panel" data-look={moodOf(view, proved)} aria-label="Directive">
      <SheetHead view={view} proved={proved} />
      {view.state === "awaiting-approval" && <Approval key={view.id} room={room} view={view} busy={state.busy} />}
      {!isEnded(view) && <WrittenView view={view} />}
      <Ending view={view} />
      {view.outcome === null && printed !== "" && <Printed label="stdout" text={printed} live />}
      {view.outcome !== null && <OutcomeView outcome={view.outcome} />}
      {hasMap(view) && (
        <div className="answers">
          <button type="button" id="proof-map" onClick={() => room.showOnMap(view.id)}>
            Show on the map <Key>M</Key>
          </button>
        </div>
      )}
      {!isEnded(view) && view.state === "running" && (
        <div className="answers">
          <button type="button" disabled={state.busy} onClick={() => void room.cancel(view.id)}>
            Cancel <Key>X</Key>
          </button>
        </div>
      )}
      {/* How the card was written comes first while that is news, and last once there is a result. */}
      {isEnded(view) && <WrittenView view={view} />}
      {view.state === "done" && <ProofPanel room={room} id={view.id} proof={state.proofs[view.id]} />}
    </article>
  );
}

function SheetHead({ view, proved }: { view: DirectiveView; proved: Proved }) {
  const { verb, object, literal } = sentenceOf(view);
  return (
    <header className="sheet-head">
      <p className="sheet-state">
        <Hex look={moodOf(view, proved)} />
        <span className="state-word">{stateWord(view, proved)}</span>
        <HashText label="Directive" hash={view.id} />
      </p>
      <h2 className="sentence" dir="auto">
        {verb !== "" && `${verb} `}
        <span className={literal ? "mono" : ""}>{object}</span>
      </h2>
      <Facts view={view} />
    </header>
  );
}

/** Cost and risk in one row: what it took, where it ran, how deep it reaches. */
function Facts({ view }: { view: DirectiveView }) {
  const took = isEnded(view) ? tripTook_us(view) : null;
  const rung = view.outcome?.rung ?? view.verdict?.rung ?? null;
  const facts: [string, string][] = [];
  if (took !== null) facts.push(["took", tookText(took)]);
  if (rung !== null) facts.push(["chamber", rung]);
  if (view.verdict !== null) facts.push(["impact", view.verdict.impact]);
  if (view.outcome?.exit_code != null) facts.push(["exit", String(view.outcome.exit_code)]);
  if (view.card !== null) facts.push(["by", view.card.by]);
  if (facts.length === 0) return null;
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name} className="fact" data-fact={`${name}-${value}`}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Why it did not end well. A refusal says what was wrong and how to mend it; policy's reasons are the evidence. */
function Ending({ view }: { view: DirectiveView }) {
  if (view.state === "cancelled") return <p className="muted">You cancelled it. Nothing more was done.</p>;
  if (view.state === "held") return <p className="muted">The freeze holds it. It goes on when you resume.</p>;
  const refusal = view.refusal ?? (view.state === "interrupted" ? INTERRUPTED : null);
  if (refusal === null) return null;
  const policies = view.verdict?.decision === "deny" ? view.verdict.policies : [];
  return (
    <RefusalView refusal={refusal}>
      {policies.length > 0 && (
        <p className="muted">
          Policy: <span className="mono">{policies.join(", ")}</span>
        </p>
      )}
    </RefusalView>
  );
}

const INTERRUPTED: Refused = {
  refused: "interrupted",
  why: "The hive stopped between intent and outcome.",
  fix: "Check the effect by hand before stating it again.",
};

export function RefusalView({ refusal, children }: { refusal: Refused; children?: ReactNode }) {
  return (
    <div className="refusal" role="alert">
      <p className="refusal-code mono">{refusal.refused}</p>
      <p className="refusal-why" dir="auto">
        <Said>{refusal.why}</Said>
      </p>
      {children}
      <p className="refusal-fix" dir="auto">
        <span className="muted">Next:</span> <Said>{refusal.fix}</Said>
      </p>
    </div>
  );
}

function OutcomeView({ outcome }: { outcome: Outcome }) {
  const result = outcome.result === null || outcome.stdout !== "" ? "" : plainResult(outcome.result);
  return (
    <section className="outcome" aria-label="Outcome">
      {outcome.status !== "ok" && (
        <p className="outcome-why" role="status">
          <strong>{outcome.status}</strong> {outcome.why}
        </p>
      )}
      {outcome.stdout !== "" && <Printed label="stdout" text={outcome.stdout} />}
      {outcome.stderr !== "" && <Printed label="stderr" text={outcome.stderr} />}
      {result !== "" && <Printed label="result" text={result} />}
      {outcome.files.length > 0 && (
        <ul className="changes" aria-label="Files">
          {outcome.files.map((file) => (
            <li key={file.path} data-change={file.change}>
              <span className="change-sign" aria-hidden="true">
                {{ added: "+", changed: "~", removed: "−" }[file.change]}
              </span>
              <span className="mono change-path">{file.path}</span>
              <span className="muted">
                <span className="unseen">{file.change}, </span>
                {file.bytes === null ? "" : sizeText(file.bytes)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** A result that is one text is shown as that text; any other a line a field. */
function plainResult(result: Outcome["result"]): string {
  if (typeof result === "string") return result;
  const content = (result as { readonly content?: unknown } | null)?.content;
  return typeof content === "string" ? content : plainText(result);
}
