"""The workspace: list, read, write, diff."""

from random import Random

from .family import Said, family, templates
from .grammar import define, plain, quoted, say, split, text_of
from .words_code import fence
from .words_contents import file_content

define(
    dir=lambda r: text_of(r, "folder") + ("/" if r.random() < 0.45 else ""),
    slashed=lambda r: text_of(r, "folder") + "/",
    folderword=split("folder|folder|directory|dir|subfolder|subdirectory|tree"),
    readfile=split("""read|read|show|show me|print|open|display|cat|view|output|dump|read out|read me|type out|give me|get|let me see|let me read|bring up|pull up|look at|
look into|have a look at|take a look at|check|inspect|load"""),
    why_read=split("""I can't remember what's in it|{one} changed it {ago}|I need to check a line|I want to quote from it|I lost the printed copy|
I need to see if it's complete|I'm not sure it saved|{one} asked what it says|I have to proofread it|I need one value from it"""),
    why_list=split("""I can't find a file|I forgot what I called it|I lost track of the files|{one} put something there|I want to see what is left|I need to tidy up|
I don't know where it went|something was exported {ago}"""),
    why_diff=split("""I lost track of my edits|I went out for a walk|{one} worked on it {ago}|the tests fail suddenly|I don't remember what I touched|I was away|
I want to write a summary|something looks odd|I need it for the changelog"""),
    why_write=split("""I need it for {matter}|{one} wants it there|the script reads it|I keep forgetting it|we need a placeholder|the build expects it"""),
    odd_or_file=lambda r: text_of(r, "odd_file"),
)

templates(
    "files.read",
    "plain",
    2.6,
    {
        "imp": [
            "{readfile} {path=file}",
            "{readfile} {path=file}",
            "{readfile} {path~file}",
            "{readfile} (the file|file|the contents of|the content of|my file|what's in|what is in|what's inside|the text of|the whole file|this file:|the source of) {path=file}",
            "{readfile} (the file|file|the contents of|the content of) {path~file}",
            "(show|tell) me (what's in|what is in|what is inside|what's written in|what it says in|the contents of|the text in|what stands in) {path=file}",
            "(cat|less|more|head|type) {path=file}",
            "{readfile} {path=file} (to|for) me",
            "{readfile} the file {path=file} (in full|again|for me|once more|from top to bottom|and show it)",
            "print the contents of {path~file}",
            "tell me what {path=file} (says|contains|has in it|looks like)",
            "{readfile} `{path=odd_file}`",
            '{readfile} "{path=odd_file}"',
            "{readfile} the file '{path=odd_file}'",
            "(don't change anything|no edits), just (show|read|print) {path=file}",
        ],
        "ask": [
            "what's in {path=file}?",
            "what is in (the file |){path=file}?",
            "what does {path=file} (say|contain|look like|have in it|hold)?",
            "what's inside {path=file}?",
            "what (is|did we|did I|have I) (written|write|put) in {path=file}?",
            "can I (see|read|have a look at) {path=file}?",
            "could I (see|read) (the contents of |){path=file}?",
            "how does {path=file} look (now|at the moment|)?",
            "what did {one} write in {path=file}?",
            "what does it say in {path=file}?",
            "what stands in {path=file}?",
        ],
        "nom": [
            "read {path=file}",
            "{path=file} please",
            "contents of {path=file}",
            "cat {path=file}",
            "open {path=file}",
            "{path=file}?",
            "show {path=file}",
            "view {path=file}",
            "read: {path=file}",
            "print {path=file}",
            "content of {path=file}",
        ],
        "tell": [
            "I (want|need|'d like|would like|have) to (see|read|check|look at|view|go over) {path=file}",
            "I need (the contents of|what's in|to know what's in) {path=file}",
            "I (can't remember|forgot|don't know|wonder) what's in {path=file}, (show me|show it|read it|print it|let me see)",
            "I can't remember (what|how) (I|we) (wrote|did it|said) in {path=file}, (show it to me|open it|let me see it)",
            "there should be (an answer|something|a note) in {path=file}, (read it|show me|open it)",
        ],
    },
    why="why_read",
)

templates(
    "files.list",
    "path",
    1.6,
    {
        "imp": [
            "(list|show|show me|display|print|give me|enumerate|get|ls) (the |all |all the |)(files|contents|entries|documents) (in|of|under|inside|within|below|from) {path=dir}",
            "(list|ls|dir) {path=dir}",
            "(list|ls|show) {path=slashed}",
            "(list|show|show me|display|open) (the |)(folder|directory|dir) {path=dir}",
            "(list|show|show me) (what's|what is|everything|all|all that's) (in|inside|under|within) (the (folder|directory) |){path=slashed}",
            "(show|tell) me (what's|what is|which files are|what files are) (in|inside|under) (the (folder|directory|subfolder) |my folder |){path=slashed}",
            "(show|tell) me what's in the (folder|directory|subfolder) {path=dir}",
            "(look|have a look|take a look|peek) (into|in|inside) (the (folder|directory) |){path=slashed}",
            "(list|show) (the |)(contents|content) of (the (folder|directory) |)`{path=dir}`",
            "give me a (directory listing|listing|file listing|file list) of {path=dir}",
            "(list|show) the files (you find |we have |there are |)(in|under) {path=dir}",
            "(see|check) what files (are|there are|we have) in {path=dir}",
        ],
        "ask": [
            "what's in {path=slashed}?",
            "what is in the {folderword} {path=dir}?",
            "what's inside (the (folder|directory) |){path=slashed}?",
            "(which|what) files (are|do we have|do I have|are there|live|sit|did I put) (in|under|inside) (the {folderword} |){path=dir}?",
            "what (files |)does the {folderword} {path=dir} (contain|hold)?",
            "is there anything (in|under) {path=dir}?",
            "how many files are (in|under) {path=dir}?",
            "what have we got (in|under) {path=slashed}?",
            "(are there|do I have) any files (in|under) {path=dir}?",
            "what do I keep in the {folderword} {path=dir}?",
        ],
        "nom": [
            "ls {path=dir}",
            "files in {path=dir}",
            "dir {path=dir}",
            "contents of the {folderword} {path=dir}",
            "{path=slashed}?",
            "list {path=slashed}",
            "listing of {path=dir}",
            "{folderword} {path=dir}",
            "everything (in|under) {path=slashed}",
            "{folderword} listing of {path=dir}",
            "ls -la {path=dir}",
        ],
        "tell": [
            "I (want|need|'d like) to (see|know) (what's in|which files are in|what files are under|the files in) {path=dir}",
            "I'm looking for a file (in|under) {path=dir}, (list it|list them all|show what's there)",
            "I (can't remember|forgot|don't know) (which|what) files are (in|under) {path=dir}",
        ],
    },
    why="why_list",
)

templates(
    "files.list",
    "all",
    1.1,
    {
        "imp": split("""(list|show|show me|display|print|give me|enumerate|get) (the|all|all the|my|our|every one of my) (files|documents|files and folders|files we have|files I have|files in the workspace|workspace files|contents of the workspace|files there are)
(list|show) files
(list|show|show me|display) (the|what's in the|everything in the|all of the|what is in the|all that's in the) workspace
(show|tell) me (what|which) files (there are|I have|we have|exist|are there|are in the workspace|lie around|you have)
(give me|show me|print) (a|the) (file list|directory listing|listing|file tree|overview of the files|list of files)
let me see (the|my|all) files
look around in the workspace"""),
        "ask": split("""(what|which) files (are there|do I have|do we have|exist|are in the workspace|are in here|have I got|are here|did I save)[ right now| at the moment|]?
what('s| is) (in|inside|lying around in) the workspace[ right now| at the moment|]?
what do (we|I) have in the workspace?
is (there anything|anything) in the workspace?
is the workspace empty?
how many files are (there|in the workspace)?
can I see (my|the|all) files?
what does the workspace (contain|look like|hold)?"""),
        "nom": split("""files|files?|ls|dir|file list|all files|workspace|workspace?|list of files|my files|workspace contents|ls -l|file listing|files please|
workspace files|directory listing|tree|the files|list everything|file tree|ls -a"""),
        "tell": split("""I (want|need|'d like) to (see|know) (all|which|what|the) files[ there are| I have|]|I can't find my file, list (everything|all files|what's there)|
I've lost track of (my|the) files, (list them|show them all|what's there)|I don't know what's in the workspace any more"""),
    },
    why="why_list",
)

define(since_when=lambda r: text_of(r, "past") if r.random() < 0.6 else text_of(r, "snapshot"), since_state=lambda r: text_of(r, "snapshot"))
templates(
    "files.diff",
    "plain",
    0.85,
    {
        "imp": split("""(show|show me|list|give me|display|print|tell me|get|summarise|summarize) (the|all|all the|my|our|any|recent|latest|the latest) (changes|differences|edits|modifications|file changes|changes in the workspace|changed files|modified files|workspace changes|changes to the files|diffs)
(show|give|print|display|make|run|do) (me |)(a|the) diff[ of the workspace| of the files| of everything|]
(show|list|tell) me (what|which files|which) (changed|has changed|have changed|I changed|was edited|was modified|is different|were touched|have been modified|was altered)[ in the workspace| in the files|]
diff (the workspace|everything|the files|my files)
compare the (workspace|files) (with|to|against) (what it was|how it was|how they were|before)
(see|check) what (changed|is different|was modified|I touched)"""),
        "ask": split("""what (changed|has changed|is different|was modified|did I change|have I changed|was edited|did we change|got changed|is new)[ in the workspace| in the files|]?
which files (changed|have changed|did I change|were modified|are modified|were touched|are different|have been edited|are new|did we edit)?
(have|did) (I|we|any) (changed|changes|change|edited|touch|files change) (anything|something|files|)?
are there (any|) (changes|modifications|edits|uncommitted changes|differences)[ in the workspace|]?
what('s| is) (different|new|changed|modified)[ in the workspace|]?
any (changes|differences|edits|modifications)[ in the files| in the workspace|]?"""),
        "nom": split("""diff|diff?|changes|changes?|workspace diff|diff please|show diff|file changes|changed files|changed files?|what changed|modified files|differences|
differences?|edits?|the diff|diff of the workspace|my changes|list of changes|recent edits|diff now"""),
    },
    why="why_diff",
)


@family("files.diff", "since", 1.5)
def diff_since(r: Random) -> Said:
    past_ways = split("""what (changed|has changed|is different|did I change|was modified|have we changed|is new|have I touched|got edited) [in the (workspace|files) ]since {name}?
which files (changed|have changed|were modified|did I edit|are different|are new|were touched|have been edited|did {person} touch) since {name}?
(show|show me|list|give me|print|tell me|summarise) (the|all|all the|my|any|every) (changes|differences|edits|file changes|changed files|modified files|modifications|change) [in the (workspace|files) ](since|made since|from|after|that happened since) {name}
(show|list|tell) me what (changed|has changed|is different|was edited|I changed|we changed|got modified) [in the (workspace|files) ]since {name}
(changes|diff|edits|changed files|differences|modifications|what's new|what's different|file changes|anything new|anything changed) since {name}
(diff|diff the workspace|diff everything) since {name}
(have|did) (I|we) (change|changed|edit|edited) (anything|something|any files) since {name}?
how (do|does) (the files|the workspace) differ since {name}?
(has|did) (anything|something) (changed|change|happened to the files) since {name}?
everything (changed|edited|modified|touched) since {name}
(what|which files) (changed|did I change|is different|was edited) since (the snapshot |snapshot |we took |I made |the checkpoint |){name}
(show|list) (the |all |)(changes|edits) since (the snapshot |snapshot |we took |I made |the checkpoint |){name}
I (want|need|'d like) to (see|know) what (changed|has changed|was modified|I did) since {name}""")
    state_ways = split("""(diff|compare) (the workspace|everything|the files|my files|the current state|it|this|what we have) (against|to|with|and) [the |](snapshot |checkpoint |restore point |){name}
(show|give|make|print|get) (me |)(a|the) diff (against|to|with|from|since|relative to) [the |](snapshot |checkpoint |restore point |snapshot called |snapshot named |snapshot labelled |){name}
diff (against|to|with|from|vs|since|) {name}
(diff|changes|differences) (vs|versus|against|to|from|since|relative to|compared to|compared with) (snapshot |the snapshot |){name}
(what|which files) (changed|is different|are different|has changed|differ|differs) (since|from|compared to|compared with|relative to|against|after) (snapshot |the snapshot |checkpoint |){name}?
how (does the workspace|do the files|do we|do my files) (differ|differ now) from (snapshot |the snapshot |checkpoint |){name}?
how far (have we|did I|has the workspace) (moved|drifted|strayed) from {name}?
compare with {name}
(show|list) (the |all |)(changes|differences) (between (snapshot |){name} and now|from {name} to now|since {name})
what's different (between {name} and now|from {name}|now compared to {name})?""")
    named = r.random() < 0.5
    text = text_of(r, "snapshot" if named else "past")
    if not named and text.split(" ")[0] in ("after", "before", "during", "at", "right", "on", "earlier", "just"):
        text = r.choice(["yesterday", "this morning", "last Monday", "lunch", "breakfast", "noon", "last week", "midnight", "last night", "lunch break", "3pm"])
    way = r.choice(state_ways if named and r.random() < 0.75 else past_ways)
    kind = "ask" if way.endswith("?") else "imp" if way.startswith(("(show", "(diff|compare", "(diff|diff", "(list", "compare", "diff")) else "nom"
    return Said(kind, say(r, way, {"name": lambda s: quoted(s, text, "since", 0.3 if named else 0)}), why="why_diff")


define(writeverb=split("write|write|save|put|store|write out|dump|place|output"))
WRITE_INTO = split("""{writeverb} {content} (to|into|in) (the file |a file called |a file named |file |a new file |a file |){path}
{writeverb} (the text|the line|the word|the words|this line|the following line|the string|the content|the sentence|the json|the note|the value) {content} (to|into|in) (the file |file |a new file |){path}
(create|make|add) (a|a new|the|) file (called|named|at|) {path} (with|containing|that contains|that says|with the content|with the text|with content|holding|with the line|and write|, content) {content}
(set|replace) the (contents|content) of {path} (to|with|by) {content}
(overwrite|replace|fill|update) {path} with {content}
{path} should (contain|say|read|hold|just say) {content}
(I want|I need|I'd like) {content} (in|saved in|written to|stored in) {path}
make {path} (say|contain|read) {content}
(echo|print) {content} (into|to|> ) {path}
(save|store|write|keep) {content} (as|under|inside) {path}
in {path}, (write|put|save) {content}
{path}: (write|put|save) {content} (in it|in there|into it)
into {path} goes {content}
(I want|I need) {path} to (say|contain|read) {content}
(write|put) {content} and (save|store) it (as|to|in) {path}
a (new |)file {path} (with|containing) {content}""")
WRITE_COLON = split("""{writeverb} (this|the following|this text|the following text|these lines|the lines below|it|this content|the text below|the code below|what follows|the block below) (to|into|in|as) (the file |file |a file called |a new file |){path}:
{writeverb} (to|into|in|as) (the file |file |){path}:
{writeverb} {path}:
(create|make|new|add|start) (a file |file |the file |a new file |){path}:
(create|make) (a file |the file |a new file called |){path} (with|containing) (this|the following|these lines|the following text|the text|this content|the content):
(overwrite|replace|fill|update) {path} with:
(overwrite|replace|fill) {path} with (this|the following|these lines|the following text):
{path} (should contain|shall contain|gets this content|content|must say|should read|needs this):
(save|write|put) (as|under) {path}:
(new file|file) {path}:
contents of {path} should be:
here is {path}, (save|write|store|create) it:""")


@family("files.write", "inline", 2.2)
def write_inline(r: Random) -> Said:
    text = file_content(r, one_line=True)
    path = text_of(r, "file" if r.random() < 0.96 else "odd_file")
    way = r.choice(WRITE_INTO)
    tail_open = way.endswith("{content}")
    sure = 0.8 if tail_open else 1.0 if " " in text and text[0] not in "{[" else 0.75
    words = {
        "content": lambda s: quoted(s, text, "content", 0.4 if tail_open else sure),
        "path": lambda s: [("`", None, 0), (path, "path", 0), ("`", None, 0)] if " " in path or s.random() < 0.08 else [(path, "path", 0)],
    }
    return Said("imp" if way[0] in "({" and not way.startswith(("(I", "{path")) else "raw", say(r, way, words), why="why_write")


@family("files.write", "block", 1.9)
def write_block(r: Random) -> Said:
    multi = r.random() < 0.7
    text = file_content(r, one_line=not multi)
    path = text_of(r, "file" if r.random() < 0.96 else "odd_file")
    head = r.choice(WRITE_COLON)
    words = {"path": lambda s: quoted(s, path, "path", 1 if " " in path else 0.08)}
    pieces = say(r, head, words)
    if r.random() < 0.35:
        pieces = [*say(r, r.choice(["please ", "pls ", "{event}, so ", "can you ", "hey, ", "{hail}, ", "I need you to ", "{why_write}, so "])), *pieces]
    glue = "\n" if multi or r.random() < 0.12 else " "
    body = fence(r, text, "content") if r.random() < 0.27 else [(text, "content", 0)]
    return Said("raw", [*pieces, *plain(glue if body[0][1] or glue == "\n" else "\n"), *body])
