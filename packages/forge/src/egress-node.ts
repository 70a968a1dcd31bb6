/** The machine's own network: its resolver, its sockets. */
import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import type { EgressNet } from "./egress-port.ts";

export const nodeNet: EgressNet = {
  resolve: async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address),
  connect: (address, port) => connect({ host: address, port }),
};
