import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ALLOW, chamberFilter, errno, filterBytes, KILL_PROCESS } from "../src/seccomp.ts";
import {
  ARCHITECTURES,
  type Architecture,
  AUDIT,
  DENIED_CALLS,
  deniedNumbers,
  JUDGED_CALLS,
  UNCOUNTED_CALLS,
} from "../src/seccomp-calls.ts";

const EPERM = errno(1);
const ENOSYS = errno(38);

/** Runs the filter's bytes over one `struct seccomp_data`, as the kernel's interpreter does. */
function verdict(bytes: Uint8Array, call: { audit: number; number: number; args?: readonly number[] }): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, call.number, true);
  data.setUint32(4, call.audit, true);
  for (const [i, value] of (call.args ?? []).entries()) data.setBigUint64(16 + 8 * i, BigInt(value), true);
  const view = new DataView(bytes.buffer);
  let a = 0;
  for (let at = 0; at < bytes.length; at += 8) {
    const [code, jt, jf, k] = [
      view.getUint16(at, true),
      view.getUint8(at + 2),
      view.getUint8(at + 3),
      view.getUint32(at + 4, true),
    ];
    if (code === 0x20) a = data.getUint32(k, true);
    else if (code === 0x06) return k;
    else if (code === 0x15) at += 8 * (a === k ? jt : jf);
    else if (code === 0x25) at += 8 * (a > k ? jt : jf);
    else if (code === 0x45) at += 8 * ((a & k) !== 0 ? jt : jf);
    else throw new Error(`instruction ${code} is not known`);
  }
  throw new Error("the filter ran off its end");
}

describe.each(ARCHITECTURES)("%s", (architecture: Architecture) => {
  const bytes = filterBytes(chamberFilter(architecture));
  const audit = AUDIT[architecture];
  const column = ARCHITECTURES.indexOf(architecture);
  const call = (number: number, ...args: number[]): number => verdict(bytes, { audit, number, args });
  const judged = (name: keyof typeof JUDGED_CALLS): number => JUDGED_CALLS[name][column]!;

  test("every denied call answers EPERM, every other known one passes", () => {
    const denied = new Set(deniedNumbers(architecture));
    const special = new Set<number>(Object.values(JUDGED_CALLS).map((numbers) => numbers[column]!));
    for (let number = 0; number <= 462; number++)
      if (!special.has(number)) expect(call(number), String(number)).toBe(denied.has(number) ? EPERM : ALLOW);
    expect(denied.size).toBeGreaterThanOrEqual(65);
  });

  test("memory that no process is charged with is denied where no control group counts it", () => {
    const uncounted = filterBytes(chamberFilter(architecture, false));
    for (const numbers of Object.values(UNCOUNTED_CALLS)) {
      const number = numbers[column]!;
      expect(verdict(uncounted, { audit, number })).toBe(EPERM);
      expect(call(number)).toBe(ALLOW);
    }
  });

  test("calls of another architecture, of x32 and of later kernels", () => {
    for (const other of [
      0x40000003,
      0x40000028,
      ...ARCHITECTURES.filter((one) => one !== architecture).map((one) => AUDIT[one]),
    ])
      expect(verdict(bytes, { audit: other, number: 1 })).toBe(KILL_PROCESS);
    expect(call(463)).toBe(ENOSYS);
    expect(call(0x40000001)).toBe(architecture === "x86_64" ? EPERM : ENOSYS);
    expect(call(0xffffffff)).toBe(architecture === "x86_64" ? EPERM : ENOSYS);
  });

  test("clone makes threads and processes, no namespaces; clone3 is not there", () => {
    expect(call(judged("clone"), 0x3d0f00)).toBe(ALLOW); // what pthread_create asks for
    expect(call(judged("clone"), 0x01200011)).toBe(ALLOW); // what fork asks for
    for (const bit of [0x80, 0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000])
      expect(call(judged("clone"), 0x11 | bit), bit.toString(16)).toBe(EPERM);
    expect(call(judged("clone"), 0x1_1000_0011)).toBe(EPERM); // the upper half is not looked at by the kernel either
    expect(call(judged("clone3"))).toBe(ENOSYS);
  });

  test("sockets of three families", () => {
    for (let family = 0; family < 64; family++)
      expect(call(judged("socket"), family)).toBe([1, 2, 10].includes(family) ? ALLOW : errno(97));
  });

  test("words put into a terminal", () => {
    expect(call(judged("ioctl"), 0, 0x5412)).toBe(EPERM);
    expect(call(judged("ioctl"), 0, 0x541c)).toBe(EPERM);
    expect(call(judged("ioctl"), 0, 0x5401)).toBe(ALLOW);
  });
});

const HEADERS = {
  x86_64: "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
  aarch64: "/usr/include/asm-generic/unistd.h",
};

test.for(ARCHITECTURES)("%s: the numbers are those of the kernel's headers", (architecture, ctx) => {
  const file = HEADERS[architecture];
  if (!existsSync(file)) return ctx.skip("needs kernel headers (apt install linux-libc-dev)");
  const lines = readFileSync(file, "utf8").matchAll(/#define __NR(?:3264)?_(\w+)\s+(\d+)/g);
  const known = new Map([...lines].map(([, name, number]) => [name!, Number(number)]));
  expect(known.size).toBeGreaterThan(250);
  const column = ARCHITECTURES.indexOf(architecture);
  // Headers older than a call do not name it; then there is nothing to hold it against.
  for (const [name, numbers] of Object.entries({ ...DENIED_CALLS, ...JUDGED_CALLS }))
    if (known.has(name)) expect(numbers[column], name).toBe(known.get(name));
});
