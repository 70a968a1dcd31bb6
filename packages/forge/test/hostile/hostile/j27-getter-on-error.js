throw {
  get name() { for (let i = 0; i < 10; i++) print("n"); throw new Error("nested"); },
  get message() { throw this; },
  get stack() { throw this; },
};
