/** The command line and the list over it: type a tool's name for its form, or say it in words. */
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from "react";
import { composing, type ListComposer } from "./composer.ts";
import { Hex } from "./hex.tsx";
import { Key } from "./key.tsx";
import { type Choice, ghostOf } from "./launcher.ts";
import type { RoomState } from "./room-state.ts";
import { sentenceOf } from "./sentence.ts";
import type { Room } from "./store.ts";
import type { ToolInfo } from "./wire.ts";

const LIST_ID = "choices";
const choiceId = (at: number) => `choice-${at}`;

export function CommandLine({ room, state, composer }: { room: Room; state: RoomState; composer: ListComposer }) {
  // Before the tools are known a tool's name would pass for words: Enter waits for the list.
  const closed = composer.at < 0 || state.line === "connecting";
  const choices = closed ? [] : composing(composer, state.tools);
  const at = Math.min(composer.at, choices.length - 1);
  const early = useRef<string | null>(null);
  const connecting = state.line === "connecting";
  const take = (choice: Choice | undefined) => {
    if (connecting) early.current = composer.text;
    if (choice?.kind === "tool" && choice.tool.absent === null) room.open(choice.tool);
    else if (choice?.kind === "words") void room.stateIt();
  };
  // An Enter that came before the list is done when the list is there.
  useEffect(() => {
    if (connecting || early.current === null) return;
    const meant = early.current === composer.text;
    early.current = null;
    if (meant) take(choices[at]);
  });
  return (
    <div className="command panel" data-open={choices.length > 0}>
      {choices.length > 0 && <ChoiceList choices={choices} at={at} onTake={take} onPoint={(row) => room.point(row)} />}
      <Prompt {...{ room, state, composer, choices, at, take }} />
      <p className="dock-hint" aria-hidden="true">
        <span>
          <kbd>↓</kbd>tools
        </span>
        <span>
          <kbd>↑</kbd>last card
        </span>
        <span>
          <kbd>Esc</kbd>single keys
        </span>
      </p>
    </div>
  );
}

interface PromptProps {
  room: Room;
  state: RoomState;
  composer: ListComposer;
  choices: readonly Choice[];
  at: number;
  take: (choice: Choice | undefined) => void;
}

function Prompt({ room, state, composer, choices, at, take }: PromptProps) {
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    // A card that waited at once has come up in the same moment, and the keys are for it.
    if (!document.activeElement?.closest(".approval")) input.current?.focus({ preventScroll: true });
  }, []);
  const ghost = ghostOf(composer.text, choices);
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (handlePromptKey(event.key, { room, state, composer, choices, at, ghost, take, input: event.currentTarget }))
      event.preventDefault();
  };
  return (
    <div className="prompt">
      <Hex look={state.busy ? "flying" : "idle"} />
      <div className="prompt-line">
        <input
          ref={input}
          id="command"
          type="text"
          role="combobox"
          aria-label="Command line: a tool's name, or a directive in words"
          aria-expanded={choices.length > 0}
          aria-controls={LIST_ID}
          aria-autocomplete="list"
          aria-activedescendant={choices.length > 0 ? choiceId(at) : undefined}
          placeholder="Type a tool, or say it in words"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={8192}
          dir="auto"
          value={composer.text}
          onChange={(event) => room.type(event.target.value)}
          onKeyDown={onKey}
        />
        {ghost !== "" && (
          <span className="prompt-ghost" aria-hidden="true">
            <span className="prompt-ghost-typed">{composer.text}</span>
            {ghost}
          </span>
        )}
      </div>
      {ghost !== "" && <Key>Tab</Key>}
      <Key>{choices.length > 0 ? "↵" : "↓"}</Key>
    </div>
  );
}

interface KeyContext extends PromptProps {
  ghost: string;
  input: HTMLInputElement;
}

/** True when the key was ours. */
function handlePromptKey(key: string, { room, state, composer, choices, at, ghost, take, input }: KeyContext): boolean {
  switch (key) {
    case "ArrowDown":
      room.point(choices.length === 0 ? 0 : (at + 1) % choices.length);
      return true;
    case "ArrowUp":
      if (choices.length > 0) room.point((at - 1 + choices.length) % choices.length);
      else recall(room, state);
      return true;
    case "Tab":
      if (ghost !== "") room.type(composer.text + ghost);
      return ghost !== "";
    case "Enter":
      take(choices[at]);
      return true;
    case "Escape":
      if (!room.back()) input.blur();
      return true;
    default:
      return false;
  }
}

/** Up on an empty line brings the last thing stated back: its words, or its form filled in. */
function recall(room: Room, state: RoomState): void {
  const last = state.directives[state.order[0] ?? ""];
  if (last === undefined) return;
  if (last.words !== null) room.type(last.words);
  else room.edit(last.id);
}

interface ListProps {
  choices: readonly Choice[];
  at: number;
  onTake: (choice: Choice) => void;
  onPoint: (row: number) => void;
}

function ChoiceList({ choices, at, onTake, onPoint }: ListProps) {
  return (
    <div className="choices" id={LIST_ID} role="listbox" aria-label="Tools">
      {choices.map((choice, row) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the command line, which moves through the list (ARIA combobox).
        <div
          key={choice.kind === "tool" ? choice.tool.name : "words"}
          id={choiceId(row)}
          className="choice"
          role="option"
          tabIndex={-1}
          aria-selected={row === at}
          aria-disabled={choice.kind === "tool" && choice.tool.absent !== null}
          onPointerMove={() => row !== at && onPoint(row)}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onTake(choice)}
        >
          {choice.kind === "tool" ? <ToolRow choice={choice} /> : <WordsRow words={choice.words} />}
        </div>
      ))}
    </div>
  );
}

function ToolRow({ choice }: { choice: Extract<Choice, { kind: "tool" }> }) {
  const { tool } = choice;
  return (
    <>
      <span className="choice-name mono">{tool.name}</span>
      <span className="choice-note">{tool.absent ?? noteOf(tool)}</span>
      <span className="choice-kind">{tool.absent === null ? tool.action : "absent"}</span>
    </>
  );
}

/** What it takes tells tools of one needle apart better than what the needle does. */
const noteOf = (tool: ToolInfo): string => Object.keys(tool.properties).join(", ") || tool.does;

function WordsRow({ words }: { words: string }) {
  return (
    <>
      <span className="choice-name">Say it in words</span>
      <span className="choice-note">{sentenceOf({ card: null, words }).object}</span>
      <span className="choice-kind">directive</span>
    </>
  );
}
