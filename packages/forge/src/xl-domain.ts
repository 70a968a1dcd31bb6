/** Reads a file of xl's as the domain that it describes. What the model has no place for is refused by name, never passed over. */
import { type Refusal, refuse } from "lop";
import { BOOT, backendTypeOf, type XenCard, type XenDisk, type XenDomain, xenXml } from "./xen-domain.ts";
import { readXl, type XlConfig, type XlValue } from "./xl-text.ts";

/** libvirt's XML of the domain that a file of xl's describes: `axiom forge convert`. */
export function libvirtOfXl(text: string): string | Refusal {
  try {
    const domain = domainOfXl(readXl(text));
    if (!domain.driver) return xenXml(domain);
    return refuseXl("libvirt has no word for a driver domain");
  } catch (fault) {
    if (fault instanceof SyntaxError) return refuseXl(fault.message);
    throw fault;
  }
}

const refuseXl = (why: string): Refusal =>
  refuse("config-invalid", why, "Correct the file; xl.cfg(5) and docs/hypervisors.md say what is known.");

/** What `xl` would start. @throws SyntaxError on a key's value that it refuses or that this model has no place for. */
export function domainOfXl(config: XlConfig): XenDomain {
  const read = new XlReader(config);
  // `builder` is what older files say.
  const builder = read.oneOf("builder", ["hvm", "linux", "generic"], "generic");
  const type = read.oneOf("type", ["pvh", "pv", "hvm"], builder === "hvm" ? "hvm" : "pv");
  const memory_mib = read.number("memory");
  const kernel = read.text("kernel", null);
  const offset_s = read.number("rtc_timeoffset", null);
  const domain: XenDomain = {
    name: read.text("name"),
    uuid: read.text("uuid", ""),
    type,
    memory_mib,
    memory_max_mib: read.number("maxmem", memory_mib),
    vcpus: read.number("vcpus", 1),
    pins: read.list("cpus").map(Number),
    kernel:
      kernel === null
        ? null
        : { path: kernel, initrd: read.text("ramdisk", null), command_line: read.text("cmdline", "") },
    boot: type === "hvm" ? bootOf(read.text("boot", "c")) : null,
    clock: {
      base: read.number("localtime", 0) === 1 ? "localtime" : "utc",
      // Only a machine with a clock of hardware's can be off by something.
      offset_s: type === "hvm" ? (offset_s ?? 0) : offset_s,
    },
    on: {
      poweroff: read.text("on_poweroff", "destroy"),
      reboot: read.text("on_reboot", "restart"),
      crash: read.text("on_crash", "destroy"),
    },
    features: type === "hvm" ? (["acpi", "apic", "pae"] as const).filter((name) => read.number(name, 1) === 1) : [],
    device_model: read.text("device_model_override", read.text("device_model", null)),
    disks: read.list("disk").map(readDisk),
    cards: read.list("vif").map(readCard),
    devices: read.list("pci").map((spec) => spec.split(",")[0]!),
    driver: read.number("driver_domain", 0) === 1,
    channel: read.list("channel").map(readChannel)[0] ?? null,
  };
  for (const [key, harmless] of Object.entries(WITHOUT_EFFECT)) read.only(key, harmless);
  read.end();
  return domain;
}

/** Keys that the model has no place for, with the values under which they change nothing of it. */
const WITHOUT_EFFECT: Readonly<Record<string, readonly (number | string)[]>> = {
  viridian: [0],
  vnc: [0],
  sdl: [0],
  usb: [0],
  hap: [0, 1],
  dm_restrict: [0, 1],
  serial: ["none"],
  parallel: ["none"],
};

function bootOf(letters: string): XenDomain["boot"] {
  const found = Object.entries(BOOT).find(([, letter]) => letter === letters[0]);
  if (found === undefined) throw new SyntaxError(`boot = ${JSON.stringify(letters)} is not known`);
  return found[0] as XenDomain["boot"];
}

/** `a=b,c=d`; a value ends at the next comma. Whoever takes a part takes it out, so that what is left is what was not known. */
class Spec {
  readonly #text: string;
  readonly #parts: Map<string, string>;

  constructor(text: string) {
    this.#text = text;
    const pairs = text.split(",").filter((part) => part.trim() !== "");
    this.#parts = new Map(pairs.map((part) => [part.split("=")[0]!.trim(), part.slice(part.indexOf("=") + 1).trim()]));
  }

  take(key: string): string | null {
    const value = this.#parts.get(key) ?? null;
    this.#parts.delete(key);
    return value;
  }

  need(key: string): string {
    const value = this.take(key);
    if (value === null) throw new SyntaxError(`${JSON.stringify(this.#text)} names no ${key}`);
    return value;
  }

  oneOf<T extends string>(key: string, known: readonly T[], otherwise: T): T {
    return among(key, this.take(key) ?? otherwise, known);
  }

  end(): void {
    for (const key of this.#parts.keys())
      throw new SyntaxError(`${JSON.stringify(this.#text)}: ${key} is not known here`);
  }
}

function among<T extends string>(key: string, value: string, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw new SyntaxError(`${key}: ${JSON.stringify(value)} is not known here`);
  return found;
}

function readDisk(text: string): XenDisk {
  const [, head, path] = /^(.*?)\btarget=(.*)$/s.exec(text) ?? [];
  if (head === undefined || path === undefined) throw new SyntaxError(`disk ${JSON.stringify(text)} names no target`);
  const spec = new Spec(head);
  const disk: XenDisk = {
    path,
    format: spec.oneOf("format", ["raw", "qcow2"], "raw"),
    device: spec.need("vdev"),
    cdrom: spec.oneOf("devtype", ["disk", "cdrom"], "disk") === "cdrom",
    writable: spec.oneOf("access", ["rw", "w", "ro", "r"], "rw").endsWith("w"),
    backend_type: spec.oneOf("backendtype", ["phy", "qdisk"], backendTypeOf(path)),
    backend: spec.take("backend"),
  };
  spec.end();
  return disk;
}

function readCard(text: string): XenCard {
  const spec = new Spec(text);
  const card: XenCard = {
    mac: spec.need("mac").toLowerCase(),
    bridge: spec.take("bridge") ?? "xenbr0",
    script: spec.take("script"),
    model: spec.take("model"),
    backend: spec.take("backend"),
  };
  spec.end();
  return card;
}

function readChannel(text: string): { path: string; name: string } {
  const spec = new Spec(text);
  spec.oneOf("connection", ["socket"], "socket");
  const channel = { path: spec.need("path"), name: spec.need("name") };
  spec.end();
  return channel;
}

class XlReader {
  readonly #left: Map<string, XlValue>;
  constructor(config: XlConfig) {
    this.#left = new Map(config);
  }

  #take(key: string): XlValue | undefined {
    const value = this.#left.get(key);
    this.#left.delete(key);
    return value;
  }

  only(key: string, harmless: readonly (number | string)[]): void {
    const value = this.#take(key);
    if (value !== undefined && !harmless.some((one) => one === value))
      throw new SyntaxError(`${key} = ${JSON.stringify(value)} is not known here`);
  }

  end(): void {
    for (const key of this.#left.keys()) throw new SyntaxError(`${key} is not known here`);
  }

  text(key: string, otherwise?: string): string;
  text(key: string, otherwise: string | null): string | null;
  text(key: string, otherwise?: string | null): string | null {
    const value = this.#take(key) ?? otherwise;
    if (value === null || typeof value === "string") return value;
    throw new SyntaxError(`${key}: a string is wanted`);
  }

  number(key: string, otherwise?: number): number;
  number(key: string, otherwise: null): number | null;
  number(key: string, otherwise?: number | null): number | null {
    const value = this.#take(key) ?? otherwise;
    if (value === null || typeof value === "number") return value;
    throw new SyntaxError(`${key}: a number is wanted`);
  }

  oneOf<T extends string>(key: string, known: readonly T[], otherwise: T): T {
    return among(key, this.text(key, otherwise), known);
  }

  list(key: string): readonly string[] {
    const value = this.#take(key) ?? [];
    if (typeof value === "object") return value;
    throw new SyntaxError(`${key}: a list is wanted`);
  }
}
