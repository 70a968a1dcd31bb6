import os
held = 0
try:
    while True:
        os.open("f", os.O_CREAT | os.O_RDWR)
        held += 1
except OSError as fault:
    os.write(1, b"held %d %d\n" % (held, fault.errno))
