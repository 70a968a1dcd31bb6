for (const proto of [Object.prototype, Array.prototype, Function.prototype, String.prototype, Promise.prototype, Error.prototype]) {
  for (const key of ["then", "toString", "valueOf", "status", "exit_code", "kind", "get", "set", "constructor", "length_"])
    try {
      Object.defineProperty(proto, key, { get() { throw new Error("polluted"); }, set() {}, configurable: true });
    } catch {}
}
try { Array.prototype.push = Array.prototype.join = () => { throw 1; }; } catch {}
try { globalThis.JSON = globalThis.Uint8Array = null; } catch {}
print("held");
