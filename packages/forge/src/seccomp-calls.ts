/**
 * System calls that no program in a chamber needs and that reach deep into the kernel, with their numbers.
 * Source: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of Linux 6.12.
 */

export const ARCHITECTURES = ["x86_64", "aarch64"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** AUDIT_ARCH_* of include/uapi/linux/audit.h: what the kernel says a call was made for. */
export const AUDIT: Readonly<Record<Architecture, number>> = { x86_64: 0xc000003e, aarch64: 0xc00000b7 };

/** The highest call that these tables know (mseal); a later one is answered with ENOSYS. */
export const LAST_KNOWN_CALL = 462;

/** Numbers by name: `[x86_64, aarch64]`; null where the architecture has no such call. */
type Numbers = readonly [x86_64: number | null, aarch64: number | null];

/** Calls whose arguments decide. */
export const JUDGED_CALLS = {
  clone: [56, 220],
  clone3: [435, 435],
  socket: [41, 198],
  ioctl: [16, 29],
} as const satisfies Record<string, Numbers>;

export const DENIED_CALLS: Readonly<Record<string, Numbers>> = {
  // Namespaces and mounts: whoever cannot make one cannot hide in one.
  unshare: [272, 97],
  setns: [308, 268],
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  statmount: [457, 457],
  listmount: [458, 458],
  // Other processes.
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  process_madvise: [440, 440],
  process_mrelease: [448, 448],
  pidfd_getfd: [438, 438],
  kcmp: [312, 272],
  // Kernel machinery with a record of holes.
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  memfd_secret: [447, 447],
  vmsplice: [278, 75],
  remap_file_pages: [216, 234],
  fanotify_init: [300, 262],
  fanotify_mark: [301, 263],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  lookup_dcookie: [212, 18],
  lsm_get_self_attr: [459, 459],
  lsm_set_self_attr: [460, 460],
  lsm_list_modules: [461, 461],
  map_shadow_stack: [453, 453],
  // Placement of memory.
  mbind: [237, 235],
  set_mempolicy: [238, 237],
  get_mempolicy: [239, 236],
  migrate_pages: [256, 238],
  move_pages: [279, 239],
  set_mempolicy_home_node: [450, 450],
  // The machine itself.
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  create_module: [174, null],
  get_kernel_syms: [177, null],
  query_module: [178, null],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  acct: [163, 89],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  nfsservctl: [180, 42],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  adjtimex: [159, 171],
  clock_adjtime: [305, 266],
  syslog: [103, 116],
  vhangup: [153, 58],
  personality: [135, 92],
  // Left over from other times.
  ioperm: [173, null],
  iopl: [172, null],
  modify_ldt: [154, null],
  uselib: [134, null],
  ustat: [136, null],
  sysfs: [139, null],
  _sysctl: [156, null],
};

/** Memory that belongs to no process and so to no rlimit; denied where no control group counts it. */
export const UNCOUNTED_CALLS: Readonly<Record<string, Numbers>> = {
  shmget: [29, 194],
  memfd_create: [319, 279],
};

/** Numbers of the denied calls of one architecture, ascending. */
export const deniedNumbers = (architecture: Architecture, counted = true): number[] =>
  Object.values(counted ? DENIED_CALLS : { ...DENIED_CALLS, ...UNCOUNTED_CALLS })
    .map((numbers) => numbers[ARCHITECTURES.indexOf(architecture)]!)
    .filter((number): number is number => number !== null)
    .sort((a, b) => a - b);
