"""Code to run."""

from random import Random

from .family import Said, family
from .grammar import define, plain, say, split
from .words_code import code, fence

NAMED = {
    "python": split("python|python|python|Python|Python|py|python3|Python 3|PYTHON|pyhton"),
    "javascript": split("javascript|javascript|JavaScript|JavaScript|js|js|JS|node|node.js|Node|Javascript|ecmascript|java script"),
    "shell": split("""shell|shell|bash|bash|sh|the shell|the terminal|Bash|a shell|the command line|unix shell|terminal|zsh|console|the bash"""),
}
THE = {"python": split("Python|python|py"), "javascript": split("JavaScript|javascript|js|node"), "shell": split("shell|bash|sh")}
TAGS = {"python": ["python", "py", "python3"], "javascript": ["js", "javascript", "node", "JavaScript"], "shell": ["sh", "bash", "shell", "console"]}
define(
    run=split("""run|run|run|execute|execute|exec|evaluate|eval|try|launch|start|kick off|fire off|run for me|test|perform|process|compute|run once|do"""),
    this=split("this|the following|this bit of|this piece of|the|that|some|my"),
    thing=split("code|script|snippet|program|one-liner|lines|command|function|example|routine|test|stuff|block|fragment"),
    only=split("""there's nothing to save|no need to write it to a file|don't save it|nothing else|just the output|only the output please|don't remember it|
show me the result|then stop|don't change any files|tell me what comes out|give me the output"""),
    limit_lead=split(""", (with a timeout of|timeout|time limit|with a time limit of|give it|give it at most|at most|max|maximum|for at most|no longer than|stop it after|kill it after|cut it off after|it may take|let it run for at most|abort after|stop after|limit it to|within)|
(with a timeout of|timeout|with a time limit of|for at most|for no more than|within|, limit)"""),
    limit=[
        "{limit_lead} {timeout_seconds=seconds}",
        "{limit_lead} {timeout_seconds=seconds}",
        ", and (kill|abort|end|stop) it (should it need more than|should it run longer than|when it runs past|after) {timeout_seconds=seconds}",
        " ({timeout_seconds=seconds} max)",
        " (timeout {timeout_seconds=seconds})",
        ", {timeout_seconds=seconds} (max|at most|timeout|tops|limit)",
        ", it gets {timeout_seconds=seconds}",
    ],
)
AROUND = [
    "{run} {c} (in|as|with|using|via) {L}",
    "{run} {c} in {L}[ and (show|tell|give) me (the result|the output|what comes out|what it prints)]",
    "(in|with|using) {L}, {run} {c}",
    "{run} the {L} (code|command|snippet|one-liner|expression|line|script|) {c}",
    "{run} {this} {L}[ {thing}]: {c}",
    "{run} (this|the following) in {L}: {c}",
    "{run} in {L}: {c}",
    "{run} {L}: {c}",
    "{L}: {c}",
    "{L} {c}",
    "(use|take) {L} to (run|evaluate|execute) {c}",
    "what does {c} (give|print|return|output|say|do|show|produce|evaluate to|yield|come out as) in {L}?",
    "what('s| is) the (output|result|value) of {c} in {L}?",
    "(tell|show) me what {c} (prints|gives|returns|does|outputs|yields) in {L}",
    "what (does|would) (this|the following) {L} [(code|snippet|line) ](print|give|do|return|output): {c}",
    "{run} {c}, it's {L}",
    "it's {L}, {run} it: {c}",
    "{run} this: {c} ({L})",
    "(open|start) (a|the) {L} and (run|type|execute) {c}",
    "{L} (code|command|one-liner|script|line): {c}",
    "{L} pls: {c}",
    "{run} as {L}: {c}",
    "{run} {c} as {L}[ code]",
    "I (want|need) (the (output|result) of|to see what happens with|to know what you get for|to run) {c} in {L}",
    "(check|see|find out) what {c} (gives|returns|prints|does) in {L}",
    "(calculate|compute|work out) this (with|in) {L}: {c}",
    "{run} with {L}: {c}",
    "what does {c} (give|print|return|do|show) (if|when) (I|we|one) run it (in|with|as) {L}?",
    "what (would|will) {c} (give|print|return|show) (in|with) {L}?",
    "what does {c} (give|print|return|do) (when|once) you run it (in|with|as) {L}?",
    "(tell|show) me what {c} (gives|prints|does) when you run it in {L}",
    "what comes out when this runs in {L}: {c}",
    "I need to know what this {L} (prints|does|gives): {c}",
    "(check it|find out|prove it|try it) by running {c} (as|in|with) {L}",
    "{run} {c} in {L}, {only}",
    "{run} {c} in {L} and {only}",
    "what's {c} in {L}?",
    "what is {c} in {L}",
    "how much is {c} in {L}?",
    "{L}, {c}",
    "{run} {c} ({L})",
    "no idea what this does, its {L}: {c}",
    "{run} {c} with {L} please",
    "language {L}, code: {c}",
    "lang={L} {c}",
    "{run} ({L}): {c}",
    "#{L} {c}",
]
BARE = [
    "{run} {c}",
    "{run} this: {c}",
    "{run} {this} {thing}: {c}",
    "{run}: {c}",
    "what does {c} (print|give|return|output)?",
    "{run} {c} and show me the output",
    "{run} the command {c}",
    "$ {c}",
    "output of {c}?",
    "{run} the following: {c}",
]
BELOW = [
    "{run} {this} {L}[ {thing}]{colon}",
    "{run} {this} in {L}{colon}",
    "{run} {this} {thing} (in|with|as) {L}{colon}",
    "{L}{colon}",
    "{L} pls",
    "{L} please",
    "(can|could|would|will) you (please |)run (this|the following) (in |as |with |){L}{colon}",
    "what does (this|the following) {L}[ {thing}] (print|do|output|return)?",
    "{L} {thing}{colon}",
    "please {run} (this|the following) {L}{colon}",
    "here is some {L}, (run|execute) it{colon}",
    "I (need|want) to (know|see) what this {L} (prints|does|gives){colon}",
    "{one} (sent|wrote|gave) me this {L}, (run it|execute it|try it|see what it does){colon}",
    "{event}, so {run} this {L}{colon}",
    "{run} {L}{colon}",
]
define(colon=[":", ":", ":", "", " :", " -"])


def in_language(r: Random, way: str, language: str) -> str:
    """The language's name, without its article where the sentence has one."""
    plain_name = r.random() < 0.4 or any(
        mark in way for mark in ("this} {L", "the {L", "a|the) {L", "ollowing) {L", "[{L}", "some {L", "{L} (code", "{L} pls", "it's {L", "language {L")
    )
    return r.choice(THE[language] if plain_name else NAMED[language])


def language_of(r: Random) -> str:
    return r.choices(["python", "javascript", "shell"], [0.38, 0.28, 0.34])[0]


@family("exec.run", "inline", 3.0)
def inline(r: Random) -> Said:
    language = language_of(r)
    bare = r.random() < 0.14
    way = r.choice(BARE if bare else AROUND)
    snippet = code(r, language, False)
    if bare and language == "shell" and snippet.startswith(("cat ", "ls ", "diff ", "kill ", "date")) and "|" not in snippet:
        language, snippet = "python", code(r, "python", False)
    name = in_language(r, way, language)
    ends = way.replace(")", "").endswith("{c}")
    share = 0.42 if ends else 0.72
    words = {"L": name, "c": lambda s: quoted_code(s, snippet, share)}
    limit = r.random() < 0.2
    first = limit and ends and r.random() < 0.5
    pieces = say(r, way, words)
    if first:
        pieces = [
            *say(
                r,
                r.choice(
                    [
                        "with a timeout of {timeout_seconds=seconds}, ",
                        "within {timeout_seconds=seconds}, ",
                        "timeout {timeout_seconds=seconds}, ",
                        "for at most {timeout_seconds=seconds}, ",
                        "in {timeout_seconds=seconds} at most, ",
                        "give it {timeout_seconds=seconds}: ",
                        "({timeout_seconds=seconds} max) ",
                        "allow {timeout_seconds=seconds} and ",
                    ]
                ),
            ),
            *pieces,
        ]
    elif limit and (not ends or pieces[-1][1] is None) and not way.endswith("?"):
        pieces = [*pieces, *say(r, "{limit}")]
    kind = "ask" if way.endswith("?") else "nom" if way.startswith(("{L}", "$", "output", "lang", "[")) else "tell" if way.startswith(("I ", "it's")) else "imp"
    return Said("raw" if first else kind, pieces, {"language": language})


def quoted_code(r: Random, snippet: str, share: float) -> list:
    if r.random() > share or "\n" in snippet:
        return [(snippet, "code", 0)]
    for mark in ["`", '"', "'"] if r.random() < 0.75 else ['"', "`", "'"]:
        if mark not in snippet:
            return [(mark, None, 0), (snippet, "code", 0), (mark, None, 0)]
    return [("`", None, 0), (snippet, "code", 0), ("`", None, 0)]


@family("exec.run", "block", 2.2)
def block(r: Random) -> Said:
    language = language_of(r)
    snippet = code(r, language, r.random() < 0.8)
    tagged = r.random() < 0.3
    nameless = tagged and r.random() < 0.7 or r.random() < 0.06
    way = (
        r.choice(
            [
                "{run} (this|the following|this {thing}|the {thing} below|what follows){colon}",
                "{run} this for me{colon}",
                "(can|could) you (run|execute|evaluate) this?",
                "what does this (print|do|give|output|return)?",
                "{run} it{colon}",
                "{run}{colon}",
                "please (run|execute) this (code|script|snippet|program){colon}",
                "see what this (prints|does|gives){colon}",
                "{event}, so (run|execute|try) this{colon}",
            ]
        )
        if nameless
        else r.choice(BELOW)
    )
    head = say(r, way, {"L": in_language(r, way, language)})
    if r.random() < 0.24:
        text = "".join(p[0] for p in head).rstrip()
        tail = say(
            r,
            r.choice(
                [
                    ", and give it {timeout_seconds=seconds}",
                    ", (timeout|time limit|at most|max|within|for at most|no longer than) {timeout_seconds=seconds}",
                    " ({timeout_seconds=seconds} max)",
                    " with a timeout of {timeout_seconds=seconds}",
                    ", kill it after {timeout_seconds=seconds}",
                    ", it may take {timeout_seconds=seconds}",
                    " and stop after {timeout_seconds=seconds}",
                ]
            ),
        )
        head = [*plain(text.rstrip(":?- ")), *tail, *plain(r.choice([":", ":", "", "."]))]
    body = fence(r, snippet, "code", r.choice(TAGS[language]) if tagged else "") if tagged or r.random() < 0.3 else [(snippet, "code", 0)]
    return Said("raw", [*head, *plain(r.choice(["\n", "\n", "\n", "\n\n"])), *body], {"language": language})
