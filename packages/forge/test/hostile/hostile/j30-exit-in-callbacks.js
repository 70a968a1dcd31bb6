const bomb = { toString() { exit(3); }, valueOf() { exit(4); } };
try { print("x" + bomb); } finally { for (;;); }
