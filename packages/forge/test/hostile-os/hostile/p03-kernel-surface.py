# Calls that no program needs.

import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"
def call(x86, arm, *args):
    """Result of a system call, or minus its error number."""
    ctypes.set_errno(0)
    result = libc.syscall(x86 if X86 else arm, *args)
    return -ctypes.get_errno() if result == -1 else result

CALLS = {
    "io_uring_setup": (425, 425, 8, ctypes.create_string_buffer(256)),
    "bpf": (321, 280, 0, ctypes.create_string_buffer(128), 128),
    "userfaultfd": (323, 282, 1),
    "perf_event_open": (298, 241, ctypes.create_string_buffer(128), 0, -1, -1, 0),
    "keyctl": (250, 219, 0, -3, 1),
    "add_key": (248, 217, b"user", b"x", b"y", 1, -2),
    "request_key": (249, 218, b"user", b"x", 0, -2),
    "fanotify_init": (300, 262, 0, 0),
    "open_by_handle_at": (304, 265, -1, ctypes.create_string_buffer(64), 0),
    "name_to_handle_at": (303, 264, -100, b"/usr", ctypes.create_string_buffer(256), ctypes.create_string_buffer(8), 0),
    "memfd_secret": (447, 447, 0),
    "init_module": (175, 105, b"", 0, b""),
    "kexec_load": (246, 104, 0, 0, 0, 0),
    "acct": (163, 89, 0),
    "syslog": (103, 116, 10, 0, 0),
    "personality": (135, 92, 0xFFFFFFFF),
    "kcmp": (312, 272, 1, 1, 0, 0, 0),
    "quotactl": (179, 60, 0x800007, 0, 0, 0),
}
for name, (x86, arm, *args) in CALLS.items():
    result = call(x86, arm, *args)
    if result != -1 and result != -38: print("REACHED", name, result)
