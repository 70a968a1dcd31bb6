# Users, groups and capabilities.
import ctypes, os
for change in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0]), lambda: os.setresuid(0, 0, 0), lambda: os.setreuid(65534, 0)):
    try:
        change()
        print("ESCAPED")
    except OSError: pass
libc = ctypes.CDLL(None)
header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
if libc.capset(header, data) == 0: print("ESCAPED capset")
if libc.prctl(47, 2, 12, 0, 0) == 0: print("ESCAPED ambient")
if os.getuid() == 0: print("ESCAPED root")
