// Where the threads of one step meet. Memory at `meeting`: [arrived][generation], int32 each.

/** Looks at the generation this often before sleeping: a few microseconds. */
const SPINS: i32 = 2_000;
/** A thread that has not come by then is dead: trap, which the host reports. */
const PATIENCE_NS: i64 = 10_000_000_000;

/** Returns when all threads have called it. What one wrote before, all see after. */
export function meet(meeting: usize, threads: i32): void {
  if (threads === 1) return;
  const generation = atomic.load<i32>(meeting, 4);
  if (atomic.add<i32>(meeting, 1) === threads - 1) {
    atomic.store<i32>(meeting, 0);
    atomic.add<i32>(meeting, 1, 4);
    atomic.notify(meeting + 4, threads);
    return;
  }
  for (let i = 0; i < SPINS; i++) if (atomic.load<i32>(meeting, 4) !== generation) return;
  while (atomic.load<i32>(meeting, 4) === generation)
    if (atomic.wait<i32>(meeting + 4, generation, PATIENCE_NS) === AtomicWaitResult.TIMED_OUT) unreachable();
}
