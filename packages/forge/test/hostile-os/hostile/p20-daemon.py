# Forks twice, leaves the session and hides its name.
import ctypes, os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(15, b"kworker/0:1", 0, 0, 0)
        ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
        for fd in range(64):
            try: os.close(fd)
            except OSError: pass
        time.sleep(3)
        try: open("@@CANARY_DIR@@/late", "w").close()
        except OSError: pass
        time.sleep(60)
