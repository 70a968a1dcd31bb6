// Recursion through native code: JSON, sort, toString, Proxy, regex replace.
const attempts = [
  () => { const a = []; let b = a; for (let i = 0; i < 1e5; i++) { const c = []; b.push(c); b = c; } JSON.stringify(a); },
  () => { const f = () => [2, 1].sort(f); f(); },
  () => { const o = { toString: () => `${o}` }; `${o}`; },
  () => { let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x; },
  () => { const f = () => "aa".replace(/a/, f); f(); },
  () => { JSON.parse("[".repeat(1e6)); },
  () => { eval("(".repeat(1e5)); },
  () => { new RegExp("(".repeat(1e5) + ")".repeat(1e5)).test("x"); },
];
for (const attempt of attempts) {
  try {
    attempt();
  } catch {
    print("caught");
  }
}
print("held");
