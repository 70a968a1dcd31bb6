"use strict";
// A seeded run draws all chance from its seed; OpenSSL mixes in more, so its generator is passed over.
const { readFileSync } = require("node:fs");

module.exports = function seed(crypto) {
  const key = readFileSync("/run/replay").subarray(16, 48);
  const stream = crypto.createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
  const fill = (view) => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    bytes.set(stream.update(Buffer.alloc(bytes.length)));
    return view;
  };
  const later = (value, call) => (call ? void process.nextTick(call, null, value) : value);
  crypto.randomBytes = (size, call) => later(fill(Buffer.alloc(size)), call);
  crypto.randomFillSync = fill;
  crypto.randomUUID = () => {
    const hex = fill(Buffer.alloc(16)).toString("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  };
  const web = Object.getPrototypeOf(crypto.webcrypto);
  Object.defineProperty(web, "getRandomValues", { value: fill, configurable: true });
  Object.defineProperty(web, "randomUUID", { value: crypto.randomUUID, configurable: true });
};
