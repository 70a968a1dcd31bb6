n = 0
try:
    while True:
        open(f"f{n}", "w").close()
        n += 1
except OSError as fault:
    print("held", fault.errno)
