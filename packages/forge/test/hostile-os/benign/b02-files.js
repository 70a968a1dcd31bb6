const text = fs.readFile("in.txt");
fs.writeFile("out/result.txt", text.toUpperCase());
print(fs.list("out").join());
