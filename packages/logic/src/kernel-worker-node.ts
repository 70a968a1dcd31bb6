/** The program of a hired thread. */
import { workerData } from "node:worker_threads";
import { type KernelPost, serveKernel } from "./kernel.ts";

serveKernel(workerData as KernelPost);
