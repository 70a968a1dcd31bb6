/** A plan with one of everything; the paths are of no real host. */
import { isRefusal } from "lop";
import { openCrucible } from "../src/index.ts";

const COMMAND_LINE =
  "quiet loglevel=0 8250.nr_uarts=0 no_timer_check lpj=1000000 nohz=off highres=off noapictimer panic=-1 ro root=/dev/vda rootfstype=squashfs init=/init AXIOM_LANGUAGE=python";

/** With the guest image of this machine where it has one, so that the crucible boots. */
export function examplePlan() {
  const image = openCrucible();
  const built = isRefusal(image) || image.manifest.machine !== "microvm" ? null : image;
  const kernel = { path: built?.kernel ?? "/var/lib/axiom/crucible/vmlinux", command_line: COMMAND_LINE };
  const driver = { path: "/boot/vmlinuz", initrd: "/boot/initrd.img", command_line: "root=/dev/vda ro" };
  return {
    v: 1,
    machines: [
      {
        ...{ role: "crucible", name: "crucible", memory_mib: 96, pins: [1], emulator_pins: [0], kernel },
        disks: [{ path: built?.root ?? "/var/lib/axiom/crucible/root.squashfs" }],
      },
      {
        ...{ role: "driver", name: "net", memory_mib: 256, pins: [0], serves: "network", devices: ["0000:03:00.0"] },
        kernel: driver,
        disks: [{ path: `/var/lib/axiom/net's & <root>, "x".img` }],
      },
      {
        ...{ role: "driver", name: "store", memory_mib: 256, serves: "storage", devices: ["0000:04:00.0"] },
        kernel: driver,
      },
      {
        ...{ role: "agent-harness", name: "harness", memory_mib: 2048, vcpus: 2, network: { driver: "net" } },
        disks: [{ path: "/var/lib/axiom/harness.qcow2", format: "qcow2", writable: true }],
      },
      {
        ...{ role: "agent-harness", name: "served", memory_mib: 1024 },
        disks: [{ path: "/dev/vg/served", writable: true, served_by: "store" }],
      },
    ],
    vagrant: {
      ...{ machine: "harness", box: "debian/bookworm64", box_version: "12.20250126.1" },
      folders: [{ host: ".", guest: "/srv/it's" }],
    },
    bridge: { host: "192.168.121.1", user: "axiom-bridge" },
  };
}
