# A folder that turns into a link and back while it is looked at, until the end and past it.
import os
os.chdir("/work")
if os.fork() == 0:
    os.setsid()
    while True:
        try:
            os.mkdir("x"); open("x/secret", "w").close(); os.unlink("x/secret"); os.rmdir("x")
            os.symlink("@@CANARY_DIR@@", "x"); os.unlink("x")
        except OSError: pass
