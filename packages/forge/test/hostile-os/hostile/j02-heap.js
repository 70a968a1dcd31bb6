// Takes the heap.
const kept = [];
for (;;) kept.push(new Array(1e5).fill({}));
