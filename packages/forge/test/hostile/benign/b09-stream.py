import time
print("first")
time.sleep(0.2)
print("second")
