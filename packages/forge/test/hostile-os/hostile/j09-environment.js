// Names and values around it.
const text = JSON.stringify(process.env) + require("node:fs").readFileSync("/proc/self/environ", "latin1");
if (/AXIOM_CANARY/.test(text)) console.log("ESCAPED");
for (const pid of [1, process.ppid]) try { if (require("node:fs").readFileSync(`/proc/${pid}/environ`).length) console.log("ESCAPED environment of", pid); } catch {}
