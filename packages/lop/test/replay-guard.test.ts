import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isRefusal } from "../src/refusal.ts";
import { REPLAY_WINDOW, ReplayGuard } from "../src/replay-guard.ts";

const EXP = 1_000_000;
let nonces = 0;
const fresh = () => String(nonces++);
/** Offers a counter with a nonce of its own; true when it was new. */
function offer(guard: ReplayGuard, ctr: number, { key = "k", sid = "s", chan = "c", nonce = fresh(), exp = EXP } = {}) {
  const refused = guard.check(key, sid, chan, ctr, nonce, exp);
  if (refused === null) guard.accept(key, sid, chan, ctr, nonce, exp);
  return refused === null;
}

describe("a replay guard", () => {
  test("takes each counter once, in any order inside the window", () => {
    const guard = new ReplayGuard();
    for (const ctr of [0, 5, 3, 1024, 4, 1]) expect(offer(guard, ctr), `first ${ctr}`).toBe(true);
    for (const ctr of [5, 3, 1024, 4, 1]) expect(offer(guard, ctr), `again ${ctr}`).toBe(false);
    expect(offer(guard, 0), "over the window's edge").toBe(false);
    expect(offer(guard, 2 ** 53 - 1)).toBe(true);
    expect(offer(guard, 1023), "far behind").toBe(false);
  });

  test("tells keys, sessions and channels apart", () => {
    const guard = new ReplayGuard();
    for (const where of [{}, { key: "k2" }, { sid: "s2" }, { chan: "c2" }]) {
      expect(offer(guard, 7, where)).toBe(true);
      expect(offer(guard, 7, where)).toBe(false);
    }
  });

  test("takes a key's nonce once, also with a new counter and session", () => {
    const guard = new ReplayGuard();
    expect(offer(guard, 1, { nonce: "n" })).toBe(true);
    expect(offer(guard, 2, { nonce: "n", sid: "s2" })).toBe(false);
    expect(offer(guard, 2, { nonce: "n", key: "k2" })).toBe(true);
  });

  test("agrees with a plain set of everything seen", () => {
    const near = fc.integer({ min: 0, max: 3 * REPLAY_WINDOW });
    const far = fc.integer({ min: 0, max: 2 ** 40 });
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 5, arbitrary: near }, { weight: 1, arbitrary: far }), { maxLength: 400 }),
        (list) => {
          const guard = new ReplayGuard();
          const seen = new Set<number>();
          for (const ctr of list) {
            const highest = seen.size === 0 ? -1 : Math.max(...seen);
            const isNew = !seen.has(ctr) && highest - ctr < REPLAY_WINDOW;
            expect(offer(guard, ctr)).toBe(isNew);
            if (isNew) seen.add(ctr);
          }
        },
      ),
    );
  });

  test("forgets what has run out, and does not take it again when the clock is set back", () => {
    const guard = new ReplayGuard();
    expect(offer(guard, 1, { exp: 500, nonce: "n" })).toBe(true);
    guard.forget(499);
    expect(guard.size).toEqual({ windows: 1, nonces: 1 });
    guard.forget(500);
    expect(guard.size).toEqual({ windows: 0, nonces: 0 });
    const refused = guard.check("k", "s", "c", 1, "n", 500);
    expect(isRefusal(refused) && refused.refused).toBe("packet-expired");
    expect(offer(guard, 1, { exp: 501 })).toBe(true);
  });

  test("refuses when full, rather than forget", () => {
    const guard = new ReplayGuard({ windows: 2, nonces: 3 });
    expect(offer(guard, 1, { sid: "a" })).toBe(true);
    expect(offer(guard, 1, { sid: "b" })).toBe(true);
    expect(offer(guard, 1, { sid: "c" })).toBe(false);
    expect(offer(guard, 2, { sid: "b" })).toBe(true);
    expect(offer(guard, 3, { sid: "b" })).toBe(false);
    guard.forget(EXP);
    expect(offer(guard, 3, { sid: "b", exp: EXP + 1 })).toBe(true);
  });

  test("looking does not remember; remembering twice is once", () => {
    const guard = new ReplayGuard();
    expect(guard.check("k", "s", "c", 1, "n", EXP)).toBeNull();
    expect(guard.check("k", "s", "c", 1, "n", EXP)).toBeNull();
    guard.accept("k", "s", "c", 1, "n", EXP);
    guard.accept("k", "s", "c", 1, "n", EXP);
    expect(guard.size).toEqual({ windows: 1, nonces: 1 });
  });
});
