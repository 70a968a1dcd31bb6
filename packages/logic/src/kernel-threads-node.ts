/** A second thread for a kernel. It sleeps between steps and never keeps the process alive. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { KernelPost } from "./kernel.ts";
import { KERNEL_MAX_THREADS } from "./kernel-layout.ts";

/** One core stays free for everything else. */
export const defaultThreads = (cores: number = availableParallelism()): number =>
  Math.max(1, Math.min(KERNEL_MAX_THREADS, cores - 1));

/** For `KernelOptions.hire`. */
export function hireThread(post: KernelPost): { dismiss(): void } {
  const worker = new Worker(new URL("./kernel-worker-node.ts", import.meta.url), { workerData: post });
  worker.unref();
  return { dismiss: () => void worker.terminate() };
}
