/** The command lines of the virtual machine monitor (QEMU). A clone's line must match its template's, device by device. */
import type { CrucibleImage } from "./crucible-image.ts";

export const QEMU = "qemu-system-x86_64";

/** Descriptors that a monitor inherits. */
export const CHANNEL_FD = 3;
export const CONTROL_FD = 4;
/** The memory file; it has no name any more when the monitor starts. */
export const MEMORY_FD = 5;
/** What a clone is restored from. */
export const STATE_IN_FD = 6;
/** The guest's root; handed over open, so that a monitor's user needs no way to it. */
export const ROOT_FD = 7;

/** Guest memory beyond the limit of the program: kernel, agent, a waiting interpreter. */
const BASE_MIB = { python: 64, javascript: 192 };
export type GuestLanguage = keyof typeof BASE_MIB;

const MIB = 1024 * 1024;
const MEMORY_STEP_MIB = 32;

/** Memory of a machine whose programs may use so much. Rounded up, so that few templates serve all limits. */
export function machineBytes(language: GuestLanguage, memory_bytes: number): number {
  const mib = BASE_MIB[language] + memory_bytes / MIB;
  return Math.ceil(mib / MEMORY_STEP_MIB) * MEMORY_STEP_MIB * MIB;
}

export interface Machine {
  readonly image: CrucibleImage;
  readonly language: GuestLanguage;
  readonly ram_bytes: number;
  readonly accelerator: "tcg" | "kvm";
}

/** Timer verification and calibration cost 300 ms and need clocks that the machine does not have. */
const KERNEL_LINE = [
  "quiet",
  "loglevel=0",
  "8250.nr_uarts=0",
  "no_timer_check",
  "lpj=1000000",
  "nohz=off",
  "highres=off",
  "noapictimer",
  "panic=-1",
  // Freed memory is zero, so neither clones nor snapshots carry it, and nothing of one program is left for the next.
  "init_on_free=1",
  // Each interpreter at the same addresses: what was translated for one is there for the next. The machine is the boundary.
  "norandmaps",
  "ro",
];

/** What the template is booted with. The kernel is given here only: a restored machine has it in its memory. */
export function templateLine(machine: Machine): string[] {
  const { image, language } = machine;
  const kernel = [...KERNEL_LINE, ...rootWords(image), "init=/init", `AXIOM_LANGUAGE=${language}`].join(" ");
  const initrd = image.initrd === null ? [] : ["-initrd", image.initrd];
  return [...commonLine(machine), "-kernel", image.kernel, ...initrd, "-append", kernel];
}

export const cloneLine = (machine: Machine): string[] => [...commonLine(machine), "-incoming", "defer"];

const rootWords = ({ manifest }: CrucibleImage): string[] =>
  manifest.initrd === null ? ["root=/dev/vda", "rootfstype=squashfs"] : ["rdinit=/init"];

function commonLine({ image, ram_bytes, accelerator }: Machine): string[] {
  const [bus, type] = image.manifest.machine === "microvm" ? ["device", MICROVM] : ["pci", PC];
  const size = `${ram_bytes / MIB}M`;
  return [
    ...["-M", `${type},memory-backend=m0`],
    ...["-object", `memory-backend-file,id=m0,size=${size},mem-path=/proc/self/fd/${MEMORY_FD},share=on`],
    ...["-accel", accelerator === "tcg" ? "tcg,thread=single,tb-size=64" : "kvm"],
    ...["-cpu", accelerator === "tcg" ? TCG_CPU : "host"],
    ...["-smp", "1", "-m", size],
    // Inside bubblewrap the monitor does not find its firmware by itself.
    ...["-L", "/usr/share/qemu", "-L", "/usr/share/seabios"],
    ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"],
    ...["-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"],
    ...["-chardev", `socket,id=q0,fd=${CONTROL_FD}`, "-mon", "chardev=q0,mode=control"],
    ...["-device", `virtio-serial-${bus}`, "-chardev", `socket,id=c0,fd=${CHANNEL_FD}`],
    ...["-device", "virtserialport,chardev=c0,nr=1"],
    ...["-drive", `if=none,id=root,file=/proc/self/fd/${ROOT_FD},format=raw,readonly=on,file.locking=off`],
    ...["-device", `virtio-blk-${bus},drive=root`],
  ];
}

/** A processor that promises fast string instructions has the guest's kernel copy and clear byte by byte, which TCG does as told. */
const TCG_CPU = "max,erms=off";

/**
 * With ACPI the guest hangs under TCG: it finds no timer to calibrate by. A monitor that crashes takes its guest's memory with it:
 * that is no part of a core dump, which a system may keep on its disk.
 */
const MICROVM = "microvm,dump-guest-core=off,acpi=off,x-option-roms=off,isa-serial=off,rtc=off";
const PC = "pc,dump-guest-core=off,usb=off,vmport=off,smbus=off,hpet=off";
