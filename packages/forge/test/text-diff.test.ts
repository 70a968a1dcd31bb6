import fc from "fast-check";
import { expect, test } from "vitest";
import { asText, unifiedDiff } from "../src/text-diff.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

test("reads as diff -u prints it", () => {
  const before = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";
  const after = "one\ntwo\nthree\nfour\nFIVE\nsix\nseven\neight\nnine";
  expect(unifiedDiff("a.txt", bytes(before), bytes(after))).toBe(`--- a/a.txt
+++ b/a.txt
@@ -2,7 +2,8 @@
 two
 three
 four
-five
+FIVE
 six
 seven
 eight
+nine
\\ No newline at end of file
`);
});

test("added, removed, binary, same", () => {
  expect(unifiedDiff("n", null, bytes("a\nb\n"))).toBe("--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n+a\n+b\n");
  expect(unifiedDiff("n", bytes("a\n"), null)).toBe("--- a/n\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n");
  expect(unifiedDiff("n", bytes("a\0"), bytes("b"))).toBe("Binary files a/n and b/n differ\n");
  expect(unifiedDiff("n", bytes("a"), bytes("a"))).toBe("");
  expect(asText(Uint8Array.of(0xff))).toBeNull();
});

/** Applies a unified diff as patch(1) would, checking every context line. */
function patched(before: string, diff: string): string {
  const old = before.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const out: string[] = [];
  let at = 0;
  for (const line of diff.split("\n").slice(2)) {
    const hunk = /^@@ -(\d+)(?:,(\d+))? /.exec(line);
    if (hunk) {
      const start = Number(hunk[1]) - (hunk[2] === "0" ? 0 : 1);
      while (at < start) out.push(old[at++]!);
    } else if (line.startsWith("\\")) {
      out[out.length - 1] = (out.at(-1) ?? "").replace(/\n$/, "");
    } else if (line.startsWith("+")) out.push(`${line.slice(1)}\n`);
    else if (line !== "") {
      expect(old[at]!.replace(/\n$/, "")).toBe(line.slice(1));
      if (line.startsWith(" ")) out.push(old[at]!);
      at++;
    }
  }
  return [...out, ...old.slice(at)].join("");
}

test("a patch made of it turns the one into the other", () => {
  const line = fc.constantFrom("a", "b", "c", "", "d");
  const text = fc
    .tuple(fc.array(line, { maxLength: 40 }), fc.boolean())
    .map(([lines, end]) => lines.join("\n") + (end ? "\n" : ""));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const diff = unifiedDiff("f", bytes(before), bytes(after));
      // A last line without its newline that is removed would confuse the small patcher, not the diff.
      const marks = (diff.match(/^\\/gm) ?? []).length;
      fc.pre(marks === 0 || (marks === 1 && !before.endsWith("\n") === false));
      if (diff !== "") expect(patched(before, diff)).toBe(after);
      else expect(before).toBe(after);
    }),
    { numRuns: 500 },
  );
});
