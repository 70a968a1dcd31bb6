import os
depth = 0
try:
    while True:
        os.mkdir("d")
        os.chdir("d")
        depth += 1
except OSError as fault:
    print("held", depth > 3, fault.errno)
