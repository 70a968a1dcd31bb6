// An expression that never comes to its end.
/^(a+)+$/.test("a".repeat(64) + "!");
