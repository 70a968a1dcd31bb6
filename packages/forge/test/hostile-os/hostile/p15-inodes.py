# Empty files without end.
import os
made = 0
try:
    while made < 60000:
        open(f"/work/f{made}", "w").close()
        made += 1
except OSError: pass
