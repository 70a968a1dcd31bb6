/** Unified diffs of text: lines by Myers' algorithm (An O(ND) Difference Algorithm, 1986), three lines of context. */

const CONTEXT_LINES = 3;
/** Beyond this many edits the files have little in common, and the diff is one block out, one block in. */
export const MAX_EDITS = 2000;

type Edit = { op: " " | "-" | "+"; line: string };

const splitLines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** Binary when it is not UTF-8 or holds a NUL. */
export function asText(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Null on either side means that the file is not there. The empty text when nothing differs. */
export function unifiedDiff(path: string, before: Uint8Array | null, after: Uint8Array | null): string {
  if (before && after && Buffer.compare(before, after) === 0) return "";
  const [from, to] = [before ? `a/${path}` : "/dev/null", after ? `b/${path}` : "/dev/null"];
  const head = `--- ${from}\n+++ ${to}\n`;
  const [old, fresh] = [asText(before ?? new Uint8Array(0)), asText(after ?? new Uint8Array(0))];
  if (old === null || fresh === null) return `Binary files ${from} and ${to} differ\n`;
  return head + hunks(edits(splitLines(old), splitLines(fresh)));
}

function edits(a: string[], b: string[]): Edit[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const same = (line: string): Edit => ({ op: " ", line });
  const middleA = a.slice(start, a.length - end);
  const middleB = b.slice(start, b.length - end);
  return [...a.slice(0, start).map(same), ...middle(middleA, middleB), ...a.slice(a.length - end).map(same)];
}

function middle(a: string[], b: string[]): Edit[] {
  const trace = shortest(a, b);
  if (trace) return walkBack(a, b, trace);
  return [...a.map((line): Edit => ({ op: "-", line })), ...b.map((line): Edit => ({ op: "+", line }))];
}

/** The furthest points of each round, or null when more than MAX_EDITS edits are needed. */
function shortest(a: string[], b: string[]): Int32Array[] | null {
  const most = Math.min(a.length + b.length, MAX_EDITS);
  const furthest = new Int32Array(2 * most + 3);
  const trace: Int32Array[] = [];
  for (let d = 0; d <= most; d++) {
    trace.push(furthest.slice(most - d, most + d + 3));
    for (let k = -d; k <= d; k += 2) {
      const at = most + 1 + k;
      const down = k === -d || (k !== d && furthest[at - 1]! < furthest[at + 1]!);
      let x = down ? furthest[at + 1]! : furthest[at - 1]! + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      furthest[at] = x;
      if (x >= a.length && x - k >= b.length) return trace;
    }
  }
  return null;
}

function walkBack(a: string[], b: string[], trace: Int32Array[]): Edit[] {
  const found: Edit[] = [];
  let [x, y] = [a.length, b.length];
  for (let d = trace.length - 1; d >= 0; d--) {
    const round = trace[d]!;
    const furthest = (k: number): number => round[k + d + 1]!;
    const k = x - y;
    const down = k === -d || (k !== d && furthest(k - 1) < furthest(k + 1));
    const fromK = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : furthest(fromK);
    const fromY = d === 0 ? 0 : fromX - fromK;
    while (x > fromX && y > fromY) {
      found.push({ op: " ", line: a[--x]! });
      y--;
    }
    if (d === 0) break;
    found.push(down ? { op: "+", line: b[--y]! } : { op: "-", line: a[--x]! });
  }
  return found.reverse();
}

function hunks(all: Edit[]): string {
  const near = new Set<number>();
  for (const [i, edit] of all.entries())
    if (edit.op !== " ") for (let j = i - CONTEXT_LINES; j <= i + CONTEXT_LINES; j++) near.add(j);
  let text = "";
  let [oldLine, newLine] = [1, 1];
  for (let i = 0; i < all.length; ) {
    if (!near.has(i)) {
      oldLine++;
      newLine++;
      i++;
      continue;
    }
    const from = i;
    while (i < all.length && near.has(i)) i++;
    const part = all.slice(from, i);
    const counts = { old: part.filter((e) => e.op !== "+").length, fresh: part.filter((e) => e.op !== "-").length };
    text += `@@ -${range(oldLine, counts.old)} +${range(newLine, counts.fresh)} @@\n${part.map(printed).join("")}`;
    oldLine += counts.old;
    newLine += counts.fresh;
  }
  return text;
}

/** As diff(1) has it: an empty range names the line before it, and a count of one is left out. */
const range = (line: number, count: number): string =>
  count === 1 ? `${line}` : `${count === 0 ? line - 1 : line},${count}`;

const printed = ({ op, line }: Edit): string =>
  line.endsWith("\n") ? op + line : `${op}${line}\n\\ No newline at end of file\n`;
