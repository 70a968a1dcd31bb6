"""Snapshots: create, list, restore, check."""

from random import Random

from .family import Said, family, templates
from .grammar import define, quoted, say, split, text_of

define(
    snap=split("snapshot|snapshot|snapshot|snapshot|restore point|checkpoint|save point|backup|snap|state snapshot|savepoint"),
    snaps=split("""snapshots|snapshots|snapshots|snapshots|restore points|checkpoints|save points|backups|snaps|saved states|savepoints"""),
    ws=split("""the workspace|the workspace|everything|the hive|all of it|the current state|this state|my work|the files|what we have|the whole thing|where we are|
the workspace and the hive|the present state|things as they are"""),
    called=split("""called|named|labelled|labeled|with the label|with label|under the name|with the name|titled|label|name it|and call it|, call it|, label|, label:|
, name:|and label it|, label it|, name it|as|, tag it as|and name it|, labelled as|marked"""),
    why_create=split("""I'm about to change a lot|I'm about to run the migration|we're about to upgrade|I want a way back|in case this goes wrong|
I'm going to try something risky|everything works at the moment|the tests are green|this is the last good state|{one} is going to edit things|
I might break something|we have a clean build|I'm going to delete old stuff|the import finished fine|I don't want to lose this"""),
    why_restore=split("""it's all broken now|my last change was a mistake|the upgrade failed|nothing works since {ago}|I deleted the wrong folder|the refactor went badly|
the tests are all red|I messed up|{one} overwrote my files|this experiment led nowhere|the new version is worse|something ate my files"""),
    why_list=split("""I forgot which ones I made|I lost track of them|before I roll back|before I restore anything|I can't remember the label|
I need to pick one to go back to|I want to tidy up|I'd like to choose one"""),
)

templates(
    "snapshot.create",
    "bare",
    1.1,
    {
        "imp": split("""(take|make|create|save|do|capture|record|grab|get|store|keep|add|produce|cut|write) (a|a new|one|another|one more|a fresh|a quick|a full) {snap}[ of {ws}]
(take|make|create|grab) {snap}[ now]
snapshot {ws}
checkpoint {ws}
back up {ws}[ as a snapshot]
(freeze-frame|capture|preserve|save) {ws} (as|in) a {snap}
(take|create|make) a {snap} (before I go on|first|now|right now|right away|in case|to be safe|just in case|so I can come back)
(take|create) a {snap}, (no|without a|any|no need for a) (label|name)
(take|create|save) an unnamed {snap}
save a copy-on-write {snap} of {ws}
(set|put|drop) a {snap} here
(remember|save|keep) this state so that I can (return to it|come back|roll back) later"""),
        "nom": split("""snapshot|snapshot now|new snapshot|checkpoint|new checkpoint|new restore point|snap it|snap|snapshot please|one snapshot|quick snapshot|snapshot {ws}|
snapshot this|another snapshot|fresh snapshot|restore point please|checkpoint now|snapshot, now"""),
        "tell": split("""I need a (new|fresh|quick|) {snap} (now|right now|of {ws}|before I continue)|I want a {snap}[ of {ws}]|we need a {snap}[ of {ws}] (before this|now)|
I'd like to have a {snap} (of {ws}|before {going})|a {snap} would be good (now|before {going})|it would be wise to have a {snap} now"""),
        "ask": split("""can I have a {snap}[ of {ws}]?|could we get a {snap} (now|before {going})?|will you snapshot {ws}?|may I have a new {snap}?"""),
    },
    why="why_create",
)


@family("snapshot.create", "label", 1.7)
def create_label(r: Random) -> Said:
    way = r.choice(
        split("""(take|make|create|save|do|capture|store|add|grab) (a|a new|one|another|) {snap} {called} {name}
(take|make|create|save|store|grab) (a|a new|another) {snap} of {ws} {called} {name}
(take|make|create|new|add|do) {snap} {name}
(snap|checkpoint|snapshot) {name}
(snapshot|checkpoint|save|capture|back up) {ws} {called} {name}
(snapshot|checkpoint) (this|it|now) {called} {name}
(save|keep|store|preserve) (this|the current) state (as|under) {name}
(save|store|keep) {ws} as {snap} {name}
(take|create|make) a {snap} and (call|name|label|title) it {name}
(take|create|make) a {snap}. (call|name|label) it {name}
{name} should be the (label|name) of a new {snap}
(use|with) the label {name}, (take|create) a {snap}
label: {name}, (take|make|create) (the|a) {snap}
(set|drop|put) a {snap} here, {name}
a {snap} (called|named|labelled) {name} before {going}""")
    )
    text = text_of(r, "label" if r.random() < 0.93 else "order")
    return Said("imp" if way[0] == "(" else "tell", say(r, way, {"name": lambda s: quoted(s, text, "label", 0.8 if " " in text else 0.35)}), why="why_create")


templates(
    "snapshot.create",
    "label-terse",
    0.5,
    {
        "nom": [
            "snapshot: {label=label}",
            "checkpoint: {label=label}",
            "new {snap} {label~label}",
            "{snap} {label=label} now",
            "{snap} as {label~label}",
            "new {snap}: {label=label}",
            "{snap} named {label~label}",
            "{snap} ({label=label})",
            "snap {label=label}",
            "checkpoint {label=label}",
            "{snap}, label {label=label}",
        ],
        "tell": [
            "I (want|need) a {snap} (called|named|labelled|labeled|with label) {label~label}",
            "this (one|state) should be saved as {snap} {label~label}",
            "we need a {snap} {label~label} before {going}",
        ],
    },
)

templates(
    "snapshot.list",
    "ask",
    2.0,
    {
        "imp": split("""(list|show|display|print|enumerate|show me|give me|tell me|get|get me|bring up|pull up|let me see|read out) (the|all|all the|my|our|every one of the|all my|existing|the existing|available|the available|the saved) {snaps}
(list|show|display) {snaps}
(show|give) me (the list|a list|an overview|the names) of (the|my|all|available) {snaps}
(list|show) (every|each) {snap}[ (we have|there is|I made|so far|made so far|on disk)]
(show|list) (all|the) {snaps} (we have|we made|so far|that exist|there are|I took|made until now|kept here|and when they were taken|by date|with their labels)
tell me (what|which) {snaps} (exist|there are|we have|I have|I can go back to|have been taken)
let me (see|look at|have a look at|go through) (the|all|my|the list of) {snaps}
remind me (which|what) {snaps} (we have|I took|exist)
check (what|which) {snaps} (exist|there are|I have)"""),
        "ask": split("""(which|what) {snaps} (do I have|do we have|are there|exist|have I made|have we taken|did we make|are available|are stored|can I go back to|could I restore|did I take {ago})?
how many {snaps} (do I have|are there|do we have|have been taken)?
(are there|do I have|do we have|got) any {snaps}?
what can I (roll back|go back|return|revert) to?
what (states|points) can I (restore|return to|go back to)?
when (was|were) (the|my) (last|latest) {snaps} taken?
can I see (the|all|my) {snaps}?
(where are|what are) my {snaps} (called|named)?
which {snap} is the (newest|latest|oldest|most recent)?
to which {snaps} could (I|we) go back?"""),
        "nom": split("""snapshots?|snapshots|snapshot list|list of {snaps}|all {snaps}|{snaps}, please|my {snaps}|{snaps} list|existing {snaps}|available {snaps}|the {snaps}|
restore points?|checkpoints?|{snaps} so far|ls snapshots|overview of the {snaps}|every {snap} there is|saved {snaps}?"""),
        "tell": split("""I (want|need|would like|'d like) to (see|know|look at) (the|all|which|my) {snaps}[ there are]|I've lost track of (the|my|our) {snaps}, list them|
I forgot (what|which) {snaps} I (made|took|have)|I can't remember the name of my last {snap}, show me all of them|I need (the|a) list of {snaps}|
not sure which {snaps} we have, show me"""),
    },
    why="why_list",
)

templates(
    "snapshot.check",
    "ask",
    2.0,
    {
        "imp": split("""(check|verify|validate|test|inspect|audit|prove|examine|scrub) (the|my|all|all the|our|every one of the|the stored|the saved|existing) {snaps}
(check|verify|validate|test|inspect|audit|scrub) {snaps}
(check|verify|validate|confirm|test|prove) the (integrity|health|consistency|soundness|hashes|checksums) of (the|my|all|all the|our|every) {snaps}
(check|verify|validate|recompute|compare) (all|every|the) {snap} (hashes|chunks|block sums|checksums|digests|blocks|hash)
(make sure|ensure|check|verify|confirm) (that |)(the|my|all|no|all the) {snaps} (are|is|are still) (intact|ok|okay|fine|good|readable|valid|not damaged|not corrupt|whole|usable|restorable|sound|undamaged|in order)
run (an integrity check|a check|a consistency check|a verification|a health check|fsck|a scrub) (on|of|over|across) (the|all|my|our) {snaps}
(see|find out|tell me) (if|whether) (the|my|any of the|all|all the) {snaps} (are|is) (intact|ok|corrupt|damaged|broken|fine|still good|readable|rotten|sound|healthy)
look for (damage|corruption|bit rot|broken chunks|missing chunks) in (the|my|our|all) {snaps}
do (a|an) (integrity|sanity|health|consistency) check (on|of) (the|my) {snaps}
make sure none of (the|my) {snaps} (is|are) (damaged|broken|corrupt|missing chunks|unreadable)
rehash (the|all) {snaps} and compare"""),
        "ask": split("""(are|is) (my|the|all|all my|any of the|any of my|our|all the|the stored) {snaps} (still |)(intact|ok|okay|fine|good|valid|corrupt|corrupted|damaged|healthy|readable|broken|in order|sound|consistent|usable|trustworthy)?
do (the|all|my) {snaps} (still |)(verify|check out|hold|match their hashes|pass the check|add up)?
can (I|we) (trust|rely on) (the|my|our) {snaps}?
(has|have) (any|some) (of the|of my|) {snaps} (been damaged|gone bad|rotted|been tampered with|been corrupted)?
could any {snap} be (broken|damaged|corrupt)?
is there (any|some) (corruption|damage|bit rot) in (the|my) {snaps}?
would (the|my) {snaps} (restore cleanly|still work|survive a restore)?
did anyone tamper with (the|my) {snaps}?"""),
        "nom": split("""snapshot check|check snapshots|snapshot integrity|integrity check of (the|my) {snaps}|{snaps} ok?|{snaps} intact?|snapshot health|{snap} verification|
verify {snaps}|snapshot integrity check|{snaps} all good?|health of the {snaps}|{snap} integrity?|fsck the {snaps}|are {snaps} fine"""),
        "tell": split("""I (want|need|'d like) to (know|be sure) (that|whether|if) (the|my) {snaps} are (intact|ok|sound|undamaged|fine)|
I don't trust the disk, (check|verify) the {snaps}|the disk made a strange noise, check the {snaps}|
I (worry|suspect) that (a|one of the) {snaps} (is|got) (damaged|broken|corrupted), check them|we had a power cut, verify the {snaps}"""),
    },
)


@family("snapshot.restore", "named", 2.3)
def restore(r: Random) -> Said:
    way = r.choice(
        split("""(restore|restore to|revert to|roll back to|rollback to|go back to|return to|reset to|jump back to|rewind to|bring back|load|recover|reinstate|put back|get back to|switch back to|fall back to|undo to|apply|roll to|back to) [(the|my|our) ](snapshot |restore point |checkpoint |save point |backup |){name}
(restore|roll back|revert|reset|rewind|put back|return|bring back|set back|take back) {ws} to [the ](snapshot |restore point |checkpoint |state |){name}
(restore|load|recover|reinstate|use|apply|bring back) (the|my|that) {snap} (called|named|labelled|labeled|with the label|I called|I named|I labelled|with id|with the name|tagged|we called|number|titled) {name}
(restore|revert to|roll back to|go back to|return to) (the|that) {name} {snap}
(restore|bring back) (the state|everything|the files|things) (from|of|as of|in) [(the|) ]({snap} |){name}
put {ws} back (to how it was|as it was|the way it was|to the way it stood) (in|at|when we made|with) ({snap} |){name}
(undo|drop|throw away|discard|forget) (all|everything|all changes|my changes) (since|after|and go back to|back to) ({snap} |the {snap} |){name}
(throw away|discard) (my|all|the) changes and (restore|go back to|return to) {name}
make {ws} (look like|be as in|match) {snap} {name} again
(roll|turn|wind) (it|everything|things|the clock|the workspace) back to {name}
take me back to {name}
restore from {name}
{snap} {name}, restore it""")
    )
    kind = "nom" if way.startswith("{snap}") else "imp"
    text = text_of(r, "snapshot" if r.random() < 0.94 else "order")
    return Said(kind, say(r, way, {"name": lambda s: quoted(s, text, "snapshot", 0.65 if " " in text else 0.25)}), why="why_restore")


templates(
    "snapshot.restore",
    "ask",
    0.4,
    {
        "ask": [
            "(can|could|may) (I|we) (go back|return|roll back|revert) to {snapshot~snapshot}?",
            "is it possible to (go back|return) to (snapshot |){snapshot~snapshot}?",
            "how about (going|rolling) back to {snapshot~snapshot}?",
            "would you roll (everything|things|it) back to {snapshot~snapshot}?",
            "could we have {snapshot~snapshot} back?",
            "can I get the state of {snapshot~snapshot} back?",
        ],
        "tell": [
            "I want {snapshot~snapshot} back",
            "I need (the state from |the files from |){snap} {snapshot~snapshot} back",
            "I want to be back at {snapshot~snapshot}",
            "(we'd|I'd) (better|rather) (go|roll) back to {snapshot~snapshot}",
            "{snapshot~snapshot} was better, (restore it|bring it back|go back to it|put it back)",
            "it worked in {snapshot~snapshot}, (go back there|restore that one|return to that)",
            "we should be on {snap} {snapshot~snapshot} again",
        ],
        "nom": [
            "restore {snapshot=snapshot}",
            "rollback {snapshot=snapshot}",
            "rollback: {snapshot=snapshot}",
            "back to {snapshot~snapshot}",
            "undo to {snapshot=snapshot}",
            "revert {snapshot=snapshot}",
            "restore: {snapshot~snapshot}",
        ],
    },
    why="why_restore",
)
