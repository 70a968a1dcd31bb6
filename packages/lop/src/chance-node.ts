import { randomBytes } from "node:crypto";
import type { Chance } from "./chance.ts";

export const nodeChance: Chance = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
};
