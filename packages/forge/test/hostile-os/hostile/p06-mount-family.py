# The mount calls, old and new.

import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"
def call(x86, arm, *args):
    """Result of a system call, or minus its error number."""
    ctypes.set_errno(0)
    result = libc.syscall(x86 if X86 else arm, *args)
    return -ctypes.get_errno() if result == -1 else result

for name, result in {
    "mount": call(165, 40, b"none", b"/tmp", b"tmpfs", 0, 0),
    "bind": call(165, 40, b"/", b"/tmp", 0, 4096, 0),
    "umount2": call(166, 39, b"/proc", 2),
    "pivot_root": call(155, 41, b"/tmp", b"/tmp"),
    "chroot": call(161, 51, b"/tmp"),
    "fsopen": call(430, 430, b"tmpfs", 0),
    "open_tree": call(428, 428, -100, b"/", 1),
    "move_mount": call(429, 429, -100, b"/tmp", -100, b"/work", 0),
    "mount_setattr": call(442, 442, -100, b"/", 0, ctypes.create_string_buffer(32), 32),
}.items():
    if result >= 0: print("ESCAPED", name)
    elif result not in (-1, -38): print("REACHED", name, result)
