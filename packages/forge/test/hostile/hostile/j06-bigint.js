let n = 3n;
for (;;) n = n * n % (2n ** 200000n) + 1n;
