# Asks for descriptors over whatever socket it was given.
import array, socket, os
for fd in range(0, 32):
    try: s = socket.socket(fileno=os.dup(fd))
    except OSError: continue
    print("REACHED socket at", fd)
