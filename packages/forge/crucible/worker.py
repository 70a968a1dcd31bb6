"""Waits, booted, for the one program that it will run. Everything that draws chance is left out until then."""
import os
import sys


def serve():
    os.write(1, b"+")
    go = os.read(3, 16)
    os.close(3)
    if not go:
        sys.exit(125)
    os.chdir("/work")
    sys.argv = ["main.py"]
    sys.path[:0] = ["/work"]
    sys.path.append("/usr/lib/python3/dist-packages")
    with open("/run/job/program.js", "rb") as file:
        text = file.read()
    main = type(sys)("__main__")
    main.__dict__.update(__file__="/work/main.py", __builtins__=__builtins__)
    sys.modules["__main__"] = main
    exec(compile(text, "main.py", "exec", dont_inherit=True), main.__dict__)


serve()
