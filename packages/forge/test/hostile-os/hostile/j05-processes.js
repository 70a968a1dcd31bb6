// Starts processes without end.
const { spawn } = require("node:child_process");
let started = 0;
for (let n = 0; n < 300; n++) {
  const child = spawn("/bin/sleep", ["3"], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  if (child.pid) started++;
}
if (started > 150) console.log("ESCAPED", started);
setTimeout(() => process.exit(0), 500);
