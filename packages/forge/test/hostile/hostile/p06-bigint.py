x = 3
while True:
    x = x * x % (1 << 200000) + 1
