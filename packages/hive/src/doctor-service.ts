/** What the doctor says of a running daemon's rungs, and of units that shut them: his own probes ran outside of both. */
import { readFileSync } from "node:fs";
import { BEING_PROBED } from "forge";
import { isRefusal } from "lop";
import { connectDaemon } from "./connection.ts";
import { readDaemon } from "./daemon-file.ts";
import { type Finding, missing, ok } from "./doctor-finding.ts";
import { unitPath } from "./service.ts";
import { readUnit, type ShutDoor, shutDoors } from "./service-doors.ts";
import type { Terminal } from "./terminal.ts";

/** Rungs that the running daemon has off, with its own reason. */
export async function checkDaemon(terminal: Terminal): Promise<Finding[]> {
  const daemon = readDaemon(terminal.home);
  if (daemon === null) return [];
  const connection = await connectDaemon(terminal);
  if (isRefusal(connection)) return [missing("daemon", connection.why, connection.fix)];
  const status = await connection.client.status();
  await connection.close();
  if (isRefusal(status)) return [missing("daemon", status.why, status.fix)];
  const unit = unitOf(daemon.pid);
  const under = unit === null ? "" : `, under ${unit}`;
  return status.chambers
    .filter(({ ready, why }) => !ready && why !== BEING_PROBED)
    .map(({ rung, why }) =>
      missing(
        "daemon",
        `its rung ${rung} is off${under}: ${why ?? "it did not say why"}`,
        "docs/service.md; then start it again",
      ),
    );
}

/** The service that systemd put a process into (cgroups(7)); null when it is in none. */
function unitOf(pid: number): string | null {
  try {
    return /\/([^/]+\.service)(\/|$)/m.exec(readFileSync(`/proc/${pid}/cgroup`, "utf8"))?.[1] ?? null;
  } catch {
    return null;
  }
}

const FIXES: Readonly<Record<ShutDoor["shuts"], string>> = {
  "os, vm": "axiom service install writes the unit anew; drop-ins are the owner's: docs/service.md",
  caps: "axiom service install writes the unit anew; drop-ins are the owner's: docs/service.md",
  permits: "systemctl edit axiom, with the lines [Service] and IPAddressDeny= (docs/service.md)",
};
const WORDS: Readonly<Record<ShutDoor["shuts"], string>> = {
  "os, vm": "shuts the rungs os and vm",
  caps: "leaves the rung os without caps by the kernel",
  permits: "shuts permits",
};

/** Installed units, for the machine and for the user. */
export function checkUnits(paths: readonly string[] = [unitPath(true), unitPath(false)]): Finding[] {
  return paths.flatMap((path) => {
    const unit = readUnit(path);
    return unit === null ? [] : findingsOf(path, shutDoors(unit));
  });
}

function findingsOf(path: string, doors: readonly ShutDoor[]): Finding[] {
  if (doors.length === 0) return [ok("service", path)];
  const kinds = [...new Set(doors.map(({ shuts }) => shuts))];
  return kinds.map((kind) => {
    const whys = doors.filter(({ shuts }) => shuts === kind).map(({ why }) => why);
    return missing("service", `${path} ${WORDS[kind]}: ${whys.join("; ")}`, FIXES[kind]);
  });
}
