// Prints more than is taken.
const line = "x".repeat(1 << 16);
for (;;) require("node:fs").writeSync(1, line);
