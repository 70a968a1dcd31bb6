while True:
    hold = []
    try:
        while True:
            hold.append(b"x" * (1 << 16))
    except MemoryError:
        pass
