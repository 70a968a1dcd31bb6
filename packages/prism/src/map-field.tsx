/** A labelled field of the map's forms, with its hint or what is wrong with it. */
import type { ReactNode } from "react";

export interface Wiring {
  readonly id: string;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string | undefined;
}

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly fault?: string | undefined;
  readonly children: (wiring: Wiring) => ReactNode;
}

export function MapField({ id, label, hint = "", fault, children }: FieldProps) {
  const note = fault ?? hint;
  const noteId = note === "" ? undefined : `${id}-note`;
  return (
    <div className="field" data-fault={fault !== undefined}>
      <div className="field-head">
        <label className="field-label" htmlFor={id}>
          {label}
        </label>
        {note !== "" && (
          <span id={noteId} className="field-note" role={fault === undefined ? undefined : "alert"}>
            {note}
          </span>
        )}
      </div>
      {children({ id, "aria-invalid": fault !== undefined, "aria-describedby": noteId })}
    </div>
  );
}

interface TextProps extends Omit<FieldProps, "children"> {
  readonly value: string;
  readonly onFill: (value: string) => void;
  readonly placeholder?: string;
  readonly list?: string;
  readonly type?: "text" | "datetime-local";
  readonly mode?: "numeric" | undefined;
}

export function MapText({ value, onFill, placeholder, list, type = "text", mode, ...field }: TextProps) {
  return (
    <MapField {...field}>
      {(wiring) => (
        <input
          {...wiring}
          type={type === "text" ? "text" : "datetime-local"}
          inputMode={mode}
          list={list}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          value={value}
          onChange={(event) => onFill(event.target.value)}
        />
      )}
    </MapField>
  );
}
