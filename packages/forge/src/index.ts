export * from "./chamber.ts";
export { checkPath } from "./guest-path.ts";
export { Ladder, type RungReport } from "./ladder.ts";
export { MAX_POOL, MAX_SESSIONS, type WasmOptions, wasmJs, wasmPy } from "./wasm-chamber.ts";
