// Signals to everybody.
for (const pid of [Number("@@CANARY_PID@@"), 1, process.ppid, -1])
  for (const signal of ["SIGSTOP", "SIGKILL"]) if (pid !== -1 || signal === "SIGKILL") try { process.kill(pid, signal); } catch {}
