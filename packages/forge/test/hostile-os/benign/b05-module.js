import { createHash } from "node:crypto";
const { value } = await import("./lib/own.mjs");
console.log(createHash("sha256").update(value).digest("hex").slice(0, 8));
