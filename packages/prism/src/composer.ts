/** What the operator is putting together: text in the command line, or a tool's form. */
import { emptyForm, type Faults, type Field, fieldsOf, filledForm, readForm, type Typed } from "./form.ts";
import { type Choice, choicesFor } from "./launcher.ts";
import type { DirectiveView, Stated, ToolInfo } from "./wire.ts";

export interface ListComposer {
  readonly mode: "list";
  readonly text: string;
  /** The highlighted row; -1 while the list is closed. */
  readonly at: number;
}

export interface FormComposer {
  readonly mode: "form";
  readonly tool: ToolInfo;
  readonly fields: readonly Field[];
  readonly typed: Typed;
  readonly faults: Faults;
  /** Id of the waiting directive that this edited card is to replace. */
  readonly replaces: string | null;
}

export type Composer = ListComposer | FormComposer;

export const EMPTY_COMPOSER: ListComposer = { mode: "list", text: "", at: -1 };

export function openForm(tool: ToolInfo, from: DirectiveView | null): FormComposer {
  const fields = fieldsOf(tool);
  const typed = from?.card ? filledForm(fields, from.card.parameters) : emptyForm(fields);
  const replaces = from?.state === "awaiting-approval" ? from.id : null;
  return { mode: "form", tool, fields, typed, faults: {}, replaces };
}

/** What would be sent; `faults` names the fields in the way, `stated: null` means that there is nothing to send. */
export function readComposer(
  composer: Composer,
): { stated: Stated | null; faults: null } | { stated: null; faults: Faults } {
  if (composer.mode === "list") {
    const words = composer.text.trim();
    return { stated: words === "" ? null : { words }, faults: null };
  }
  const { parameters, faults } = readForm(composer.fields, composer.typed);
  if (faults !== null) return { stated: null, faults };
  return { stated: { card: { tool: composer.tool.name, parameters } }, faults: null };
}

export function composing(composer: Composer, tools: readonly ToolInfo[]): readonly Choice[] {
  return composer.mode === "list" ? choicesFor(composer.text, tools) : [];
}
