print(fs.readFile("/dev/stdin").length);
