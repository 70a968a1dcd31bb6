/** The tools by name, for a list or for reading flags: without a hive, whose opening costs a second. */
import type { ToolInfo } from "./hive-types.ts";
import { ToolTable } from "./tool.ts";
import { execTools } from "./tools-exec.ts";
import { filesTools } from "./tools-files.ts";
import { guardTools } from "./tools-guard.ts";
import { latticeTools } from "./tools-lattice.ts";
import { permitTools } from "./tools-permit.ts";

/** Stands where a tool's parts would: a tool that is only listed has none, and running it is our fault. */
const NOTHING = new Proxy({}, { get: (_, name) => nothing(String(name)) }) as never;
const nothing = (name: string) => (): never => {
  throw new TypeError(`${name}: this tool is only listed`);
};

export const listedTools = (): readonly ToolInfo[] =>
  new ToolTable({
    ...execTools(NOTHING),
    ...filesTools(NOTHING),
    ...permitTools(NOTHING),
    ...latticeTools(NOTHING),
    ...guardTools(NOTHING),
  }).all();
