import { expect, test } from "vitest";
import { RecoveryWindow, WINDOW_BLOCK_ENTRIES } from "../src/recovery-window.ts";

test("a start reads from the first block that holds a live packet, and from every open directive on", () => {
  const window = new RecoveryWindow();
  window.admitted("a", 10, 1000);
  window.admitted("b", 5 * WINDOW_BLOCK_ENTRIES + 3, 2000);
  window.ended("b");
  expect(window.from(500, 9000)).toBe(0);
  expect(window.from(1500, 9000)).toBe(10);
  window.ended("a");
  expect(window.from(1500, 9000)).toBe(5 * WINDOW_BLOCK_ENTRIES);
  expect(window.from(2500, 9000)).toBe(9000);
});

test("a long-lived packet holds the window, whatever came after it", () => {
  const window = new RecoveryWindow();
  window.admitted(null, 0, 1_000_000);
  for (let i = 1; i < 10; i++) window.admitted(null, i * WINDOW_BLOCK_ENTRIES, 10);
  expect(window.from(500, 99_999)).toBe(0);
});
