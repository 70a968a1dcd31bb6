# Files that are open but have no name any more still count.
import os
hold = []
total = 0
try:
    while True:
        f = open("gone", "wb", buffering=0)
        os.remove("gone")
        total += f.write(b"x" * (1 << 20))
        hold.append(f)
except OSError as fault:
    print("held" if total <= 64 << 20 else "ESCAPED", fault.errno)
