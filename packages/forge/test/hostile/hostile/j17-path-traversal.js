for (const path of ["/etc/passwd", "../../../etc/passwd", "@@SECRET_FILE@@", "@@CANARY_DIR@@", "/proc/self/environ", "/work/../etc/passwd",
  "a/../../b", "\0", "//etc/passwd", "file:///etc/passwd", "/dev/../etc/passwd"]) {
  try {
    print("ESCAPED", path, fs.readFile(path).length);
  } catch {}
  try {
    fs.writeFile(`${path}/x`, "x");
    for (const entry of fs.list()) if (entry.includes("..")) print("ESCAPED wrote", path);
  } catch {}
}
print("held");
