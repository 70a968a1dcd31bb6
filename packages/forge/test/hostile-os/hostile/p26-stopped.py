# Stops itself and everybody it can.
import os, signal
for pid in (1, os.getppid(), int("@@CANARY_PID@@"), os.getpid()):
    try: os.kill(pid, signal.SIGSTOP)
    except OSError: pass
