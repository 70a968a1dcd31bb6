/** Action cards, sizes and times in words for people. */
import type { ActionCard, DirectiveView, Json } from "./wire.ts";

const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");

export interface Sentence {
  readonly verb: string;
  readonly object: string;
  /** Whether the object is a name to be read letter by letter: a path, a host, a tool. */
  readonly literal: boolean;
}

const literal = (verb: string, object: Json | undefined): Sentence => ({ verb, object: text(object), literal: true });
const plain = (verb: string, object: string): Sentence => ({ verb, object, literal: false });

const near = (place: Json | undefined): string => (text(place) === "" ? "" : ` near ${text(place)}`);

const stops = (legs: Json | undefined): string[] =>
  Array.isArray(legs)
    ? legs.map((leg) => text((leg as { what?: Json } | null)?.what)).filter((what) => what !== "")
    : [];

const SENTENCES: { readonly [tool: string]: (p: ActionCard["parameters"]) => Sentence } = {
  "exec.run": (p) => plain("Run", `${text(p.language)} code`),
  "files.list": (p) => (p.path ? literal("List", p.path) : plain("List", "the workspace")),
  "files.read": (p) => literal("Read", p.path),
  "files.write": (p) => literal("Write", p.path),
  "files.diff": (p) => (p.since ? literal("Show changes since", p.since) : plain("Show", "all changes")),
  "permit.grant": (p) => literal("Permit", p.host),
  "permit.revoke": (p) => literal("Revoke the permit for", p.host),
  "permit.list": () => plain("List", "permits"),
  "guard.freeze": () => plain("Freeze", "the hive"),
  "guard.resume": (p) => plain(p.wipe === true ? "Wipe and resume" : "Resume", "the hive"),
  "guard.status": () => plain("Report", "the hive's state"),
  "lattice.find": (p) => plain("Find", [text(p.what) || "places", near(p.near)].join("")),
  "lattice.plan": (p) => plain("Plan", stops(p.legs).join(", then ") || "a day"),
  "lattice.reserve": (p) => literal("Reserve", p.capability),
  "lattice.cancel": (p) => literal("Cancel the reservation", p.reservation),
  "snapshot.restore": (p) => literal("Restore", p.snapshot),
};

export function sentenceOf(view: Pick<DirectiveView, "card" | "words">): Sentence {
  // Read back from the ledger, which keeps digests: what was said is in its proof, if there is one.
  if (view.card === null) return plain("", view.words ?? "Stated before a restart");
  const known = SENTENCES[view.card.tool];
  return known ? known(view.card.parameters) : literal("Do", view.card.tool);
}

/** 4+4 characters of a digest: enough to tell two apart by eye. */
export const shortHash = (hash: string): string => (hash.length > 8 ? `${hash.slice(0, 4)} ${hash.slice(4, 8)}` : hash);

export function tookText(took_us: number): string {
  if (took_us < 1000) return `${Math.round(took_us)} µs`;
  if (took_us < 1_000_000) return `${(took_us / 1000).toFixed(took_us < 10_000 ? 1 : 0)} ms`;
  return `${(took_us / 1_000_000).toFixed(1)} s`;
}

export function sizeText(size_bytes: number): string {
  if (size_bytes < 1024) return `${size_bytes} B`;
  return size_bytes < 1_048_576
    ? `${(size_bytes / 1024).toFixed(1)} KiB`
    : `${(size_bytes / 1_048_576).toFixed(1)} MiB`;
}

/** Thousands parted by a thin blank: 1 284 031. */
export const countText = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, "\u2009");

/** Wall time of an instant in the reader's zone, 24 hours. */
export function clockText(instant: string, zone?: string): string {
  const time = new Date(instant);
  if (Number.isNaN(time.getTime())) return "";
  return time.toLocaleTimeString("en-GB", zone === undefined ? {} : { timeZone: zone });
}

/** Root hash of a checkpoint (C2SP tlog-checkpoint: third line, base64), shortened; empty when there is none yet. */
export function treeHeadText(checkpoint: string): string {
  const root = checkpoint.split("\n")[2] ?? "";
  try {
    const hex = Array.from(atob(root), (letter) => letter.charCodeAt(0).toString(16).padStart(2, "0")).join("");
    return shortHash(hex);
  } catch {
    return "";
  }
}

/** Any JSON as text for people: a line a field, lists with dashes, no braces. */
export function plainText(value: Json, indent = ""): string {
  if (value === null || typeof value !== "object") return String(value);
  const rows = Array.isArray(value)
    ? value.map((item) => `${indent}- ${plainText(item, `${indent}  `).trimStart()}`)
    : Object.entries(value).map(([name, field]) => `${indent}${name}:${gap(field)}${plainText(field, `${indent}  `)}`);
  return rows.length === 0 ? "none" : rows.join("\n");
}

const gap = (value: Json): string =>
  value !== null && typeof value === "object" && Object.keys(value).length > 0 ? "\n" : " ";
