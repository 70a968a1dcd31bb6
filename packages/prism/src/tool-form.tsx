/** A tool's form, made from its parameter schema. Enter in a line states it; in a longer text Ctrl+Enter does. */
import { type FormEvent, type KeyboardEvent, useLayoutEffect, useRef } from "react";
import type { FormComposer } from "./composer.ts";
import { type Field, isLong } from "./form.ts";
import { Key } from "./key.tsx";
import type { Room } from "./store.ts";

const fieldId = (name: string) => `field-${name}`;

export function ToolForm({ room, composer, busy }: { room: Room; composer: FormComposer; busy: boolean }) {
  const form = useRef<HTMLFormElement>(null);
  // Before the next key can arrive: a fast hand must not type past the form.
  useLayoutEffect(() => focusFirst(form.current, FIRST), []);
  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    if (!(await room.stateIt())) focusFirst(form.current, "[aria-invalid=true]");
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") room.back();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <form
      ref={form}
      className="tool-form panel"
      aria-label={`Action card: ${composer.tool.name}`}
      noValidate
      onSubmit={submit}
      onKeyDown={onKey}
    >
      <header className="form-head">
        <h2 className="mono">{composer.tool.name}</h2>
        <span className="form-kind">{composer.tool.action}</span>
        <button type="button" className="quiet" onClick={() => room.back()}>
          Back <Key>Esc</Key>
        </button>
      </header>
      <div className="fields">
        {composer.fields.length === 0 && <p className="muted">This tool takes no parameters.</p>}
        {composer.fields.map((field) => (
          <FieldRow
            key={field.name}
            field={field}
            value={composer.typed[field.name] ?? ""}
            fault={composer.faults[field.name] ?? ""}
            onFill={(value) => room.fill(field.name, value)}
          />
        ))}
      </div>
      <footer className="form-foot">
        <p className="muted">Signed with your key, judged by policy, proved at the end.</p>
        <button type="submit" className="primary" disabled={busy}>
          State it <Key>{composer.fields.some(isLong) ? "Ctrl ↵" : "↵"}</Key>
        </button>
      </footer>
    </form>
  );
}

function focusFirst(root: HTMLElement | null, selector: string): void {
  const fields = root?.querySelector(".fields");
  (fields?.querySelector<HTMLElement>(selector) ?? root?.querySelector<HTMLElement>("[type=submit]"))?.focus({
    preventScroll: true,
  });
}

/** Of radio buttons the chosen one: that is where Tab would arrive. */
const FIRST = "input:not([type=radio]), input[type=radio]:checked, textarea, select";

interface RowProps {
  field: Field;
  value: string;
  fault: string;
  onFill: (value: string) => void;
}

function FieldRow({ field, value, fault, onFill }: RowProps) {
  const id = fieldId(field.name);
  const note = fault || [field.required ? "" : "optional", field.hint].filter(Boolean).join(", ");
  const wiring = {
    id,
    name: field.name,
    "aria-invalid": fault !== "",
    "aria-required": field.required,
    "aria-describedby": note === "" ? undefined : `${id}-note`,
  };
  return (
    <div className="field" data-long={isLong(field)} data-fault={fault !== ""}>
      <div className="field-head">
        {field.kind === "choice" ? (
          <span id={`${id}-label`} className="field-label">
            {field.label}
          </span>
        ) : (
          <label className="field-label" htmlFor={id}>
            {field.label}
          </label>
        )}
        {note !== "" && (
          <span id={`${id}-note`} className="field-note" role={fault === "" ? undefined : "alert"}>
            {note}
          </span>
        )}
      </div>
      <Control {...{ field, value, onFill, wiring }} />
    </div>
  );
}

interface ControlProps {
  field: Field;
  value: string;
  onFill: (value: string) => void;
  wiring: {
    id: string;
    name: string;
    "aria-invalid": boolean;
    "aria-required": boolean;
    "aria-describedby": string | undefined;
  };
}

/** Few choices that one must make lie open; a menu has room for none at all. */
const SEGMENTS_MAX = 4;

function Control({ field, value, onFill, wiring }: ControlProps) {
  const onChange = (event: { target: { value: string } }) => onFill(event.target.value);
  if (field.kind === "choice")
    return field.required && field.choices.length <= SEGMENTS_MAX ? (
      <Segments {...{ field, value, onFill, wiring }} />
    ) : (
      <Menu {...{ field, value, onFill, wiring }} />
    );
  if (field.kind === "flag")
    return (
      <input
        {...wiring}
        type="checkbox"
        checked={value === "true"}
        onChange={(event) => onFill(event.target.checked ? "true" : "")}
      />
    );
  if (isLong(field))
    return (
      <textarea {...wiring} className="mono" rows={4} spellCheck={false} dir="auto" value={value} onChange={onChange} />
    );
  const mode = field.kind === "number" ? ("decimal" as const) : ("text" as const);
  return (
    <input
      {...wiring}
      type="text"
      inputMode={mode}
      className="mono"
      autoComplete="off"
      spellCheck={false}
      dir="auto"
      value={value}
      onChange={onChange}
    />
  );
}

/** Few choices lie side by side; arrows move between them as between radio buttons, which they are. */
function Segments({ field, value, onFill, wiring }: ControlProps) {
  return (
    <div
      className="segments"
      role="radiogroup"
      aria-labelledby={`${wiring.id}-label`}
      aria-describedby={wiring["aria-describedby"]}
    >
      {field.choices.map((choice) => (
        <label key={choice} className="segment" data-on={choice === value}>
          <input
            type="radio"
            name={field.name}
            value={choice}
            checked={choice === value}
            onChange={() => onFill(choice)}
          />
          <span>{choice}</span>
        </label>
      ))}
    </div>
  );
}

function Menu({ field, value, onFill, wiring }: ControlProps) {
  return (
    <select
      {...wiring}
      aria-labelledby={`${wiring.id}-label`}
      value={value}
      onChange={(event) => onFill(event.target.value)}
    >
      {!field.required && <option value="">not stated</option>}
      {field.choices.map((choice) => (
        <option key={choice} value={choice}>
          {choice.replaceAll("_", " ")}
        </option>
      ))}
    </select>
  );
}
