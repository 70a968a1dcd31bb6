const wait = (ms) => new Promise((done) => setTimeout(done, ms));
print("first");
await wait(600);
print("second");
