/**
 * What a JavaScript guest finds: `console`, `print`, `fs` (in memory), `setTimeout`, `exit`. Written in the guest's own
 * language, so that no host object ever enters the guest; the five host functions take and give strings, numbers and
 * ArrayBuffers only. The intrinsics are taken before the program can change them.
 */
export const PRELUDE = `
(function (host) {
  "use strict";
  const G = globalThis;
  const { apply, ownKeys, getPrototypeOf } = Reflect;
  const { freeze, defineProperty } = Object;
  const text = String, isArray = Array.isArray, TypeFault = TypeError, Fault = Error;
  const Bytes = Uint8Array, Dictionary = Map, Distinct = Set;
  const call = (method) => (self, ...args) => apply(method, self, args);
  const join = call(Array.prototype.join), push = call(Array.prototype.push), shift = call(Array.prototype.shift);
  const slice = call(String.prototype.slice), unitAt = call(String.prototype.charCodeAt);
  const stringify = JSON.stringify, sliceBuffer = call(ArrayBuffer.prototype.slice);
  const CHUNK = 16384, DEPTH = 4, ITEMS = 100;

  function show(value, depth, seen) {
    switch (typeof value) {
      case "string": return depth === 0 ? value : stringify(value);
      case "bigint": return text(value) + "n";
      case "symbol": return text(value);
      case "function": return "[function " + (value.name || "(anonymous)") + "]";
      case "object": return value === null ? "null" : showObject(value, depth, seen);
      default: return text(value);
    }
  }
  function showObject(value, depth, seen) {
    if (value instanceof Fault) return text(value) + (value.stack ? "\\n" + value.stack : "");
    if (seen.includes(value)) return "[circular]";
    if (depth >= DEPTH) return isArray(value) ? "[…]" : "{…}";
    const inner = [...seen, value], parts = [];
    if (value instanceof Dictionary) {
      for (const [k, v] of value) push(parts, show(k, depth + 1, inner) + " => " + show(v, depth + 1, inner));
      return "Map { " + join(parts, ", ") + " }";
    }
    if (value instanceof Distinct) {
      for (const v of value) push(parts, show(v, depth + 1, inner));
      return "Set { " + join(parts, ", ") + " }";
    }
    if (value instanceof Date || value instanceof RegExp) return text(value);
    if (isArray(value) || ArrayBuffer.isView(value)) {
      for (let i = 0; i < value.length && i < ITEMS; i++) push(parts, show(value[i], depth + 1, inner));
      if (value.length > ITEMS) push(parts, "… " + (value.length - ITEMS) + " more");
      return "[" + join(parts, ", ") + "]";
    }
    for (const key of ownKeys(value)) {
      if (typeof key !== "string") continue;
      if (parts.length >= ITEMS) { push(parts, "…"); break; }
      push(parts, key + ": " + show(value[key], depth + 1, inner));
    }
    return parts.length ? "{ " + join(parts, ", ") + " }" : "{}";
  }
  function line(values) {
    const parts = [];
    for (let i = 0; i < values.length; i++) {
      try { push(parts, show(values[i], 0, [])); } catch { push(parts, "[unprintable]"); }
    }
    return join(parts, " ") + "\\n";
  }
  /** In pieces, so that a huge string is never copied whole to the host; never between two halves of a letter. */
  function write(stream, whole) {
    for (let at = 0; at < whole.length; ) {
      let end = at + CHUNK;
      const unit = end < whole.length ? unitAt(whole, end - 1) : 0;
      if (unit >= 0xd800 && unit < 0xdc00) end--;
      host.write(stream, slice(whole, at, end));
      at = end;
    }
  }
  const out = (...values) => write(1, line(values));
  const err = (...values) => write(2, line(values));
  const give = (name, value) => defineProperty(G, name, { value, writable: true, configurable: true, enumerable: false });
  give("console", { log: out, info: out, debug: out, error: err, warn: err, trace: err });
  give("print", out);

  const pathOf = (path) => {
    if (typeof path !== "string") throw new TypeFault("a path is a string");
    return path;
  };
  const unwrap = (answer) => {
    if (typeof answer === "string") throw new Fault(answer);
    return answer;
  };
  const bufferOf = (data) => {
    if (data instanceof ArrayBuffer) return data;
    if (ArrayBuffer.isView(data)) return sliceBuffer(data.buffer, data.byteOffset, data.byteOffset + data.byteLength);
    throw new TypeFault("data is a string, an ArrayBuffer or a view of one");
  };
  give("fs", freeze({
    readFile: (path, as) => {
      const answer = host.read(pathOf(path), as === "bytes");
      if (typeof answer === "string" && answer[0] === "!") throw new Fault(slice(answer, 1));
      return typeof answer === "string" ? slice(answer, 1) : new Bytes(answer);
    },
    writeFile: (path, data) => {
      unwrap(typeof data === "string" ? host.writeText(pathOf(path), data) : host.writeBytes(pathOf(path), bufferOf(data)));
    },
    list: (path = "") => {
      const answer = host.list(pathOf(path));
      if (answer[0] === "!") throw new Fault(slice(answer, 1));
      return JSON.parse(answer);
    },
    remove: (path) => { unwrap(host.remove(pathOf(path))); },
  }));
  give("exit", (code = 0) => host.exit(Number(code) | 0));

  const timers = [];
  let nextTimer = 1;
  const later = (repeat) => (callback, delay_ms = 0, ...args) => {
    if (typeof callback !== "function") throw new TypeFault("the callback is a function");
    const wait_ms = delay_ms > 1 ? +delay_ms : 1;
    const timer = { id: nextTimer++, due_ms: host.now() + wait_ms, wait_ms: repeat ? wait_ms : -1, callback, args };
    insert(timer);
    return timer.id;
  };
  function insert(timer) {
    let at = timers.length;
    while (at > 0 && timers[at - 1].due_ms > timer.due_ms) { timers[at] = timers[at - 1]; at--; }
    timers[at] = timer;
  }
  const cancel = (id) => {
    for (let i = 0; i < timers.length; i++)
      if (timers[i].id === id) { for (; i < timers.length - 1; i++) timers[i] = timers[i + 1]; timers.length--; }
  };
  give("setTimeout", later(false));
  give("setInterval", later(true));
  give("clearTimeout", cancel);
  give("clearInterval", cancel);
  give("sleep", (ms) => { host.sleep(Number(ms)); });

  /** Runs the next timer when it is due. Returns how long to sleep until one is, 0 after one ran, -1 when none is left. */
  return () => {
    if (timers.length === 0) return -1;
    const wait_ms = timers[0].due_ms - host.now();
    if (wait_ms > 0) return wait_ms;
    const timer = shift(timers);
    if (timer.wait_ms > 0) { timer.due_ms += timer.wait_ms; insert(timer); }
    apply(timer.callback, undefined, timer.args);
    return 0;
  };
})
`;
