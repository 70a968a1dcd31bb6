block = b"x" * (1 << 20)
try:
    with open("big", "wb") as f:
        while True:
            f.write(block)
            f.flush()
except OSError as fault:
    print("held", fault.errno)
