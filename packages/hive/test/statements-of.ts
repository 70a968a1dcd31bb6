/** The ledger of a hive in plain words. */
import type { Statement } from "lop";
import { type Hive, readOwn } from "../src/index.ts";

export async function statementsOf(hive: Hive): Promise<Statement[]> {
  const all: Statement[] = [];
  for await (const { entry } of hive.entries()) all.push(readOwn(entry)!);
  return all;
}
