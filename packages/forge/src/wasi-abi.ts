/** Numbers of WASI preview 1 (snapshot_preview1, typenames.witx), only those in use. */
import type { FileFaultCode } from "./guest-files.ts";

export const ERRNO = {
  success: 0,
  acces: 2,
  again: 6,
  badf: 8,
  exist: 20,
  fault: 21,
  inval: 28,
  io: 29,
  isdir: 31,
  mfile: 33,
  nametoolong: 37,
  noent: 44,
  nospc: 51,
  nosys: 52,
  notdir: 54,
  notempty: 55,
  notsup: 58,
  perm: 63,
  spipe: 70,
  notcapable: 76,
} as const;
export type Errno = (typeof ERRNO)[keyof typeof ERRNO];

export const FILE_FAULT_ERRNO: Record<FileFaultCode, Errno> = {
  EEXIST: ERRNO.exist,
  EINVAL: ERRNO.inval,
  EISDIR: ERRNO.isdir,
  ENAMETOOLONG: ERRNO.nametoolong,
  ENOENT: ERRNO.noent,
  ENOSPC: ERRNO.nospc,
  ENOTDIR: ERRNO.notdir,
  ENOTEMPTY: ERRNO.notempty,
  ESCAPE: ERRNO.notcapable,
};

export const FILETYPE = { character_device: 2, directory: 3, regular_file: 4 } as const;
export const OFLAGS = { creat: 1, directory: 2, excl: 4, trunc: 8 } as const;
export const FDFLAGS = { append: 1 } as const;
export const CLOCK = { realtime: 0 } as const;
export const WHENCE = { set: 0, cur: 1, end: 2 } as const;
export const EVENT = { clock: 0, fd_read: 1, fd_write: 2 } as const;
export const SUBCLOCK_ABSTIME = 1;
export const FSTFLAGS = { mtim: 4, mtim_now: 8 } as const;
/** Every right: there is nothing behind a handle that a guest could be kept from by rights. */
export const ALL_RIGHTS = 0x1fffffffn;
