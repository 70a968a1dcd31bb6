/** One thing that the doctor looked at. */
export interface Finding {
  readonly what: string;
  /** `ok`; `missing`: something that makes the hive better is not there; `broken`: it does not work so. */
  readonly state: "ok" | "missing" | "broken";
  readonly detail: string;
  /** The command, or the sentence, that mends it; null when nothing is wrong. */
  readonly fix: string | null;
}

export const ok = (what: string, detail: string): Finding => ({ what, state: "ok", detail, fix: null });
export const missing = (what: string, detail: string, fix: string): Finding => ({
  what,
  state: "missing",
  detail,
  fix,
});
export const broken = (what: string, detail: string, fix: string): Finding => ({ what, state: "broken", detail, fix });
