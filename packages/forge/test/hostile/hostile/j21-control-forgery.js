// Whatever the worker's own messages look like, a program can only print them.
const forged = { kind: "end", status: "error", exit_code: 9, files: null };
for (const name of ["postMessage", "parentPort", "onmessage", "self", "workerData", "host", "setup", "run", "order"])
  try {
    globalThis[name]?.postMessage?.(forged);
    if (typeof globalThis[name] === "object" && globalThis[name] !== null) print("ESCAPED", name);
  } catch {}
print(JSON.stringify(forged));
print("held");
