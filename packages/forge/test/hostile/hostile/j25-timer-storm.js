const again = () => {
  setTimeout(again, 0);
  Promise.resolve().then(() => {});
};
for (let i = 0; i < 50; i++) again();
