import json, pathlib
data = json.loads(pathlib.Path("in.json").read_text())
pathlib.Path("out").mkdir()
pathlib.Path("out/sum.json").write_text(json.dumps({"sum": sum(data)}))
print(sum(data))
