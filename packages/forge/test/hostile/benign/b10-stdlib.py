import csv, datetime, decimal, hashlib, io, random, re, statistics, tempfile, uuid
with tempfile.TemporaryFile() as f:
    f.write(b"x")
print(hashlib.sha256(b"abc").hexdigest()[:8], decimal.Decimal("0.1") * 3, statistics.mean([1, 2, 3]), len(str(uuid.uuid4())))
