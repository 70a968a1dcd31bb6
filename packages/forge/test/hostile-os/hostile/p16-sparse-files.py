# Files that look big, and files without a name.
import os
for size in (1 << 30, 1 << 40, 1 << 50):
    try:
        with open("/work/sparse", "wb") as f: f.truncate(size)
        print("ESCAPED", size)
    except OSError: pass
fd = os.open("/work", os.O_TMPFILE | os.O_RDWR)
total = 0
try:
    while total < (256 << 20): total += os.write(fd, b"x" * (1 << 20))
    print("ESCAPED unnamed", total)
except OSError: pass
