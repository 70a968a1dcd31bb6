try:
    compile("(" * 100000 + ")" * 100000, "x", "eval")
except BaseException as fault:
    print("caught", type(fault).__name__)
try:
    eval("-" * 200000 + "1")
except BaseException as fault:
    print("caught", type(fault).__name__)
