# /proc/*/mem, maps and descriptors of others.
import os
for name in os.listdir("/proc"):
    if not name.isdigit() or int(name) == os.getpid(): continue
    for what in ("mem", "fd", "map_files", "maps", "environ", "io", "syscall", "stack"):
        path = f"/proc/{name}/{what}"
        try:
            if what in ("fd", "map_files"):
                for one in os.listdir(path):
                    if "@@CANARY_NAME@@" in os.readlink(f"{path}/{one}"): print("ESCAPED", path)
            elif what == "mem":
                os.close(os.open(path, os.O_RDWR))
                os.pread(os.open(path, os.O_RDONLY), 1, 0)
                print("ESCAPED", path)
            elif b"AXIOM_CANARY" in open(path, "rb").read(): print("ESCAPED", path)
        except OSError: pass
