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

/** The slowest look, at a chamber, takes a second; a machine under load gets its time. */
const LOOK_TIMEOUT_MS = 60_000;

/** A look that never ends is a finding, too. `leave` lets go of what it waits for. */
export async function within(what: string, look: Promise<Finding>, leave?: () => void): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    const why = `no answer within ${LOOK_TIMEOUT_MS / 1000} s`;
    timer = setTimeout(() => {
      leave?.();
      resolve(broken(what, why, "axiom doctor, once the machine is less busy"));
    }, LOOK_TIMEOUT_MS);
  });
  return Promise.race([look, late]).finally(() => clearTimeout(timer));
}
