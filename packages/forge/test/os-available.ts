/** Whether the os rung can run on this machine; tests that need it skip, with the reason, where it cannot. */
import { osChamber } from "../src/index.ts";

const chamber = osChamber();
const probe = await chamber.probe();
await chamber.close();

export const osMissing: string | null = probe.ready ? null : `needs bubblewrap (apt install bubblewrap): ${probe.why}`;
