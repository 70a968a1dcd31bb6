for (const name of ["fs", "node:fs", "std", "os", "child_process", "file:///etc/passwd", "data:text/javascript,1", "/etc/passwd",
  "@@SECRET_FILE@@"])
  import(name).then(() => print("ESCAPED", name), () => {});
print("held");
