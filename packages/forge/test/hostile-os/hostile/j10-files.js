// Files of the host by every way that Node has.
const fs = require("node:fs");
for (const path of ["@@SECRET_FILE@@", "@@CANARY_DIR@@/a", "/proc/1/root@@SECRET_FILE@@", "/work/../..@@SECRET_FILE@@", "file://@@SECRET_FILE@@"]) {
  try { fs.readFileSync(path); console.log("ESCAPED", path); } catch {}
  try { fs.writeFileSync(path, "x"); console.log("ESCAPED wrote", path); } catch {}
  try { fs.symlinkSync(path, "/work/l" + Math.random()); } catch {}
}
