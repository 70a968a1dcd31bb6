import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Row, RowResult } from "./maskbench.ts";

/** Runs rows through the peer; a row that takes longer than the limit costs its thread. */
export async function runPeer(
  rows: readonly Row[],
  limit_s: number,
): Promise<{ results: RowResult[]; times_us: number[] }> {
  const results: RowResult[] = [];
  const times_us: number[] = [];
  let worker: Worker | null = null;
  for (const row of rows) {
    worker ??= await startWorker();
    const result = await ask(worker, row, limit_s);
    if (result === null) {
      await worker.terminate();
      worker = null;
      const none = { validAccepted: 0, valid: 0, invalidRejected: 0, invalid: 0 };
      results.push({
        ...none,
        id: row.id,
        weight: row.weight ?? 1,
        outcome: "time-out",
        why: `${limit_s} s`,
        tested: row.tests.length > 0,
        compile_us: limit_s * 1e6,
      });
      continue;
    }
    results.push(result);
    for (const t of result.times_us) times_us.push(t);
  }
  await worker?.terminate();
  return { results, times_us };
}

async function startWorker(): Promise<Worker> {
  const worker = new Worker(new URL("./peer-worker.ts", import.meta.url));
  await once(worker, "message");
  return worker;
}

function ask(worker: Worker, row: Row, limit_s: number): Promise<(RowResult & { times_us: number[] }) | null> {
  return new Promise((resolve) => {
    const gone = () => end(null);
    const timer = setTimeout(gone, limit_s * 1000);
    const end = (result: (RowResult & { times_us: number[] }) | null) => {
      clearTimeout(timer);
      for (const event of ["error", "exit"]) worker.off(event, gone);
      worker.off("message", end);
      resolve(result);
    };
    worker.on("message", end);
    for (const event of ["error", "exit"]) worker.on(event, gone);
    worker.postMessage(row);
  });
}
