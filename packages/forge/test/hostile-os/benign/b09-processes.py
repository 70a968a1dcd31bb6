import concurrent.futures, subprocess, sqlite3, threading
with concurrent.futures.ThreadPoolExecutor(2) as pool: total = sum(pool.map(lambda n: n * n, range(10)))
print(subprocess.run(["echo", "child"], capture_output=True, text=True).stdout.strip(), total, sqlite3.connect(":memory:").execute("select 6*7").fetchone()[0])
