# More threads than are allowed.
import threading, time
n = 0
try:
    while n < 2000:
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
        n += 1
    print("ESCAPED", n)
except RuntimeError: pass
