let depth = 0;
const f = () => {
  depth++;
  try {
    f();
  } catch {
    return;
  }
};
for (let i = 0; i < 20; i++) f();
print("held", depth > 0);
