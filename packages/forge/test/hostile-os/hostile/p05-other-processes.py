# Memory and descriptors of other processes.

import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"
def call(x86, arm, *args):
    """Result of a system call, or minus its error number."""
    ctypes.set_errno(0)
    result = libc.syscall(x86 if X86 else arm, *args)
    return -ctypes.get_errno() if result == -1 else result

import os
for pid in [int(name) for name in os.listdir("/proc") if name.isdigit()] + [int("@@CANARY_PID@@")]:
    if pid == os.getpid(): continue
    if call(101, 117, 16, pid, 0, 0) >= 0: print("REACHED ptrace", pid)
    buffer = ctypes.create_string_buffer(8)
    vector = (ctypes.c_uint64 * 2)(ctypes.addressof(buffer), 8)
    if call(310, 270, pid, vector, 1, vector, 1, 0) >= 0: print("REACHED process_vm_readv", pid)
    fd = call(434, 434, pid, 0)
    if fd >= 0 and call(438, 438, fd, 0, 0) >= 0: print("REACHED pidfd_getfd", pid)
