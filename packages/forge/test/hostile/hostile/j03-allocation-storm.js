const hold = [];
for (;;) hold.push(new Uint8Array(1 << 20).fill(1));
