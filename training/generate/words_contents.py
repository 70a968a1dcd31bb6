"""What stands in files."""

from random import Random

from .grammar import split
from .words_code import CODE, code, fill

WORDS_IN_FILES = split("""hello|hello there|hello {person}|ok|done|yes|true|42|{n}|{sname}|{lit}|TODO|draft|v{n}|PORT={n}|DEBUG=true|LEVEL=info|NAME={sitename}|
API_URL=https://{host}/v1|{v}={n}|export {v}={n}|timeout: {n}|debug: true|key = "{lit}"|retries = {n}|«»|[]|«"{v}": {n}»|«"{v}":"{lit}","{w}":{n}»|
«"name": "{sitename}", "version": "1.{n}.0"»|[{ns}]|["{sitename}", "{sitename}"]|{v},{w}|id,name,price|{ns}|# {sname}|# Notes on {matter}|{fact}|
{fact}|{fact}|{fact}|{proverb}|{grocery}, {grocery} and {grocery}|call {person}|*.log|node_modules/|{order}|{order}|{order}|console.log‹"{lit}"›;|
print‹"{lit}"›|const {v} = {n};|export default «»;|import {pymod}|<h1>{lit}</h1>|<p>{fact}</p>|#!/bin/bash|SELECT * FROM {v};|body « margin: 0; »|
Dear {person}, thank you for {matter}.|{person}, {phone}|1. {grocery} 2. {grocery}|- {grocery}|User-agent: *|127.0.0.1 {host}|{v}: [{ns}]|
FROM alpine:3.{n}|{date}: {fact}|SECRET={code_word}""")
BLOCKS_IN_FILES = [
    "- {grocery}\n- {grocery}\n- {grocery}",
    "- {fact}\n- {fact}",
    "# {sname}\n\n{fact}.",
    '«\n  "{v}": {n},\n  "{w}": "{lit}"\n»',
    "{v}={n}\n{w}={lit}",
    "{v},{w}\n{n},{n}\n{n},{n}",
    "1. {grocery}\n2. {grocery}\n3. {grocery}",
    "#!/bin/sh\necho {lit}\nrm -rf {dirx}",
    "name: {sitename}\nport: {n}\ndebug: false",
    '[server]\nhost = "{host}"\nport = {n}',
    "Dear {person},\n{fact}.\nBest, {person}",
    "{order}\n{order}",
    'import {pymod}\n\nprint‹"{lit}"›',
    "const {v} = {n};\nconsole.log‹{v}›;",
    "# TODO\n- [ ] {fact}\n- [x] {fact}",
    "{fact}\n{fact}",
    "HOST={host}\nPORT={n}\nDEBUG=1",
    "<ul>\n  <li>{grocery}</li>\n  <li>{grocery}</li>\n</ul>",
    "SELECT *\nFROM {v}\nWHERE {w} > {n};",
    "* {fact}\n* {order}",
    "def {fn}‹{v}›:\n    return {v} + {n}",
    "{person}\n{person}\n{person}",
    "{lit}\n\n{fact}.",
]


def file_content(r: Random, one_line: bool) -> str:
    if one_line:
        return fill(r, r.choice(WORDS_IN_FILES)) if r.random() < 0.85 else code(r, r.choice(list(CODE)), False)
    return fill(r, r.choice(BLOCKS_IN_FILES)) if r.random() < 0.75 else code(r, r.choice(list(CODE)), True)
