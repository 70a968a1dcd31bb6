// Every address that the host listens on.
const net = require("node:net");
const dgram = require("node:dgram");
const port = Number("@@CANARY_PORT@@");
for (const where of [{ port, host: "127.0.0.1" }, { port, host: "::1" }, { path: "@@CANARY_SOCK@@" }, { path: "\0@@CANARY_ABSTRACT@@" }])
  net.connect(where, () => console.log("ESCAPED", JSON.stringify(where))).on("error", () => {});
dgram.createSocket("udp4").on("error", () => {}).send("x", Number("@@CANARY_UDP@@"), "127.0.0.1", () => process.exitCode = 0);
setTimeout(() => process.exit(0), 700);
