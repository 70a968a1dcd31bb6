/** The daemon: the flow, the tools, the HTTP API and the command line. */
export { Hive, LIST_MAX } from "./hive.ts";
export { type HomeKeys, openHive, reopenHive } from "./hive-open.ts";
export * from "./hive-types.ts";
export { readOwn } from "./recovery.ts";
