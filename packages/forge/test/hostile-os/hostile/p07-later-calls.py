# Calls that are younger than the filter, and those of other tables.

import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"
def call(x86, arm, *args):
    """Result of a system call, or minus its error number."""
    ctypes.set_errno(0)
    result = libc.syscall(x86 if X86 else arm, *args)
    return -ctypes.get_errno() if result == -1 else result

for number in list(range(463, 600)) + [0x40000000 + 39, 0x40000000 + 101]:
    result = call(number, number, 0, 0, 0, 0, 0, 0)
    if result not in (-38, -1): print("REACHED", number, result)
