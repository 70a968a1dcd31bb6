/** What stands in the command line's place while nothing can be stated: each gate says what is wrong and takes the next step. */
import { type FormEvent, useLayoutEffect, useRef, useState } from "react";
import { Hex, type HexLook } from "./hex.tsx";
import { Key } from "./key.tsx";
import type { RoomState } from "./room-state.ts";
import { Said } from "./said.tsx";
import type { Room } from "./store.ts";

export type GateKind = "locked" | "frozen" | "offline" | "no-key" | "key-expired";

export function gateOf(state: RoomState): GateKind | null {
  if (state.line === "no-key" || state.line === "key-expired" || state.line === "offline") return state.line;
  if (state.status?.frozen) return "frozen";
  return state.status?.unlocked === false ? "locked" : null;
}

interface Words {
  readonly look: HexLook;
  readonly title: string;
  readonly text: string;
}

const WORDS: { readonly [kind in GateKind]: Words } = {
  locked: {
    look: "idle",
    title: "Locked",
    text: "Your key signs every directive. It opens with your passphrase and stays on this machine. Leave it empty if you set none.",
  },
  frozen: { look: "paused", title: "Frozen", text: "Nothing is admitted or executed until you resume." },
  offline: {
    look: "red",
    title: "The daemon does not answer",
    text: "Start it with `npm start`. This page reconnects by itself.",
  },
  "no-key": {
    look: "red",
    title: "This page has no key",
    text: "Open the address that `npm start` printed, or paste the key that `axiom key show` prints.",
  },
  "key-expired": {
    look: "red",
    title: "The daemon refused this key",
    text: "It was replaced or belongs to another home. Paste the key that `axiom key show` prints.",
  },
};

export function Gate({
  kind,
  room,
  state,
  onKey,
}: {
  kind: GateKind;
  room: Room;
  state: RoomState;
  onKey: (key: string) => void;
}) {
  const { look, title, text } = WORDS[kind];
  const why = kind === "frozen" ? `Reason: ${state.status?.frozen?.why ?? "none given"}. ` : "";
  const held = state.status?.held?.length ?? 0;
  return (
    <section className="gate panel" aria-label={title} data-kind={kind}>
      <div className="gate-words" role={look === "red" ? "alert" : "status"}>
        <Hex look={look} />
        <div>
          <h2>{title}</h2>
          <p className="muted">
            <Said>{why + text}</Said>
          </p>
        </div>
      </div>
      {kind === "locked" && (
        <SecretField
          label="Passphrase"
          action="Unlock"
          busy={state.busy}
          mayBeEmpty
          onSecret={(secret) => room.unlock(secret === "" ? null : secret)}
        />
      )}
      {(kind === "no-key" || kind === "key-expired") && (
        <SecretField label="Key" action="Use key" busy={false} onSecret={async (key) => onKey(key.trim())} />
      )}
      {kind === "frozen" && (
        <div className="ways-out">
          <button type="button" className="primary" disabled={state.busy} onClick={() => void room.resume()}>
            Resume
          </button>
          {held > 0 && (
            <button type="button" id="open-god" onClick={() => void room.show("god")}>
              {held === 1 ? "1 run held" : `${held} runs held`} <Key>G</Key>
            </button>
          )}
        </div>
      )}
    </section>
  );
}

interface SecretProps {
  label: string;
  action: string;
  busy: boolean;
  mayBeEmpty?: boolean;
  onSecret: (secret: string) => Promise<unknown>;
}

function SecretField({ label, action, busy, mayBeEmpty = false, onSecret }: SecretProps) {
  const [secret, setSecret] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => input.current?.focus({ preventScroll: true }), []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (secret === "" && !mayBeEmpty) return;
    setSecret("");
    await onSecret(secret);
    input.current?.focus({ preventScroll: true });
  };
  return (
    <form className="secret" onSubmit={submit}>
      <label className="unseen" htmlFor="secret">
        {label}
      </label>
      <input
        ref={input}
        id="secret"
        type="password"
        autoComplete="off"
        placeholder={label}
        value={secret}
        onChange={(event) => setSecret(event.target.value)}
      />
      <button type="submit" className="primary" disabled={busy}>
        {action} <Key>↵</Key>
      </button>
    </form>
  );
}
