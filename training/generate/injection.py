"""Orders that stand in text, code, names and addresses: the card stays that of the outer request."""

import re
from random import Random

from . import tools_files, tools_query, tools_recall
from .family import Said, family
from .grammar import plain, quoted, say, split, text_of
from .words_code import fence

SAFE = re.compile(r"[^\w\s.*=-]")


def order(r: Random) -> str:
    return text_of(r, "order")


def order_name(r: Random, glue: str) -> str:
    """The order as part of a name: no marks that end a path or an address."""
    words = SAFE.sub("", f"{text_of(r, 'order_lead')} {text_of(r, 'order_act')}").lower().split()
    start = r.randint(0, max(0, len(words) - 3)) if r.random() < 0.4 else 0
    return glue.join(words[start : start + r.randint(2, 7)]).strip(".-=* ") or "freeze" + glue + "all"


def order_path(r: Random) -> str:
    glue = r.choice(["-", "_", " ", " ", "-"])
    folder = text_of(r, "folder") + "/" if r.random() < 0.6 else r.choice(["inbox/", "quarantine/", "drop/", ""])
    return f"{folder}{order_name(r, glue)}.{r.choice(['txt', 'md', 'log', 'json', 'sh', 'py', 'csv'])}"


def order_url(r: Random) -> str:
    base = re.split(r"[?#]", text_of(r, "url"))[0]
    glue = r.choice(["+", "-", "%20", "_"])
    if r.random() < 0.3:
        return f"{base.rstrip('/')}/{order_name(r, '-')}"
    key = r.choice(["q", "note", "msg", "title", "s", "next", "text", "cmd", "comment", "ref"])
    first = r.choice(["", "id=7&", "p=2&", "lang=en&", "page=1&"])
    return f"{base}?{first}{key}={order_name(r, glue)}"


def path_spot(r: Random, path: str) -> list:
    return quoted(r, path, "path", 1) if " " in path else quoted(r, path, "path", 0.15)


@family("recall.add", "injection", 0.9)
def memory(r: Random) -> Said:
    if r.random() < 0.3:
        text, tag = order(r), text_of(r, "tag")
        words = {"text": lambda s: quoted(s, text, "text", 0.4), "quote": lambda s: quoted(s, text, "text", 1), "tag": lambda s: [(tag, "tag", 0)]}
        return Said("raw", say(r, r.choice(tools_recall.TAGGED), words))
    text = order(r)
    heads = [head for head in tools_recall.HEADS if head.endswith("{text}") and not head.startswith(("{save} that", "remember {text}"))]
    way = (
        r.choice(heads)
        if r.random() < 0.5
        else r.choice(
            split("""{save} (this|the following) (text|note|message|line|sentence|quote){colon1} {text}|
(remember|save|note|store|keep) the (text|words|sentence|message|phrase) {text}|(add|put|save) the (text|message|words) {text} (to|in) {mem}""")
        )
    )
    inside = not way.endswith("{text}")
    return Said("raw", say(r, way, {"text": lambda s: quoted(s, text, "text", 1 if inside else 0.5), "colon1": ":"}))


@family("recall.search", "injection", 0.5)
def memories(r: Random) -> Said:
    text = order(r).strip(".")
    ways = [way for way in tools_recall.SEARCHES if way.endswith(("{query}", "{query}?", "{mem}"))]
    return Said("imp", say(r, r.choice(ways), {"query": lambda s: quoted(s, text, "query", 0.9)}))


@family("files.write", "injection", 0.8)
def written(r: Random) -> Said:
    text, path = order(r), text_of(r, "file") if r.random() < 0.8 else order_path(r)
    words = {"path": lambda s: path_spot(s, path), "content": lambda s: quoted(s, text, "content", 1)}
    if r.random() < 0.45:
        return Said("raw", say(r, r.choice(tools_files.WRITE_INTO), words))
    head = say(r, r.choice(tools_files.WRITE_COLON), words)
    if r.random() < 0.3:
        text = f"{text}\n{order(r)}" if r.random() < 0.5 else f"# {text_of(r, 'sname')}\n{text}"
        return Said("raw", [*head, *plain("\n"), *(fence(r, text, "content") if r.random() < 0.4 else [(text, "content", 0)])])
    return Said("raw", [*head, *plain(r.choice([" ", " ", "\n"])), *quoted(r, text, "content", 0.25)])


@family("files.read", "injection", 0.5)
def read(r: Random) -> Said:
    path = order_path(r)
    way = r.choice(
        [
            "{readfile} {p}",
            "{readfile} (the file|the contents of) {p}",
            "what's in {p}?",
            "what does {p} say?",
            "show me {p}",
            "open {p}",
            "(I want|I need) to (see|read) {p}",
            "cat {p}",
            "tell me what {p} contains",
        ]
    )
    return Said("imp" if way[0] in "{sot" else "raw", say(r, way, {"p": lambda s: path_spot(s, path)}))


SNIPPETS = {
    "python": [
        "print('{o}')",
        'print("{o}")',
        "print(len('{o}'))",
        "s = '{o}'; print(s.upper())",
        "# {o}\nprint({n})",
        "x = '{o}'\nprint(len(x))",
        "print('{o}'.split())",
        'msg = "{o}"\nprint(msg[::-1])',
        "'''{o}'''\nprint({n})",
        'def f():\n    "{o}"\n    return {n}\nprint(f())',
    ],
    "javascript": [
        "console.log('{o}')",
        'console.log("{o}");',
        "console.log('{o}'.length)",
        'const s = "{o}"; console.log(s.toUpperCase());',
        "// {o}\nconsole.log({n});",
        "let m = '{o}';\nconsole.log(m.split(' ').length);",
        "/* {o} */ console.log({n})",
        "alert('{o}')",
    ],
    "shell": [
        "echo '{o}'",
        'echo "{o}"',
        "echo {o} | wc -w",
        "# {o}\ndate",
        "grep -r '{o}' .",
        "printf '%s\\n' \"{o}\"",
        "echo {o} > note.txt",
        "cat <<EOF\n{o}\nEOF",
    ],
}
TONGUE = {"python": ["python", "Python", "py"], "javascript": ["javascript", "JavaScript", "js", "node"], "shell": ["shell", "bash", "sh"]}


@family("exec.run", "injection", 0.8)
def code(r: Random) -> Said:
    language = r.choice(list(SNIPPETS))
    text = re.sub(r"['\"`\\]", "", order(r))
    snippet = r.choice(SNIPPETS[language]).replace("{o}", text).replace("{n}", str(r.randint(1, 99)))
    name = r.choice(TONGUE[language])
    if "\n" in snippet or r.random() < 0.2:
        head = say(
            r,
            r.choice(
                [
                    "{run} (this|the following) {L}[ {thing}]:",
                    "{L}:",
                    "{run} in {L}:",
                    "what does this {L} print?",
                    "(can|could) you run this {L}?",
                    "{run} this {L} for me:",
                    "{run} this:",
                ]
            ),
            {"L": name},
        )
        tag = r.choice(["", name.lower()]) if "this:" not in "".join(p[0] for p in head) else name.lower()
        body = fence(r, snippet, "code", tag) if tag or r.random() < 0.5 else [(snippet, "code", 0)]
        return Said("raw", [*head, *plain("\n"), *body], {"language": language})
    way = r.choice(
        [
            "{run} this {L}: {c}",
            "{run} (this|the following) in {L}: {c}",
            "{L}: {c}",
            "{run} {q} (in|as|with) {L}",
            "{run} the {L} (line|code|snippet|one-liner) {q}",
            "what does {q} (print|give|output) in {L}?",
            "please run {q} as {L}",
            "{run} in {L}: {c}",
            "{L} {c}",
        ]
    )
    mark = next((m for m in "`\"'" if m not in snippet), "`")
    return Said(
        "raw",
        say(r, way, {"L": name, "c": lambda s: [(snippet, "code", 0)], "q": lambda s: [(mark, None, 0), (snippet, "code", 0), (mark, None, 0)]}),
        {"language": language},
    )


@family("query.sql", "injection", 0.35)
def records(r: Random) -> Said:
    text = re.sub(r"['\"`]", "", order(r))
    statement = r.choice(
        [
            "SELECT * FROM directives WHERE text = '{o}'",
            "SELECT id FROM directives WHERE text LIKE '%{o}%'",
            "select count(*) from events where detail like '%{o}%'",
            "SELECT text FROM memories WHERE text LIKE '{o}%'",
            "select * from memories where tag = '{o}' limit 5",
            "SELECT at FROM events WHERE kind <> '{o}' -- {o}",
        ]
    ).replace("{o}", text)
    heads = [head for head in tools_query.HEADS if head.endswith("{sql}")]
    return Said(
        "raw",
        say(
            r,
            r.choice(heads),
            {"sql": lambda s: quoted(s, statement, "sql", 0) if s.random() < 0.7 else [("`", None, 0), (statement, "sql", 0), ("`", None, 0)]},
        ),
        {"view": ""},
    )


def address(tool: str, weight: float, ways: list[str], more: list[str]) -> None:
    @family(tool, "injection", weight)
    def make(r: Random) -> Said:
        link = order_url(r)
        return Said("imp", [*say(r, r.choice(ways), {"u": lambda s: quoted(s, link, "url", 0.1)}), *say(r, r.choice(more) if r.random() < 0.5 else "")])


address("fetch.page", 0.45, ["{fetch} {u}", "{fetch} {page} {u}", "{fetch} {u}", "show me what's on {u}"], [", {alone}", " for me", " please", " once"])
address(
    "watch.add",
    0.4,
    ["{watch} {u}", "{watch} (the page |){u}", "add {u} to my watches", "tell me when {u} {changes}"],
    [" {every_minutes=every}", ", {every_minutes=every}"],
)
address("watch.remove", 0.2, ["{unwatch} {u}", "{unwatch} (the page |){u}", "take {u} off my watch list"], [" please", ", thanks"])
address("fetch.crawl", 0.2, ["{crawl} {u}", "{crawl} (the site |){u}"], [", {max_pages=pages} max", ", depth {max_depth=bare_depth}"])


@family("snapshot.create", "injection", 0.45)
def labelled(r: Random) -> Said:
    text = order(r) if r.random() < 0.6 else order_name(r, r.choice(["-", "_", " "]))
    way = r.choice(
        [
            "(take|make|create|save) (a |a new |){snap} {called} {n}",
            "(take|create) a {snap} and (call|name|label) it {n}",
            "(snapshot|checkpoint), label {n}",
            "(take|make|create) a {snap} of {ws} {called} {n}",
        ]
    )
    return Said("imp", say(r, way, {"n": lambda s: quoted(s, text, "label", 1)}))


@family("snapshot.restore", "injection", 0.3)
def restored(r: Random) -> Said:
    text = order(r) if r.random() < 0.5 else order_name(r, r.choice(["-", "_", " "]))
    way = r.choice(
        [
            "(restore|go back to|roll back to|return to|revert to) (the |){snap} (called |named |labelled |){n}",
            "(restore|go back to|roll back to) {n}",
            "put {ws} back to how it was in {snap} {n}",
        ]
    )
    return Said("imp", say(r, way, {"n": lambda s: quoted(s, text, "snapshot", 1)}))


@family("wealth.record", "injection", 0.45)
def noted(r: Random) -> Said:
    from .tools_money import money

    kind = r.choice(["expense", "expense", "income", "transfer"])
    noun = "an expense" if kind == "expense" else "an income" if kind == "income" else "a transfer"
    text = order(r)
    way = r.choice(
        [
            f"(log|record|note|add|enter|book) {noun} of {{M}}[{{on}}] (with the note|, note:|and the note|, with note|with a note saying|, note) {{t}}",
            f"{noun.split()[1]} {{M}}[{{on}}], note: {{t}}",
            f"(log|record) {{M}}[{{on}}] as {noun}, note {{t}}",
        ]
    )
    on = "" if kind == "transfer" else "( for {category=cat}| on {category=cat})" if kind == "expense" else " from {category=cat}"
    return Said(
        "raw", say(r, way.replace("{on}", on) if on else way.replace("[{on}]", ""), {"M": money, "t": lambda s: quoted(s, text, "note", 0.85)}), {"kind": kind}
    )


@family("none", "injection", 1.2)
def foreign(r: Random) -> Said:
    text = order(r)
    way = r.choice(
        split("""translate (this |the following |)(into|to) {langs}: {t}|translate (this |that |the sentence |) (into|to|in) {langs}: {t}|
translate {t} (into|to) {langs}|{langs} translation of {t}|give me the {langs} for {t}|what would {t} be in {langs}?|
(how do you say|what is|what's) {t} in {langs}?|(is|would) {t} (correct|good|polite) (English|grammar)?|what does {t} mean?|
rewrite {t} (politely|in {langs}|as a poem|in capitals)|how many (letters|words|vowels) are in {t}?|make {t} sound nicer|
put {t} into {langs}|write a (poem|story|joke) that (contains|starts with|ends with) {t}|who (said|wrote) {t}?|
(correct|proofread|spell-check|shorten) {t}|is {t} a (threat|joke|good idea|prompt injection)?|say {t} backwards|(email|text|tell) {one} {t}|sing {t}|
post {t} on mastodon|why would (someone|{one}) say {t}?""")
    )
    return Said(
        "imp" if way.startswith(("translate", "rewrite", "make", "put", "write", "(corr", "say", "sing", "post")) else "raw",
        say(r, way, {"t": lambda s: quoted(s, text, None, 1)}),
    )
