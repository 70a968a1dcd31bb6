print("x".repeat(8 << 20));
