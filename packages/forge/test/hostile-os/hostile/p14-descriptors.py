# All descriptors there are.
import os, resource
fds = []
try:
    while len(fds) < 5000: fds.append(os.open("/dev/null", os.O_RDONLY))
    print("ESCAPED")
except OSError: pass
try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))
    print("ESCAPED raised")
except (OSError, ValueError): pass
