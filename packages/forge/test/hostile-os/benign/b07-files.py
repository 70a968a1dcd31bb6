import json
with open("in.json") as f: numbers = json.load(f)
with open("sum.txt", "w") as f: f.write(str(sum(numbers)))
print(sum(numbers))
