/**
 * Our own host for WASI preview 1 (43 functions): files in memory, streams, clocks, chance, sleep. No sockets, no links,
 * no host paths, no environment but the one handed in. A bad pointer or handle is an errno, never a fault of the host.
 */
import { FileFault, type GuestNode } from "./guest-files.ts";
import { GuestExit, type GuestRun } from "./guest-run.ts";
import {
  ALL_RIGHTS,
  CLOCK,
  ERRNO,
  type Errno,
  EVENT,
  FILE_FAULT_ERRNO,
  FILETYPE,
  FSTFLAGS,
  SUBCLOCK_ABSTIME,
} from "./wasi-abi.ts";
import { type Handle, HandleTable, WasiFault } from "./wasi-files.ts";

/** Subscriptions in one poll, and vectors in one read or write. */
const MAX_SUBSCRIPTIONS = 1024;
const MAX_VECTORS = 1024;
const MAX_PATH_BYTES = 4096;

export interface WasiOptions {
  run: GuestRun;
  args: readonly string[];
  env: readonly string[];
  /** The next bytes of standard input, at most `length`; none at its end. May block. */
  stdin: (length: number) => Uint8Array;
}

type Call = (...args: never[]) => Errno;

export class WasiHost {
  readonly #run: GuestRun;
  readonly #options: WasiOptions;
  readonly #handles: HandleTable;
  #memory: WebAssembly.Memory | null = null;
  #view = new DataView(new ArrayBuffer(0));

  constructor(options: WasiOptions) {
    this.#options = options;
    this.#run = options.run;
    this.#handles = new HandleTable(options.run.files);
  }

  set memory(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  get imports(): Record<string, WebAssembly.ImportValue> {
    const calls: Record<string, Call> = {
      ...this.#processCalls(),
      ...this.#handleCalls(),
      ...this.#dataCalls(),
      ...this.#pathCalls(),
      ...this.#waitCalls(),
    };
    return Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, this.#guarded(call)]));
  }

  #guarded(call: Call): (...args: never[]) => Errno {
    return (...args) => {
      this.#run.notePeak(this.#memory!.buffer.byteLength);
      try {
        return call(...args);
      } catch (fault) {
        if (fault instanceof WasiFault) return fault.errno;
        if (fault instanceof FileFault) return FILE_FAULT_ERRNO[fault.code];
        // A pointer past the end of memory: DataView and subarray say so with a RangeError.
        if (fault instanceof RangeError) return ERRNO.fault;
        throw fault;
      }
    };
  }

  #processCalls(): Record<string, Call> {
    const { args, env } = this.#options;
    return {
      args_get: (pointers: number, text: number) => this.#putStrings(args, pointers, text),
      args_sizes_get: (count: number, size: number) => this.#putSizes(args, count, size),
      environ_get: (pointers: number, text: number) => this.#putStrings(env, pointers, text),
      environ_sizes_get: (count: number, size: number) => this.#putSizes(env, count, size),
      proc_exit: (code: number) => {
        throw new GuestExit(code);
      },
      random_get: (at: number, length: number) => {
        this.#run.entropy(this.#bytes(at, length));
        return ERRNO.success;
      },
      clock_res_get: (_clock: number, at: number) => {
        this.#memoryView().setBigUint64(at, 1000n, true);
        return ERRNO.success;
      },
      clock_time_get: (clock: number, _precision: bigint, at: number) => {
        this.#memoryView().setBigUint64(at, this.#time_ns(clock), true);
        return ERRNO.success;
      },
    };
  }

  #handleCalls(): Record<string, Call> {
    const handles = this.#handles;
    const done = (fd: number): Errno => {
      handles.get(fd);
      return ERRNO.success;
    };
    return {
      fd_advise: done,
      fd_datasync: done,
      fd_sync: done,
      fd_fdstat_set_flags: done,
      fd_allocate: () => ERRNO.notsup,
      fd_close: (fd: number) => {
        handles.close(fd);
        return ERRNO.success;
      },
      fd_fdstat_get: (fd: number, at: number) => this.#putHandleStat(handles.get(fd), at),
      fd_filestat_get: (fd: number, at: number) => {
        const handle = handles.get(fd);
        return this.#putStat(handle.kind === "node" ? handle.node : null, at);
      },
      fd_filestat_set_size: (fd: number, size: bigint) => {
        this.#run.files.resize(handles.file(fd).node, Number(size));
        return ERRNO.success;
      },
      fd_filestat_set_times: (fd: number, _atim: bigint, mtim: bigint, flags: number) =>
        this.#setTime(handles.node(fd).node, mtim, flags),
      fd_prestat_get: (fd: number, at: number) => {
        const name = this.#preopen(fd);
        this.#memoryView().setUint32(at, 0, true);
        this.#memoryView().setUint32(at + 4, name.length, true);
        return ERRNO.success;
      },
      fd_prestat_dir_name: (fd: number, at: number, length: number) => {
        const name = this.#preopen(fd);
        if (length < name.length) return ERRNO.nametoolong;
        this.#bytes(at, name.length).set(Buffer.from(name));
        return ERRNO.success;
      },
      fd_seek: (fd: number, offset: bigint, whence: number, at: number) => {
        this.#memoryView().setBigUint64(at, BigInt(handles.seek(fd, offset, whence)), true);
        return ERRNO.success;
      },
      fd_tell: (fd: number, at: number) => {
        this.#memoryView().setBigUint64(at, BigInt(handles.file(fd).position), true);
        return ERRNO.success;
      },
    };
  }

  #dataCalls(): Record<string, Call> {
    const handles = this.#handles;
    return {
      fd_read: (fd: number, vectors: number, count: number, at: number) =>
        this.#forVectors(vectors, count, at, (bytes) => this.#read(handles.get(fd), bytes)),
      fd_write: (fd: number, vectors: number, count: number, at: number) =>
        this.#forVectors(vectors, count, at, (bytes) => this.#write(handles.get(fd), bytes)),
      fd_pread: (fd: number, vectors: number, count: number, offset: bigint, at: number) => {
        const { node } = handles.file(fd);
        let position = Number(offset);
        return this.#forVectors(vectors, count, at, (bytes) => {
          const length = this.#run.files.read(node, position, bytes);
          position += length;
          return length;
        });
      },
      fd_pwrite: (fd: number, vectors: number, count: number, offset: bigint, at: number) => {
        const { node } = handles.file(fd);
        let position = Number(offset);
        return this.#forVectors(vectors, count, at, (bytes) => {
          this.#run.files.write(node, position, bytes);
          position += bytes.length;
          return bytes.length;
        });
      },
      fd_readdir: (fd: number, at: number, length: number, cookie: bigint, used: number) =>
        this.#readFolder(fd, this.#bytes(at, length), Number(cookie), used),
    };
  }

  #pathCalls(): Record<string, Call> {
    const handles = this.#handles;
    const { files } = this.#run;
    return {
      path_open: (
        ...[fd, _follow, path, length, oflags, _rights, _inheriting, fdflags, at]: [
          number,
          number,
          number,
          number,
          number,
          bigint,
          bigint,
          number,
          number,
        ]
      ) => {
        this.#memoryView().setUint32(at, handles.open(fd, this.#path(path, length), oflags, fdflags), true);
        return ERRNO.success;
      },
      path_create_directory: (fd: number, path: number, length: number) => {
        files.makeFolder(handles.folder(fd), this.#path(path, length));
        return ERRNO.success;
      },
      path_remove_directory: (fd: number, path: number, length: number) => {
        files.remove(handles.folder(fd), this.#path(path, length), "folder");
        return ERRNO.success;
      },
      path_unlink_file: (fd: number, path: number, length: number) => {
        files.remove(handles.folder(fd), this.#path(path, length), "file");
        return ERRNO.success;
      },
      path_rename: (fd: number, path: number, length: number, toFd: number, to: number, toLength: number) => {
        files.rename(handles.folder(fd), this.#path(path, length), handles.folder(toFd), this.#path(to, toLength));
        return ERRNO.success;
      },
      path_filestat_get: (fd: number, _follow: number, path: number, length: number, at: number) =>
        this.#putStat(files.find(handles.folder(fd), this.#path(path, length)), at),
      path_filestat_set_times: (
        ...[fd, _follow, path, length, _atim, mtim, flags]: [number, number, number, number, bigint, bigint, number]
      ) => this.#setTime(files.find(handles.folder(fd), this.#path(path, length)), mtim, flags),
      path_link: () => ERRNO.notsup,
      path_symlink: () => ERRNO.notsup,
      path_readlink: () => ERRNO.inval,
    };
  }

  #waitCalls(): Record<string, Call> {
    return {
      sched_yield: () => ERRNO.success,
      poll_oneoff: (subscriptions: number, events: number, count: number, at: number) =>
        this.#poll(subscriptions, events, count, at),
      sock_accept: () => ERRNO.notsup,
      sock_recv: () => ERRNO.notsup,
      sock_send: () => ERRNO.notsup,
      sock_shutdown: () => ERRNO.notsup,
    };
  }

  #read(handle: Handle, into: Uint8Array): number {
    if (handle.kind === "stdin") {
      const bytes = this.#options.stdin(into.length);
      into.set(bytes);
      return bytes.length;
    }
    if (handle.kind !== "node") throw new WasiFault(ERRNO.badf);
    if (handle.node.kind === "folder") throw new WasiFault(ERRNO.isdir);
    const length = this.#run.files.read(handle.node, handle.position, into);
    handle.position += length;
    return length;
  }

  #write(handle: Handle, bytes: Uint8Array): number {
    if (handle.kind === "stdin") throw new WasiFault(ERRNO.badf);
    if (handle.kind !== "node") {
      this.#run.print(handle.kind, bytes);
      return bytes.length;
    }
    if (handle.node.kind === "folder") throw new WasiFault(ERRNO.isdir);
    if (handle.append) handle.position = handle.node.size;
    this.#run.files.write(handle.node, handle.position, bytes);
    handle.position += bytes.length;
    return bytes.length;
  }

  /** Runs `step` over each vector; stops at the first that is not filled. An error after some bytes is a short count. */
  #forVectors(vectors: number, count: number, at: number, step: (bytes: Uint8Array) => number): Errno {
    if (count < 0 || count > MAX_VECTORS) return ERRNO.inval;
    let total = 0;
    for (let i = 0; i < count; i++) {
      const view = this.#memoryView();
      const bytes = this.#bytes(view.getUint32(vectors + 8 * i, true), view.getUint32(vectors + 8 * i + 4, true));
      if (bytes.length === 0) continue;
      try {
        const length = step(bytes);
        total += length;
        if (length < bytes.length) break;
      } catch (fault) {
        if (total === 0 || !(fault instanceof WasiFault || fault instanceof FileFault)) throw fault;
        break;
      }
    }
    this.#memoryView().setUint32(at, total, true);
    return ERRNO.success;
  }

  #readFolder(fd: number, into: Uint8Array, cookie: number, used: number): Errno {
    const folder = this.#handles.folder(fd);
    const self = [
      [".", folder],
      ["..", folder],
    ] as [string, GuestNode][];
    const entries = [...self, ...folder.entries];
    let length = 0;
    for (let i = cookie; i < entries.length && length < into.length; i++) {
      const [name, node] = entries[i]!;
      const entry = folderEntry(i + 1, name, node);
      const part = entry.subarray(0, into.length - length);
      into.set(part, length);
      length += part.length;
    }
    this.#memoryView().setUint32(used, length, true);
    return ERRNO.success;
  }

  /** Streams are always ready; the shortest clock decides how long to sleep when there is nothing else. */
  #poll(subscriptions: number, events: number, count: number, at: number): Errno {
    if (count < 1 || count > MAX_SUBSCRIPTIONS) return ERRNO.inval;
    const asked = Array.from({ length: count }, (_, i) => this.#subscription(subscriptions + 48 * i));
    const streams = asked.filter((one) => one.tag !== EVENT.clock);
    const soonest_ms = Math.min(...asked.map((one) => one.wait_ms));
    if (streams.length === 0) this.#run.sleep(soonest_ms);
    const ready = streams.length > 0 ? streams : asked.filter((one) => one.wait_ms <= soonest_ms);
    const view = this.#memoryView();
    for (const [i, one] of ready.entries()) {
      this.#bytes(events + 32 * i, 32).fill(0);
      view.setBigUint64(events + 32 * i, one.userdata, true);
      view.setUint8(events + 32 * i + 10, one.tag);
    }
    view.setUint32(at, ready.length, true);
    return ERRNO.success;
  }

  #subscription(at: number): { userdata: bigint; tag: number; wait_ms: number } {
    const view = this.#memoryView();
    const tag = view.getUint8(at + 8);
    if (tag > EVENT.fd_write) throw new WasiFault(ERRNO.inval);
    const userdata = view.getBigUint64(at, true);
    if (tag !== EVENT.clock) return { userdata, tag, wait_ms: Number.POSITIVE_INFINITY };
    const timeout_ns = view.getBigUint64(at + 24, true);
    const absolute = (view.getUint16(at + 40, true) & SUBCLOCK_ABSTIME) !== 0;
    const wait_ns = absolute ? timeout_ns - this.#time_ns(view.getUint32(at + 16, true)) : timeout_ns;
    return { userdata, tag, wait_ms: Number(wait_ns) / 1e6 };
  }

  #time_ns(clock: number): bigint {
    return clock === CLOCK.realtime ? BigInt(this.#run.now_ms()) * 1_000_000n : this.#run.monotonic_ns();
  }

  #setTime(node: GuestNode, mtim_ns: bigint, flags: number): Errno {
    if ((flags & FSTFLAGS.mtim) !== 0) node.mtime_ms = Number(mtim_ns / 1_000_000n);
    if ((flags & FSTFLAGS.mtim_now) !== 0) node.mtime_ms = this.#run.now_ms();
    return ERRNO.success;
  }

  #preopen(fd: number): string {
    const handle = this.#handles.get(fd);
    if (handle.kind !== "node" || handle.preopen === null) throw new WasiFault(ERRNO.badf);
    return handle.preopen;
  }

  #putHandleStat(handle: Handle, at: number): Errno {
    this.#bytes(at, 24).fill(0);
    const view = this.#memoryView();
    view.setUint8(at, handle.kind === "node" ? typeOf(handle.node) : FILETYPE.character_device);
    // Streams have the right to seek as well: isatty() takes a device without it for a terminal.
    view.setBigUint64(at + 8, ALL_RIGHTS, true);
    view.setBigUint64(at + 16, ALL_RIGHTS, true);
    return ERRNO.success;
  }

  #putStat(node: GuestNode | null, at: number): Errno {
    this.#bytes(at, 64).fill(0);
    const view = this.#memoryView();
    view.setBigUint64(at + 8, BigInt(node?.ino ?? 0), true);
    view.setUint8(at + 16, node ? typeOf(node) : FILETYPE.character_device);
    view.setBigUint64(at + 24, 1n, true);
    view.setBigUint64(at + 32, BigInt(node?.kind === "file" ? node.size : 0), true);
    const time_ns = BigInt(Math.max(0, node?.mtime_ms ?? 0)) * 1_000_000n;
    for (const field of [40, 48, 56]) view.setBigUint64(at + field, time_ns, true);
    return ERRNO.success;
  }

  #putStrings(texts: readonly string[], pointers: number, text: number): Errno {
    let at = text;
    for (const [i, one] of texts.entries()) {
      const bytes = Buffer.from(`${one}\0`);
      this.#memoryView().setUint32(pointers + 4 * i, at, true);
      this.#bytes(at, bytes.length).set(bytes);
      at += bytes.length;
    }
    return ERRNO.success;
  }

  #putSizes(texts: readonly string[], count: number, size: number): Errno {
    this.#memoryView().setUint32(count, texts.length, true);
    const total = texts.reduce((sum, one) => sum + Buffer.byteLength(one) + 1, 0);
    this.#memoryView().setUint32(size, total, true);
    return ERRNO.success;
  }

  #path(at: number, length: number): string {
    if (length < 0 || length > MAX_PATH_BYTES) throw new WasiFault(ERRNO.nametoolong);
    return Buffer.from(this.#bytes(at, length)).toString("utf8");
  }

  #bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory!.buffer, at >>> 0, length >>> 0);
  }

  /** Growth of the memory detaches the old buffer; the view is made anew then. */
  #memoryView(): DataView {
    if (this.#view.buffer !== this.#memory!.buffer) this.#view = new DataView(this.#memory!.buffer);
    return this.#view;
  }
}

const typeOf = (node: GuestNode): number => (node.kind === "folder" ? FILETYPE.directory : FILETYPE.regular_file);

function folderEntry(next: number, name: string, node: GuestNode): Uint8Array {
  const text = Buffer.from(name);
  const entry = Buffer.alloc(24 + text.length);
  entry.writeBigUInt64LE(BigInt(next), 0);
  entry.writeBigUInt64LE(BigInt(node.ino), 8);
  entry.writeUInt32LE(text.length, 16);
  entry.writeUInt8(typeOf(node), 20);
  entry.set(text, 24);
  return entry;
}
