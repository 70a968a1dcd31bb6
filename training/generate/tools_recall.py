"""Memory: add and search."""

from random import Random

from .family import Said, family
from .grammar import define, plain, quoted, say, split, text_of

define(
    mem=split("memory|your memory|the memory|my memory|the hive's memory|long-term memory|the memories"),
    save=split("""remember|remember|memorise|memorize|save|store|keep|note|note down|write down|jot down|log|record|keep in mind|make a note of|take a note of|put down|
file|bear in mind|retain|take note of|don't forget|never forget|stash|commit to memory"""),
    this=split("""this|the following|this for me|this for later|this fact|this one|this note|this bit|what follows|the next line"""),
    into=split("""in {mem}|to {mem}|into {mem}|for later|in my notes|to my notes|for me|for the future|somewhere safe|for next time"""),
    that=split("that|that|that |:|that:"),
)
HEADS = split("""remember that {text}
remember {text}
remember: {text}
remember this: {text}
{save} that {text}
{save}: {text}
{save} {this}: {text}
{save} {into}: {text}
{save} {this} {into}: {text}
{save} {into} that {text}
(please |pls |)(don't|do not|dont) (let me |ever |)forget (that |){text}
never let me forget (that |){text}
(add|put|save|store|write|commit|push|append) (this |the following |)to {mem}: {text}
(add|put|store) {text} (to|in|into) {mem}
note to self: {text}
note: {text}
(memo|for the record|fyi|reminder for later|for later|mental note|note for later|memory|new memory|to remember|keep this|fyi for your memory|worth remembering|store): {text}
(keep|bear) in mind that {text}
I (want|need|would like|'d like) you to remember (that |this: |){text}
I want to (remember|keep|save|store) (this: |that ){text}
make a (note|memory|mental note|memo) (that |: |of this: ){text}
(make|take) a note: {text}
you should (know|remember) that {text}
it's important that you remember (that |this: |){text}
let the record show that {text}
for future reference: {text}
just so you (remember|know later): {text}
file (this |)away: {text}
(save|store|keep) the (note|text|line|sentence|quote|fact|recipe|code|number) {text}
(can|could|would|will) you (please |)(remember|note|save|keep in mind|memorise|write down|store) (that |this: |: |){text}
put it in {mem}: {text}
learn this: {text}
{text}, (remember|note|save|keep in mind|memorise) (that|this|it)
{text} - (remember|note|save|keep) (that|this|it)[ please| for me| for later|]
{text}. (Remember|Note|Save|Keep|Memorise) (that|this)[ please| for me| for later|]
{text}, (please remember|don't forget it|make a note of that|keep that in mind|write that down|remember it for me)
(jot|write|note) (this |it |)down: {text}
(jot|write|note) down (that |){text}""")
CODES = [
    "(the|my|our|{person}'s) {noun} (code|number|password|pin|combination|size|key|passphrase) {code_word}",
    "(the|our|{company}'s) {abstract} (number|code|id|key|reference) {smallcode}",
    "(the code|the pin|the password|the combination) (for|of) {locked}: {code_word}",
    "{noun} (code|number|pin): {code_word}",
    "my {noun} (code|number|combination|pin) is {code_word}",
    "{ml} {unit_of} {grocery}, {ml2} {grocery}, (a dash|a handful|a pinch|two spoons|a cup) of {grocery}[, (bake|cook|rest|simmer|chill) {ml} min]",
    "{number} {grocery}, {number} {grocery}[, {ml} {unit_of} {grocery}], (stir|bake|fry|mix|leave) for {number} minutes",
    "{noun}: {ml} x {ml2} (cm|mm|inches), {noun}: {ml} x {ml2}",
    "monday {noun}, wednesday {noun}, friday {noun}",
    "{person} {clock}, {person} {clock}, {person} {clock}",
]
define(
    codes=CODES,
    ml=lambda r: str(r.choice([1, 2, 3, 5, 8, 20, 50, 80, 100, 150, 180, 220, 250, 300, 400, 500])),
    ml2=lambda r: str(r.randint(1, 12)),
    unit_of=split("g|g|ml|ml|tbsp|tsp|cups of|spoons of|kg|dl|oz of|litres of"),
)
TAGGED = split("""{save} {this} (under the tag|with the tag|under tag|with tag|under|tagged|tagged as|tagged with|and tag it|, tag) {tag}: {text}
{save} {into} (under the tag|with the tag|with tag|tagged) {tag}: {text}
{save} (under|with the tag|with tag|as|under tag) {tag}: {text}
{save} for later, tag {tag}: {text}
remember, tag {tag}: {text}
tag {tag}: {text}, {save} that
(remember|save|store|keep|note|note down|jot down|memorise|write down) {quote} (and tag it|and tag it as|under the tag|with the tag|with tag|under|, tag|, tagged|, tag:|tagged|and file it under|and label it) {tag}
(note|memo|memory|new memory) (tagged|with tag|under) {tag}: {text}
(add|put|save|store) {quote} (to|in|into) {mem} (under|with tag|with the tag|, tag|tagged) {tag}
#{tag} {text} – {save} it
under {tag}, (remember|save|note) that {text}
under the tag {tag}: {text}
file (this |)under {tag}: {text}
(remember|note) that {text}, tag it {tag}
(remember|note) that {text} (tag: {tag})
with the tag {tag}, (remember|store|keep): {text}""")


@family("recall.add", "text", 3.0)
def add(r: Random) -> Said:
    text = text_of(r, "fact1")
    words = {"text": lambda s: quoted(s, text, "text", 0.16)}
    body = say(r, r.choice(HEADS), words)
    led = lead(r, body)
    return Said("raw" if led is not body or body[0][1] or r.random() < 0.4 else "imp", led)


def lead(r: Random, pieces: list) -> list:
    if r.random() < 0.12:
        return [
            *say(
                r,
                r.choice(
                    [
                        "{event}, so ",
                        "{event}. ",
                        "{hail}, ",
                        "{one} just told me something, ",
                        "before {going}, ",
                        "{hail} ",
                        "{event} - ",
                        "before I forget: ",
                        "{one} mentioned it, so ",
                    ]
                ),
            ),
            *pieces,
        ]
    return pieces


@family("recall.add", "codes", 0.7)
def add_code(r: Random) -> Said:
    """Noun phrases and lists, which look like other tools' figures."""
    text = text_of(r, "codes")
    way = r.choice(
        split("""remember {text}|remember {text}|remember that {text}|remember: {text}|{save} {text}|{save}: {text}|{save} for later: {text}|note: {text}|
note to self: {text}|don't forget {text}|add to {mem}: {text}|keep {text} in mind|{save} this: {text}|{save} for later, tag {tag=tag}: {text}|
{save} under {tag=tag}: {text}|{save} {this}, tag {tag=tag}: {text}""")
    )
    return Said("imp" if way[0] == "{" or way.startswith("rem") else "raw", say(r, way, {"text": lambda s: quoted(s, text, "text", 0.1)}))


@family("recall.search", "codes", 0.35)
def search_code(r: Random) -> Said:
    """Their twins: the same words, asked for."""
    query = say(r, "{noun} (code|number|password|pin|combination|size|key)")
    text = "".join(piece[0] for piece in query)
    way = r.choice(
        split("""do you remember {q}|do you remember {q}?|do you still know {q}?|can you recall {q}?|remember {q}?|what was {q} again?|what's {q} again?|
did I save {q}?|did I tell you {q}?|look up {q} in memory|recall {q}|search memory for {q}""")
    )
    return Said(
        "ask" if way.endswith("?") else "raw", say(r, way, {"q": lambda s: [*plain(s.choice(["the ", "my ", "our ", "the ", ""])), (text, "query", 0)]})
    )


@family("recall.add", "tagged", 1.4)
def add_tagged(r: Random) -> Said:
    text, tag = text_of(r, "fact1"), text_of(r, "tag")
    words = {"text": lambda s: quoted(s, text, "text", 0.15), "quote": lambda s: quoted(s, text, "text", 1), "tag": lambda s: quoted(s, tag, "tag", 0.15)}
    return Said("raw", lead(r, say(r, r.choice(TAGGED), words)))


@family("recall.add", "literal", 0.5)
def add_literal(r: Random) -> Said:
    text = text_of(r, r.choice(["order", "command", "snippet", "order", "json_line"]))
    way = r.choice(
        split("""{save} {this} {into}: {text}
{save} {this}: {text}
(add|save|put|write) (this |)(to|in|into) {mem}: {text}
{save} the (command|text|line|snippet|phrase|message|words) {text}
(remember|keep|store) {text} for (me|later)
note: {text}
{save} the following (text|command|message|line|snippet): {text}
(keep|store) this (command|snippet|one-liner|line) in {mem}: {text}""")
    )
    return Said("raw", say(r, way, {"text": lambda s: quoted(s, text, "text", 1 if "text} for" in way or "line|snippet|phrase" in way else 0.5)}))


define(
    why_search=split("""I know I wrote it down somewhere|it has to be in there|I told you about it {ago}|I can't remember the details|{one} is asking about it|I forgot|
it slipped my mind|we talked about it {ago}|I need it for {matter}|I'm sure I noted it {ago}""")
)
SEARCHES = split("""(search|look in|look through|check|query|scan|go through|dig through|comb) {mem} for {query}
search for {query} in {mem}
(find|look up|look for|dig up|dig out|pull up|get|bring up|fetch|retrieve|show me|give me) (my|the|any|all|all my|all the) (notes|memories|memory|note|entries|facts) (on|about|regarding|concerning|for|mentioning|that mention|to do with|related to) {query}
(find|look up|look for|dig up|dig out|show me|give me|list|pull up) (what|everything|anything|all|whatever|the things) (I|we|you) (noted|saved|stored|remember|wrote down|know|have|kept|remembered|have in memory|jotted down|told you) (on|about|regarding|concerning) {query}
recall {query}
recall: {query}
recall (what I said about|anything about|everything about|my notes on|the note on) {query}
(memory|memories|mem|notes|search memory|memory search|recall|lookup): {query}
what (did|do) I (save|store|note|write down|tell you|say|have|know|jot down) (about|on|regarding|concerning) {query}?
what (do|did) you (remember|know|have in memory|recall|have stored) (about|on|of|regarding) {query}?
(do|can) you (remember|recall) (anything about |something about |what I said about |the |my |what |){query}?
(do|can) you still (remember|know) (the |my |){query}?
(did|have) I (ever |)(mention|mentioned|note|noted|save|saved|told you|tell you|write|written down) (anything |something |)(about |on ){query}?
what (was|were|is|are) (the |my |that |){query} (again|once more|I told you about|I saved)?
(have|do) (we|I|you) (got |have |)(any |some |)(notes|memories|memory|anything saved|anything stored) (on|about) {query}?
is there (anything|something|a note) in {mem} (about|on) {query}?
remind me (what I (saved|noted|wrote|said) about|of what I told you about|what we know about|of the note on) {query}
(jog my memory on|jog my memory:|refresh my memory on) {query}
I (wrote|noted|saved|jotted|put) (something|it) down (about|on) {query}, find it
I'm (looking for|after|trying to find) (my |the |a |)(note|notes|memory|memories|entry) (on|about) {query}
(anything|something) (in memory|stored|saved|noted|remembered) (about|on) {query}?
tell me what you (remember|know|have) (about|on) {query}
find {query} in {mem}
find {query} in my notes
where did I (say|note|write down) {query} (is|was)?""")


@family("recall.search", "query", 3.4)
def search(r: Random) -> Said:
    way = r.choice(SEARCHES)
    text = text_of(r, "topic" if r.random() < 0.95 else "order")
    for article in ("the ", "my ", "a ", "an "):
        text = text.removeprefix(article)
    pieces = say(r, way, {"query": lambda s: [*(plain("the ") if s.random() < 0.06 and way.endswith("{query}") else []), *quoted(s, text, "query", 0.2)]})
    if r.random() < 0.3:
        pieces = limited(r, pieces)
    return Said(
        "ask" if way.endswith("?") else "raw" if way[0] == "(" and "):" in way or way.startswith(("recall:", "I'm", "I (")) else "imp", pieces, why="why_search"
    )


def limited(r: Random, pieces: list) -> list:
    if pieces[-1][0].rstrip().endswith("?") and pieces[-1][1] is None:
        pieces = pieces[:-1] + plain(pieces[-1][0].rstrip("? "))
    tail = r.choice(
        split(""", (top|max|limit|at most|maximum|no more than|up to|only|just|first|the first|the top) {limit=number}| (limit|max|top) {limit=number}|
, {limit=number} (results|hits|at most|max|entries|tops|is enough|matches)|, at most {limit=number} (results|hits|entries|notes)|
, (show|give) me (the (first|best|top) |){limit=number}| ({limit=number} max)| ({limit=number} results)| - {limit=number} hits please|
, no more than {limit=number} (hits|results)""")
    )
    return [*pieces, *say(r, tail)]


@family("recall.search", "limit-first", 0.4)
def search_first(r: Random) -> Said:
    way = r.choice(
        [
            "(show|give|find|get|bring|list|fetch) (me |)(the |)(top|first|last|best|latest|newest) {limit=number} (notes|memories|entries|hits|results|matches) (on|about|for|regarding) {query~topic}",
            "(find|show me|give me|get|search|look up) {limit=number} (notes|memories|entries|facts) (on|about|mentioning) {query~topic}",
            "(up to|at most|max) {limit=number} (memories|notes|hits) (on|about) {query~topic}",
            "top {limit=number} (memories|notes) (about|on) {query~topic}",
        ]
    )
    return Said("imp", say(r, way, {"number": lambda s: text_of(s, "limits")}))


define(
    limits=lambda r: r.choice(
        [
            str(r.randint(1, 30)),
            str(r.choice([3, 5, 10, 20, 50, 100])),
            r.choice(split("one|two|three|four|five|six|seven|eight|ten|a dozen|twelve|fifteen|twenty|fifty")),
        ]
    )
)
