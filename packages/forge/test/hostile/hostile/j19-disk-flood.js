const block = new Uint8Array(1 << 20).fill(7);
let made = 0;
try {
  for (;;) fs.writeFile(`f${made++}`, block);
} catch (error) {
  print("held", error.message.startsWith("ENOSPC"));
}
