# Takes memory and touches it.
kept = []
while True: kept.append(bytearray(8 << 20))
