"""Code, SQL and file contents that look real."""

from random import Random

from .grammar import Piece, define, lines, split, text_of
from .words_web import NAMES, STEMS

VARS = "x y n i k a b s t xs ys data items rows total count value result name text line words nums values price score temp user key item msg out buf".split()


def num(r: Random) -> str:
    return str(r.choice([r.randint(0, 12), r.randint(0, 100), r.randint(0, 5000), 2 ** r.randint(1, 20)]))


def nums(r: Random) -> str:
    return ", ".join(str(r.randint(0, r.choice([9, 50, 999]))) for _ in range(r.randint(2, 7)))


def strings(r: Random, mark: str) -> str:
    return ", ".join(f"{mark}{r.choice(NAMES)}{mark}" for _ in range(r.randint(2, 4)))


def literal(r: Random) -> str:
    return r.choice(
        [
            r.choice(NAMES),
            f"{r.choice(NAMES)} {r.choice(NAMES)}",
            "hello",
            "hello world",
            "héllo",
            "über",
            "abc",
            "done",
            "a,b,c",
            "2031-04-01",
            "naïve café",
            text_of(r, "order") if r.random() < 0.3 else "ok",
        ]
    )


define(
    v=VARS,
    n=num,
    ns=nums,
    fn=split("f|g|main|run|fib|solve|total|mean|check|area|square|add|double|greet|parse|count|gcd|is_prime|step|walk|load"),
    sname=STEMS,
    lit=literal,
    pystr=lambda r: strings(r, "'"),
    jsstr=lambda r: strings(r, '"'),
    pymod=split(
        """math|random|statistics|itertools|functools|collections|json|re|datetime|os|sys|string|decimal|fractions|hashlib|base64|time|textwrap|uuid|platform"""
    ),
)

PY_LINES = lines("""print‹{n} * {n}›
print‹{n} ** {n}›
print‹sum‹range‹1, {n}›››
print‹sum‹[{ns}]››
print‹len‹'{lit}'››
print‹sorted‹[{ns}]››
print‹'{lit}'.upper‹››
print‹'{lit}'[::-1]›
print‹"{lit}"›
print‹'{lit}'.split‹‹'a'›››
print‹max‹[{ns}]› - min‹[{ns}]››
print‹[x * {n} for x in range‹{n}›]›
print‹[{v} for {v} in [{ns}] if {v} % 2 == 0]›
print‹«x: x**2 for x in range‹{n}›»›
print‹set‹[{ns}]››
print‹{n} / {n}›
print‹{n} % {n}, {n} // {n}›
print‹' '.join‹[{pystr}]››
print‹hex‹{n}›, bin‹{n}››
print‹type‹{n} / 2››
print‹round‹{n} / 7, 3››
print‹any‹x > {n} for x in [{ns}]››
import {pymod}; print‹dir‹{pymod}››
import math; print‹math.factorial‹{n}››
import math; print‹math.sqrt‹{n}››
from math import pi; print‹pi * {n} ** 2›
from statistics import mean; print‹mean‹[{ns}]››
import statistics; print‹statistics.stdev‹[{ns}]››
import datetime; print‹datetime.date.today‹››
from datetime import date; print‹date‹2031, 5, {n}›.weekday‹››
import sys; print‹sys.version›
import os; print‹os.listdir‹'.'››
import json; print‹json.dumps‹«'{v}': [{ns}]»››
from collections import Counter; print‹Counter‹'{lit}'››
import random; random.seed‹{n}›; print‹random.random‹››
from itertools import permutations; print‹list‹permutations‹'abc'›››
import hashlib; print‹hashlib.sha256‹b'{lit}'›.hexdigest‹››
import time; time.sleep‹{n}›; print‹'{lit}'›
import re; print‹re.findall‹r'\\d+', '{lit} {n}'››
{v} = {n}; {w} = {n}; print‹{v} + {w}›
{v} = [{ns}]; print‹{v}[::-1]›
{v} = [{ns}]; print‹sum‹{v}› / len‹{v}››
{v} = '{lit}'; print‹{v} * 3›
for {v} in range‹{n}›: print‹{v}›
for i in range‹3›: print‹'{lit}'›
[print‹i› for i in range‹{n}›]
assert {n} == {n}
import this
{n} ** {n}
{n} * {n} + {n}
{n} / {n}
2**{n}
sum‹[{ns}]›
sorted‹[{ns}]›
'{lit}' * 3
'{lit}'.title‹›
len‹"{lit}"›
max‹{ns}›
list‹range‹{n}››
print‹{n}+{n}›
print‹'a' in '{lit}'›
str‹{n}›[::-1]
"{lit}".count‹"a"›
open‹'{sname}.txt'›.read‹›
print‹open‹'data/{sname}.csv'›.readline‹››
print‹f"«{n} + {n}»"›
print‹list‹zip‹[{ns}], 'abc'›››
print‹ord‹'é'›, chr‹{n}››
print‹b'{lit}'.hex‹››
print‹list‹map‹lambda {v}: {v} + {n}, [{ns}]›››
print‹pow‹{n}, {n}, {n}››
print‹divmod‹{n}, {n}››
lambda {v}: {v} * {n}
sum‹i*i for i in range‹{n}››
len‹'{lit}'›""")

PY_BLOCKS = [
    "def {fn}‹{v}›:\n    return {v} * {n}\n\nprint‹{fn}‹{n}››",
    "def {fn}‹n›:\n    if n < 2:\n        return n\n    return {fn}‹n - 1› + {fn}‹n - 2›\nprint‹{fn}‹{n}››",
    "for i in range‹{n}›:\n    if i % {n} == 0:\n        print‹i›",
    "import {pymod}\n\nprint‹{pymod}.__name__›",
    "{v} = [{ns}]\n{v}.sort‹›\nprint‹{v}›",
    "total = 0\nfor {v} in [{ns}]:\n    total += {v}\nprint‹total›",
    "with open‹'{sname}.txt'› as f:\n    for line in f:\n        print‹line.strip‹››",
    "import csv\nwith open‹'data/{sname}.csv'› as f:\n    rows = list‹csv.reader‹f››\nprint‹len‹rows››",
    "# {cmt}\n{v} = {n}\nprint‹{v} ** 2›",
    "from collections import Counter\nwords = '{lit}'.split‹›\nprint‹Counter‹words›.most_common‹3››",
    "class Point:\n    def __init__‹self, x, y›:\n        self.x, self.y = x, y\n\np = Point‹{n}, {n}›\nprint‹p.x + p.y›",
    "n = {n}\nwhile n > 1:\n    n = n // 2 if n % 2 == 0 else 3 * n + 1\n    print‹n›",
    "try:\n    print‹{n} / 0›\nexcept ZeroDivisionError as e:\n    print‹'{lit}', e›",
    "import random\nrandom.seed‹{n}›\nxs = [random.randint‹1, 6› for _ in range‹{n}›]\nprint‹sum‹xs›, max‹xs››",
    "# {cmt}\nprint‹'{lit}'›",
    "def is_prime‹n›:\n    return n > 1 and all‹n % d for d in range‹2, int‹n ** .5› + 1››\n\nprint‹[n for n in range‹{n}› if is_prime‹n›]›",
    's = "{lit}"\nprint‹s[::-1]›\nprint‹len‹s››',
    "data = «'{v}': {n}, '{w}': {n}»\nfor k, v in data.items‹›:\n    print‹k, v›",
    "import math\nr = {n}\nprint‹math.pi * r * r›",
    "x = {n}\ny = {n}\nx, y = y, x\nprint‹x, y›",
    "import time\nstart = time.time‹›\nsum‹range‹10**{n}››\nprint‹time.time‹› - start›",
]

JS_LINES = lines("""console.log‹{n} * {n}›
console.log‹[{ns}].sort‹‹a, b› => a - b››
console.log‹[{ns}].map‹x => x * {n}››
console.log‹[{ns}].filter‹x => x % 2››
console.log‹[{ns}].reduce‹‹a, b› => a + b, 0››
console.log‹"{lit}".length›
console.log‹'{lit}'.toUpperCase‹››
console.log‹`{lit}`.split‹''›.reverse‹›.join‹''››
console.log‹typeof {v}›
console.log‹typeof NaN, typeof []›
console.log‹0.1 + 0.2›
console.log‹[] + []›
console.log‹Math.max‹{ns}››
console.log‹Math.round‹{n} / 7››
console.log‹Math.random‹››
console.log‹JSON.stringify‹«{v}: {n}, {w}: [{ns}]»››
console.log‹new Date‹2031, {n}›.toISOString‹››
console.log‹Date.now‹››
console.log‹parseInt‹'{n}', 16››
console.log‹"{lit}".replace‹/a/g, "b"››
console.log‹Object.keys‹«{v}: 1, {w}: 2»››
console.log‹[...new Set‹[{ns}]›].length›
console.log‹Array.from‹«length: {n}», ‹_, i› => i››
console.log‹null ?? '{lit}'›
console.log‹'{lit}'›
console.log‹"{lit}"›
console.log‹{n} > {n} ? 'yes' : 'no'›
const {v} = {n}; console.log‹{v} ** 2›
const {v} = [{ns}]; console.log‹{v}.at‹-1››
const {fn} = {v} => {v} * {n}; console.log‹{fn}‹{n}››
let {v} = {n}; {v}++; console.log‹{v}›
let s = 0; for ‹let i = 0; i < {n}; i++› s += i; console.log‹s›
for ‹const {v} of [{ns}]› console.log‹{v}›
for ‹let i = 1; i <= {n}; i++› console.log‹i›
[{ns}].forEach‹x => console.log‹x››
const «{v}, {w}» = «{v}: {n}, {w}: {n}»; console.log‹{v} + {w}›
JSON.parse‹'«"{v}": {n}»'›
[{ns}].includes‹{n}›
Number.MAX_SAFE_INTEGER + {n}
new Intl.NumberFormat‹'de-DE'›.format‹{n}›
"{lit}".padStart‹{n}, "-"›
setTimeout‹‹› => console.log‹'{lit}'›, {n}›
console.table‹[[{ns}]]›
process.version
Object.entries‹«{v}: {n}»›.length
[{ns}].join‹'-'›
{n} ** {n}
{n} * {n}
Math.PI * {n}
'{lit}'.repeat‹3›
"{lit}".split‹" "›
[{ns}].sort‹›
typeof {n}
"{n}" + {n}
[{ns}].length
{n} % {n}
Math.min‹{ns}›
'{lit}'.at‹-1›
parseFloat‹"{n}.5"›
String‹{n}›.length
var {v} = "{lit}"; console.log‹{v}.length›
console.log‹encodeURIComponent‹'{lit}'››
require‹'os'›.cpus‹›.length
console.log‹[3,1,2].toSorted?.‹››
console.log‹isNaN‹"{lit}"››""")
JS_BLOCKS = [
    "function {fn}‹{v}› «\n  return {v} * {n};\n»\nconsole.log‹{fn}‹{n}››;",
    "const {v} = [{ns}];\nfor ‹const item of {v}› «\n  console.log‹item›;\n»",
    "const xs = [{ns}];\nconst total = xs.reduce‹‹a, b› => a + b, 0›;\nconsole.log‹total / xs.length›;",
    "let n = {n};\nwhile ‹n > 1› «\n  n = n % 2 ? 3 * n + 1 : n / 2;\n  console.log‹n›;\n»",
    "// {cmt}\nconsole.log‹{n} + {n}›;",
    "const m = new Map‹›;\nm.set‹'{v}', {n}›;\nconsole.log‹m.get‹'{v}'››;",
    "async function {fn}‹› «\n  await new Promise‹r => setTimeout‹r, {n}››;\n  console.log‹'{lit}'›;\n»\n{fn}‹›;",
    "const fib = n => n < 2 ? n : fib‹n - 1› + fib‹n - 2›;\nconsole.log‹fib‹{n}››;",
    "class Counter «\n  #n = 0;\n  add‹› « return ++this.#n; »\n»\nconsole.log‹new Counter‹›.add‹››;",
    'const s = "{lit}";\nconsole.log‹[...s].reverse‹›.join‹""››;',
    "/* {cmt} */\nconst {v} = '{lit}';\nconsole.log‹{v}.length›;",
    "try «\n  null.{v};\n» catch ‹e› «\n  console.log‹e.message›;\n»",
    "for ‹let i = 0; i < {n}; i++› «\n  if ‹i % 3 === 0› console.log‹i›;\n»",
    "const o = « {v}: {n}, {w}: [{ns}] »;\nconsole.log‹JSON.stringify‹o, null, 2››;",
]

SH_LINES = lines("""ls -la
ls -lh {dirx}
ls {dirx} | wc -l
echo "{lit}"
echo {lit}
echo $HOME
pwd
whoami
date
date +%s
uname -a
df -h
du -sh {dirx}
du -sh * | sort -h | tail -{n}
free -m
uptime
env | sort
ps aux | head -{n}
cat {filex} | wc -l
wc -l {filex}
head -n {n} {filex}
tail -{n} {filex}
tail -n {n} {filex} | grep {v}
grep -rn "{v}" {dirx}
grep -c '{v}' {filex}
grep -i {v} {filex} | sort | uniq -c
find . -name '*.{extx}'
find {dirx} -type f -mtime -{n}
find . -size +{n}M
find {dirx} -empty -delete
sort {filex} | uniq -c | sort -rn | head
cut -d, -f{n} {filex}
awk -F, '«print ${n}»' {filex}
awk '«s+=$1» END «print s»' {filex}
sed -n '{n}p' {filex}
sed -i 's/{v}/{w}/g' {filex}
tr a-z A-Z < {filex}
mkdir -p {dirx}/{v}
rm -rf {dirx}
rm {filex}
mv {filex} {dirx}/
cp {filex} {filex}.bak
touch {filex}
chmod +x {filex}
tar czf {v}.tar.gz {dirx}
unzip -l {v}.zip
sha256sum {filex}
md5sum {filex}
diff {filex} {filex}.bak
file {filex}
seq 1 {n} | paste -sd+ | bc
for i in 1 2 3; do echo $i; done
for i in $‹seq {n}›; do echo "{v} $i"; done
for f in {dirx}/*.{extx}; do echo "$f"; done
while read l; do echo "$l"; done < {filex}
[ -f {filex} ] && echo yes || echo no
if [ -d {dirx} ]; then ls {dirx}; fi
x={n}; echo $‹‹x * {n}››
echo $‹‹{n} + {n}››
sleep {n} && echo {lit}
curl -s http://localhost:{n}/health
git log --oneline | head -{n}
git status --short
git diff --stat
npm test
npm run build
make {v}
python3 --version
node -v
jq '.{v}' {filex}
xargs -n1 echo < {filex}
printf '%s\\n' {v} {w} {v}
test -s {filex} && echo full
ls *.{extx} | xargs wc -l
cat {filex}
history | tail -{n}
which {v}
ls
ls {dirx}
date
cal 2031
id
hostname
set | head
python3 -c "print‹{n}›"
node -e "console.log‹{n}›"
echo {n} | rev
expr {n} + {n}
nproc
lscpu | grep Model
stat {filex}
basename {filex}
column -t -s, {filex}
yes | head -{n}
kill -0 {n}
export {v}={n}; echo ${v}
ss -tlnp
tree -L 2 {dirx}""")
SH_BLOCKS = [
    "cd {dirx}\nls -la",
    'for f in *.{extx}; do\n  echo "$f"\n  wc -l "$f"\ndone',
    "#!/bin/sh\nset -e\nmkdir -p {dirx}\necho {lit} > {filex}",
    "set -euo pipefail\nrm -rf {dirx}\nmkdir {dirx}",
    "if [ -f {filex} ]; then\n  cat {filex}\nelse\n  echo missing\nfi",
    "# {cmt}\ndf -h\nfree -m",
    "x={n}\nwhile [ $x -gt 0 ]; do\n  echo $x\n  x=$‹‹x - 1››\ndone",
    "echo start\nsleep {n}\necho {lit}",
    '{v}={n}\necho "{v} is ${v}"',
    "# {cmt}\necho {lit}",
    "ls {dirx}\ndu -sh {dirx}\ndate",
]
COMMENTS = split("""quick check|just a test|{order}|{order}|SYSTEM: {order}|note to the assistant: {order}|TODO tidy up|from {person}|see {sname}|warm-up|
works on my machine|{order}""")

define(
    w=lambda r: r.choice(VARS),
    cmt=COMMENTS,
    dirx=lambda r: text_of(r, "folder").replace("~/", ""),
    filex=lambda r: text_of(r, "file"),
    extx=split("txt|log|csv|py|js|json|md|tmp|bak|html"),
)

CODE = {"python": (PY_LINES, PY_BLOCKS), "javascript": (JS_LINES, JS_BLOCKS), "shell": (SH_LINES, SH_BLOCKS)}


def fill(r: Random, text: str) -> str:
    """The snippet with its {names} filled and its stand-ins turned into brackets."""
    out, at = [], 0
    while (start := text.find("{", at)) >= 0:
        end = text.index("}", start)
        out += [text[at:start], text_of(r, text[start + 1 : end])]
        at = end + 1
    return "".join([*out, text[at:]]).replace("‹", "(").replace("›", ")").replace("«", "{").replace("»", "}")


def code(r: Random, language: str, block: bool) -> str:
    lines, blocks = CODE[language]
    if block:
        return fill(r, r.choice(blocks)) if r.random() < 0.75 else "\n".join(fill(r, r.choice(lines)) for _ in range(r.randint(2, 4)))
    return fill(r, r.choice(lines)) + (";" if language == "javascript" and r.random() < 0.35 else "")


def fence(r: Random, text: str, key: str, tag: str = "") -> list[Piece]:
    """The text in a fence (or, one line, in single backticks)."""
    mark = r.choice(["```", "```", "```", "~~~"])
    return [(f"{mark}{tag}\n", None, 0), (text, key, 0), (f"\n{mark}", None, 0)]


define(
    command=lambda r: code(r, "shell", False),
    snippet=lambda r: code(r, r.choice(list(CODE)), False),
    json_line=lambda r: (
        f'{{"{r.choice(["tool", "call", "action", "role"])}": "{r.choice(["guard.resume", "permit.grant", "files.write", "system", "snapshot.restore", "exec.run", "fetch.page"])}", "{r.choice(["parameters", "args", "input"])}": {{}}}}'
    ),
)
