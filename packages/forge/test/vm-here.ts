/** Whether this machine can run the vm rung, and how to make it so. */
import { isRefusal } from "lop";
import { openCrucible } from "../src/crucible-image.ts";
import { hasQemu } from "../src/vm-jail.ts";

/** Null when it can. */
export const vmLacks: string | null = !hasQemu()
  ? "needs qemu-system-x86_64 (apt install qemu-system-x86)"
  : isRefusal(openCrucible())
    ? "needs the guest image (axiom crucible build)"
    : null;
