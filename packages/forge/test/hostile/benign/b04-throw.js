print("before");
throw new RangeError("too far");
