import os
for path in ("/etc/passwd", "../etc/passwd", "../../../../etc/passwd", "/work/../etc/passwd", "/tmp/../etc/passwd", "@@SECRET_FILE@@",
             "@@CANARY_DIR@@", "/proc/self/maps", "/dev/mem", "//etc/passwd", "/work/./../../etc/passwd"):
    for step in (lambda: open(path).read(), lambda: os.listdir(path), lambda: open(path + "/x", "w"), lambda: os.remove(path)):
        try:
            step()
            print("ESCAPED", path)
        except (OSError, ValueError):
            pass
for step in (lambda: os.symlink("/etc/passwd", "link"), lambda: os.link("/etc/passwd", "hard"), lambda: os.rename("/work", "/elsewhere"),
             lambda: os.rmdir("/work"), lambda: os.mkdir("/new"), lambda: os.chroot("/")):
    try:
        step()
        print("ESCAPED", step)
    except (OSError, AttributeError):
        pass
print("held")
