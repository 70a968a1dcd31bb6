# Namespaces by unshare, setns, clone and clone3.

import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"
def call(x86, arm, *args):
    """Result of a system call, or minus its error number."""
    ctypes.set_errno(0)
    result = libc.syscall(x86 if X86 else arm, *args)
    return -ctypes.get_errno() if result == -1 else result

NEW = {"time": 0x80, "mnt": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000, "pid": 0x20000000, "net": 0x40000000}
for name, flag in NEW.items():
    if call(272, 97, flag) >= 0: print("ESCAPED unshare", name)
    # clone takes its low byte as a signal: a time namespace has no flag there.
    child = call(56, 220, flag | 17, 0, 0, 0, 0) if flag > 0xff else -1
    if child == 0: libc._exit(0)
    if child > 0: print("ESCAPED clone", name)
arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
child = call(435, 435, arguments, 88)
if child == 0: libc._exit(0)
if child != -38: print("REACHED clone3", child)
import os
for name in ("user", "pid", "net", "mnt", "ipc", "uts", "cgroup"):
    try:
        fd = os.open("/proc/1/ns/" + name, os.O_RDONLY)
        if call(308, 268, fd, 0) >= 0: print("ESCAPED setns", name)
    except OSError: pass
