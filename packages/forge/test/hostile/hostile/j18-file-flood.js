let made = 0;
try {
  for (;;) fs.writeFile(`f${made++}`, "x");
} catch (error) {
  print("held", error.message.startsWith("ENOSPC"), made < 100000);
}
