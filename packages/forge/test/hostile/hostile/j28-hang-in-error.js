class Trap extends Error {
  get message() { for (;;); }
  get name() { for (;;); }
}
throw new Trap();
