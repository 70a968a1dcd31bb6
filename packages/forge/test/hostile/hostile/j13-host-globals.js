for (const name of ["process", "require", "module", "global", "Buffer", "fetch", "WebAssembly", "Deno", "Bun", "navigator",
  "XMLHttpRequest", "WebSocket", "Worker", "parentPort", "postMessage", "__dirname", "SharedArrayBuffer_", "std", "os", "bjson"])
  if (typeof globalThis[name] !== "undefined") print("ESCAPED", name);
print("held");
