# Sets the clock.
import time
try:
    time.clock_settime(time.CLOCK_REALTIME, time.time())
    print("ESCAPED")
except OSError: pass
