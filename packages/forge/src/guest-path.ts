/** Kept free of other packages: guest threads load it too. */

/** UTF-8 bytes of a whole path, and of one name in it (POSIX PATH_MAX, NAME_MAX). */
export const MAX_PATH_BYTES = 1024;
export const MAX_NAME_BYTES = 255;

const encoder = new TextEncoder();
const size = (text: string): number => encoder.encode(text).length;

/** Says what is wrong with a path that must stay inside its root, or null. Separator is "/". */
export function pathFault(path: string): string | null {
  if (path === "") return "the path is empty";
  if (!path.isWellFormed()) return "the path is not valid Unicode";
  if (path.includes("\0")) return "the path holds a NUL";
  if (path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path) || path.startsWith("\\")) return "the path is absolute";
  if (size(path) > MAX_PATH_BYTES) return `the path is longer than ${MAX_PATH_BYTES} bytes`;
  for (const name of path.split("/")) {
    if (name === "" || name === ".") return "the path has an empty part";
    if (name === "..") return "the path climbs with ..";
    if (size(name) > MAX_NAME_BYTES) return `a part of the path is longer than ${MAX_NAME_BYTES} bytes`;
  }
  return null;
}
