/^(a+)+$/.test("a".repeat(40) + "!");
print("not reached");
