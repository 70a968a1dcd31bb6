import os
for name, value in os.environ.items():
    if "@@SECRET@@" in value or name not in ("PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "PYTHONUTF8", "HOME", "TMPDIR", "PWD"):
        print("ESCAPED", name)
for path in ("/proc/self/environ", "/proc/1/environ", "@@SECRET_FILE@@"):
    try:
        print("ESCAPED", open(path).read())
    except OSError:
        pass
print("held")
