sleep(Infinity);
