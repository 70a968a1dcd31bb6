/**
 * The seccomp filter of the os rung, assembled as classic BPF (Documentation/userspace-api/seccomp_filter.rst; BPF machine:
 * McCanne & Jacobson 1993). Pure: bytes out of a table. bubblewrap loads them from a descriptor (`--seccomp`).
 */
import { type Architecture, AUDIT, deniedNumbers, JUDGED_CALLS, LAST_KNOWN_CALL } from "./seccomp-calls.ts";

/** One instruction: `struct sock_filter` of linux/filter.h. */
export interface Instruction {
  readonly code: number;
  /** Instructions to pass over when the test holds, and when it does not. */
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** BPF_MAXINSNS. */
export const MAX_INSTRUCTIONS = 4096;
export const INSTRUCTION_BYTES = 8;

const LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const GREATER = 0x25; // BPF_JMP | BPF_JGT | BPF_K
const ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K

export const ALLOW = 0x7fff0000;
export const KILL_PROCESS = 0x80000000;
const ERRNO = 0x00050000;
export const errno = (code: number): number => ERRNO | code;

const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

/** Offsets in `struct seccomp_data`; low halves of the arguments, on little-endian machines. */
const NUMBER_AT = 0;
const ARCHITECTURE_AT = 4;
const argumentAt = (index: number): number => 16 + 8 * index;

/** CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET of linux/sched.h. */
const CLONE_NEW_ANY = 0x80 | 0x20000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000;
/** AF_UNIX, AF_INET, AF_INET6. */
const SOCKET_FAMILIES = [1, 2, 10];
/** TIOCSTI and TIOCLINUX put words into a terminal as if they were typed. */
const TERMINAL_REQUESTS = [0x5412, 0x541c];
/** Calls of the x32 ABI carry this bit. */
const X32_BIT = 0x40000000;

const load = (at: number): Instruction => ({ code: LOAD, jt: 0, jf: 0, k: at });
const leave = (action: number): Instruction => ({ code: RETURN, jt: 0, jf: 0, k: action >>> 0 });
const when = (code: number, k: number, then: readonly Instruction[]): Instruction[] => [
  { code, jt: 0, jf: then.length, k: k >>> 0 },
  ...then,
];
/** Passes over `rest` when the accumulator equals one of `values`. */
const unlessOneOf = (values: readonly number[], rest: readonly Instruction[]): Instruction[] => [
  ...values.map((k, i) => ({ code: EQUAL, jt: values.length - i - 1 + rest.length, jf: 0, k })),
  ...rest,
];

/**
 * Denies what is in the table with EPERM, so that a library sees what it would see without rights, and goes on.
 * clone3 hides its flags behind a pointer: ENOSYS sends libraries to clone, whose flags are judged.
 * @param counted whether a control group counts the memory of a run.
 */
export function chamberFilter(architecture: Architecture, counted = true): Instruction[] {
  const column = architecture === "x86_64" ? 0 : 1;
  const number = (call: keyof typeof JUDGED_CALLS): number => JUDGED_CALLS[call][column];
  const denied = deniedNumbers(architecture, counted);
  const program = [
    load(ARCHITECTURE_AT),
    ...unlessOneOf([AUDIT[architecture]], [leave(KILL_PROCESS)]),
    load(NUMBER_AT),
    ...(architecture === "x86_64" ? when(ANY_BIT, X32_BIT, [leave(errno(EPERM))]) : []),
    ...when(GREATER, LAST_KNOWN_CALL, [leave(errno(ENOSYS))]),
    ...when(EQUAL, number("clone3"), [leave(errno(ENOSYS))]),
    ...when(EQUAL, number("clone"), [
      load(argumentAt(0)),
      ...when(ANY_BIT, CLONE_NEW_ANY, [leave(errno(EPERM))]),
      leave(ALLOW),
    ]),
    ...when(EQUAL, number("socket"), [
      load(argumentAt(0)),
      ...unlessOneOf(SOCKET_FAMILIES, [leave(errno(EAFNOSUPPORT))]),
      leave(ALLOW),
    ]),
    ...when(EQUAL, number("ioctl"), [
      load(argumentAt(1)),
      ...TERMINAL_REQUESTS.flatMap((request) => when(EQUAL, request, [leave(errno(EPERM))])),
      leave(ALLOW),
    ]),
    ...denied.map((k, i) => ({ code: EQUAL, jt: denied.length - i, jf: 0, k })),
    leave(ALLOW),
    leave(errno(EPERM)),
  ];
  return program;
}

/** As the kernel reads it: code u16, jt u8, jf u8, k u32, little-endian, 8 bytes each. */
export function filterBytes(program: readonly Instruction[]): Uint8Array {
  if (program.length > MAX_INSTRUCTIONS) throw new RangeError(`a filter has at most ${MAX_INSTRUCTIONS} instructions`);
  const bytes = new Uint8Array(program.length * INSTRUCTION_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [i, { code, jt, jf, k }] of program.entries()) {
    if (jt > 255 || jf > 255) throw new RangeError("a jump is too far");
    view.setUint16(i * INSTRUCTION_BYTES, code, true);
    view.setUint8(i * INSTRUCTION_BYTES + 2, jt);
    view.setUint8(i * INSTRUCTION_BYTES + 3, jf);
    view.setUint32(i * INSTRUCTION_BYTES + 4, k, true);
  }
  return bytes;
}

/** What `process.arch` is called here; null when there is no table for it. */
export const architectureOf = (arch: string): Architecture | null =>
  arch === "x64" ? "x86_64" : arch === "arm64" ? "aarch64" : null;
