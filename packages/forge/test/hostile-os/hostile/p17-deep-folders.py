# Folders in folders in folders, and names that are no text.
import os
os.chdir("/work")
for _ in range(3000):
    try:
        os.mkdir("d")
        os.chdir("d")
    except OSError: break
for name in (b"\xff\xfe", b"new\nline", b"-rf", b"a" * 255, b" ", b"%s%n", b"\x1b[2J"):
    open(b"/work/" + name, "w").close()
