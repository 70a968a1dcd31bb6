/** What is wrong with a value, in our words instead of the schema library's: "must be at least 1, not 0". For `safeParse(value, { error: wording })`. */
import type { z } from "zod";

const SHOWN = 40;
const NO_FIELD = "has no field";
const KINDS: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};
/** What is counted, by kind of value; numbers are not. */
const COUNTED: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ["character", "characters"],
  array: ["entry", "entries"],
};

type Issue = z.core.$ZodRawIssue;

/** Undefined leaves the wording to the library: for what says itself already, as our own refinements do. */
export function wording(issue: Issue): string | undefined {
  const given = shown(issue.input);
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) return "is missing";
      return `must be ${KINDS[issue.expected] ?? issue.expected}, not ${given}`;
    case "too_small":
      return bounded(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum, issue.input);
    case "too_big":
      return bounded(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum, issue.input);
    case "invalid_value":
      return `must be ${listed(issue.values.map(shown))}, not ${given}`;
    case "unrecognized_keys":
      return `${NO_FIELD} ${listed(issue.keys.map(shown))}`;
    case "invalid_union":
      if (issue.input === undefined) return "is missing";
      return `has none of the forms that it can have: ${given}`;
    case "invalid_format":
      return `is not of the form that is wanted: ${given}`;
    default:
      return undefined;
  }
}

function bounded(origin: string, how: string, limit: number | bigint, input: unknown): string {
  const counted = COUNTED[origin];
  if (counted === undefined) return `must be ${how} ${limit}, not ${shown(input)}`;
  const count = (input as { readonly length: number }).length;
  return `must have ${how} ${limit} ${counted[Number(limit) === 1 ? 0 : 1]}, not ${count}`;
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "number" || typeof value === "bigint" ? String(value) : JSON.stringify(value);
  if (text === undefined) return typeof value;
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`;
}

export interface Complaint {
  /** Path of the field, its parts joined by dots; empty when all of it is meant. */
  readonly at: string;
  readonly why: string;
}

/** Reads untrusted JSON; what is wrong first is told in our words, of a union in the form that came furthest. */
export function readShape<T>(schema: z.ZodType<T>, value: unknown): { readonly data: T } | Complaint {
  const read = schema.safeParse(value, { error: wording });
  return read.success ? { data: read.data } : complaintOf(read.error);
}

export function complaintOf(error: z.core.$ZodError): Complaint {
  const { path, message } = deepest(error.issues[0]!);
  return { at: path.map(String).join("."), why: message };
}

/** "limit: must be at least 1, not 0." */
export const complaintText = ({ at, why }: Complaint, whole = ""): string => {
  const where = at === "" ? whole : at;
  return `${where}${where === "" ? "" : ": "}${why}.`;
};

function deepest(issue: z.core.$ZodIssue, path: PropertyKey[] = []): { path: PropertyKey[]; message: string } {
  const here = [...path, ...issue.path];
  const own = { path: here, message: issue.message };
  if (issue.code !== "invalid_union") return own;
  const branches = issue.errors.flatMap((issues) => (issues[0] === undefined ? [] : [deepest(issues[0], here)]));
  const stray = branches.find(({ message }) => message.startsWith(NO_FIELD));
  const furthest = branches.reduce((best, each) => (each.path.length > best.path.length ? each : best), own);
  return furthest === own ? (stray ?? own) : furthest;
}
