import os
try:
    os.truncate("sparse", 0)
except OSError:
    pass
with open("sparse", "wb") as f:
    for size in (1 << 40, 1 << 62, (1 << 63) - 1):
        try:
            f.truncate(size)
            print("ESCAPED", size)
        except (OSError, OverflowError):
            pass
        try:
            f.seek(size)
            f.write(b"x")
            f.flush()
            print("ESCAPED", size)
        except (OSError, ValueError, OverflowError):
            f = open("sparse", "wb")
print("held")
