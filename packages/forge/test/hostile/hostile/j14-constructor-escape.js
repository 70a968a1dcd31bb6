const secrets = ["process", "require", "WebAssembly"];
const roots = [console, console.log, print, fs, fs.readFile, setTimeout, exit, sleep, globalThis];

for (const root of roots)
  for (let proto = root, hops = 0; proto && hops < 10; proto = Object.getPrototypeOf(proto), hops++) {
    const made = proto.constructor;
    for (const secret of secrets) {
      try {
        const found = made?.constructor?.(`return typeof ${secret}`)();
        if (found !== undefined && found !== "undefined") print("ESCAPED", secret, found);
      } catch {}
    }
  }
try {
  (function f() { f.caller.caller.call(); })();
} catch {}
try {
  Error.prepareStackTrace = (_, frames) => { for (const frame of frames) if (frame.getThis?.()) print("ESCAPED frame"); };
  new Error("x").stack;
} catch {}
print("held");
