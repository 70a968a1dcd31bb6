# Looks for the words of the run before.
import ctypes, os
for place in ("/work", "/tmp", "/dev/shm", "/run/axiom", "/var/tmp", "/usr/local", "/opt/node/bin"):
    if os.path.exists(place + "/left-behind"): print("ESCAPED", place)
if ctypes.CDLL(None).shmget(0x4711, 4096, 0) >= 0: print("ESCAPED System V")
