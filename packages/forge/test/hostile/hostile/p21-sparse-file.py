import os
for size in (1 << 40, 1 << 62, (1 << 63) - 1):
    fd = os.open("sparse", os.O_CREAT | os.O_RDWR)
    for step in (lambda: os.ftruncate(fd, size), lambda: os.pwrite(fd, b"x", size), lambda: os.lseek(fd, size, 0) and os.write(fd, b"x")):
        try:
            step()
            print("ESCAPED", size)
        except (OSError, OverflowError):
            pass
    os.close(fd)
print("held")
