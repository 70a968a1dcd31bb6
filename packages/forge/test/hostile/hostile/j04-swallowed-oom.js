const hold = [];
for (;;) {
  try {
    for (;;) hold.push("x".repeat(1 << 16) + hold.length);
  } catch {
    hold.length = 0;
  }
}
