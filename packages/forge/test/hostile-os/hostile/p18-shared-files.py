# A big file under many names, and modes that shut the collector out.
import os
os.chdir("/work")
with open("a", "wb") as f: f.write(b"x" * (8 << 20))
for n in range(1000): os.link("a", f"b{n}")
open("shut", "w").write("x")
os.chmod("shut", 0)
os.mkdir("closed")
os.chmod("closed", 0)
