import { type Refusal, refuse } from "lop";
import { pathFault } from "./guest-path.ts";

/** Null for a path that is relative, clean and stays inside its root. */
export function checkPath(path: string): Refusal | null {
  const fault = pathFault(path);
  return fault ? refuse("path-outside-workspace", `${JSON.stringify(path.slice(0, 200))}: ${fault}`) : null;
}
