/**
 * The other process of the replay bench, on whatever engine runs it: RECORDS.json MODEL.gguf THREADS. Says how many records
 * replay to the same bits, and the first difference of the others.
 */
import { readFileSync } from "node:fs";
import { openWriter } from "./open-writer.ts";
import { type ReplayRecord, rerun } from "./replay-records.ts";

const [file, model, threads] = process.argv.slice(2);
const records = JSON.parse(readFileSync(file!, "utf8")) as ReplayRecord[];
const { same, first } = await rerun(await openWriter(model!, "exact", threads === "2" ? 2 : 1), records);
const difference = first === null ? "" : `; first difference ${first}`;
console.log(`${same} of ${records.length} replay to the same bits${difference}`);
process.exit(same === records.length ? 0 : 1);
