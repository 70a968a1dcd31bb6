/** What the workspace holds after each step of the kill test: always files of one round, never of two. */
import type { WorkspaceChanges } from "../src/index.ts";

export const FILES_A_ROUND = 8;

/** Odd and even rounds have different files as well as different contents, so that steps add, change and remove. */
export function filesOfRound(round: number): Map<string, string> {
  const files = new Map([["round", `${round}`]]);
  for (let i = 0; i < FILES_A_ROUND; i++)
    files.set(i % 2 === 0 ? `kept/${i}` : `only-${round % 2}/deep/${i}`, `${round} `.repeat(2000 + i));
  return files;
}

export function changesOfRound(round: number): WorkspaceChanges {
  const now = filesOfRound(round);
  const gone = [...filesOfRound(round - 1).keys()].filter((path) => round > 1 && !now.has(path));
  return new Map([
    ...gone.map((path): [string, null] => [path, null]),
    ...[...now].map(([path, text]): [string, Uint8Array] => [path, Buffer.from(text)]),
  ]);
}
