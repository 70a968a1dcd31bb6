# Memory that no interpreter counts: maps, memfd, System V.
import ctypes, mmap, os
try:
    fd = os.memfd_create("x")
    os.ftruncate(fd, 1 << 30)
    view = mmap.mmap(fd, 1 << 30)
    for at in range(0, 1 << 30, 4096): view[at] = 1
    print("ESCAPED memfd")
except (OSError, ValueError): pass
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
for _ in range(64):
    shm = libc.shmget(0, 16 << 20, 0o1600)
    if shm < 0: break
    at = libc.shmat(shm, 0, 0)
    if at in (None, 2**64 - 1): break
    ctypes.memset(at, 1, 16 << 20)
else: print("ESCAPED System V")
