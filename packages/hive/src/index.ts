/** The daemon: the flow, the tools, the HTTP API and the command line. */
export * from "./hive-types.ts";
