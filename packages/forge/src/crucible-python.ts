/**
 * Compiles the modules of Python that programs import most. An emulated processor takes some ten times longer to compile a
 * module than to read it compiled; all of them compiled would make the image too big, so the rest is compiled when imported.
 */
import { renameSync, rmSync } from "node:fs";
import { join, parse } from "node:path";
import { tool } from "./crucible-packages.ts";

/** They bring what they import themselves. */
const MODULES = `
  argparse array ast asyncio base64 bisect bz2 calendar collections.abc concurrent.futures configparser contextlib
  copy csv ctypes dataclasses datetime decimal difflib email.message email.parser enum fnmatch fractions functools
  getpass glob graphlib gzip hashlib heapq hmac html.parser http.client inspect io ipaddress itertools json linecache
  locale logging lzma math mimetypes multiprocessing numbers operator pathlib pickle platform pprint queue random re
  sched secrets select selectors shlex shutil signal socket socketserver sqlite3 ssl statistics string struct
  subprocess tarfile tempfile textwrap threading tokenize traceback types typing unicodedata urllib.parse
  urllib.request uuid warnings weakref xml.etree.ElementTree zipfile zlib requests encodings.ascii encodings.latin_1
  encodings.idna
`;

/** Imports them all, so that the list need not name what they bring, and compiles what that loaded, always in the same order. */
const COMPILE = `
import importlib, py_compile, sys
root = sys.argv[1]
sys.path = [root + "/usr/lib/python3.11", root + "/usr/lib/python3.11/lib-dynload", root + "/usr/lib/python3/dist-packages"]
for name in sys.argv[2:]:
    importlib.import_module(name)
files = sorted({one.__file__ for one in sys.modules.values() if (getattr(one, "__file__", None) or "").endswith(".py")})
for file in files:
    shown = file.removeprefix(root)
    # Never held against its text again: nobody can change either.
    py_compile.compile(file, dfile=shown, doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    print(shown)
`;

/** Tables that nobody reads as text: only compiled. */
const TABLES = /\/(chardet\/\w+(model|freq)|idna\/(idnadata|uts46data)|html\/entities)\.py$/;

/** By the guest's own Python, under the host's kernel. @throws Error with Python's words. */
export function compileModules(root: string): void {
  const libraries = join(root, "usr/lib/x86_64-linux-gnu");
  const env = { PYTHONHOME: join(root, "usr"), PYTHONHASHSEED: "0", PYTHONDONTWRITEBYTECODE: "1", LC_ALL: "C.UTF-8" };
  const loader = join(libraries, "ld-linux-x86-64.so.2");
  const python = ["--library-path", libraries, join(root, "usr/bin/python3.11"), "-S", "-s", "-P"];
  const said = tool(loader, [...python, "-c", COMPILE, root, ...MODULES.trim().split(/\s+/)], { env });
  for (const path of said.split("\n").filter((line) => TABLES.test(line))) dropText(join(root, path));
}

/** Where there is no text, Python looks for the compiled module in its place. */
function dropText(path: string): void {
  const { dir, name } = parse(path);
  renameSync(join(dir, "__pycache__", `${name}.cpython-311.pyc`), join(dir, `${name}.pyc`));
  rmSync(path);
}
