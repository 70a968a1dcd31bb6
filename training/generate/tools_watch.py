"""Watches on pages: begin, list, end."""

from random import Random

from .family import Said, family, templates
from .grammar import define, plain, say, split

define(
    do_you="do you|do you currently|do you still|do you now|do we|do we currently|do you regularly|do you presently|do we still",
    keep_eye="watch|monitor|keep an eye on|check|follow|track|look after|check on|keep watch on|look at regularly|poll|observe|keep tabs on",
    watch=split("""watch|watch|watch|monitor|monitor|keep an eye on|keep watch on|keep watching|track|observe|start watching|start monitoring|keep tabs on|follow|
add a watch on|add a watch for|put a watch on|set a watch on|set up a watch on|set up monitoring for|look out for changes on|check for changes on|
add to the watches|watch for updates on|look after|begin watching|keep checking|poll|recheck|have a regular look at|guard|create a watch for|
put on the watch list|add to my watches|keep monitoring|check regularly"""),
    changes=split("""changes|changes|updates|is updated|gets updated|moves|looks different|has something new|is different|is edited|gets new content|shows anything new|
is modified"""),
    unwatch=split("""stop watching|unwatch|stop monitoring|stop tracking|stop checking|remove the watch on|remove the watch for|drop the watch on|delete the watch on|
cancel the watch on|end the watch on|quit watching|no longer watch|don't watch any more|stop following|forget|take down the watch on|
kill the watch on|remove watch of|remove the watch from|discontinue monitoring|turn off the watch for|stop keeping an eye on|cease watching|
disable the watch on|unsubscribe from|stop polling|clear the watch on|get rid of the watch on|drop|unfollow"""),
    why_unwatch=split("""nothing new ever shows up there|I bought it already|the sale is over|I got the tickets|the page is gone|it's too noisy|I found a flat|
it changes every minute|the event is over|nobody reads the reports|I don't care about it any more|{matter} is done|the price dropped and I ordered|
we have what we need|it only sends noise"""),
    why_watch=split("""the shop has none left|I'm waiting for the results|prices may drop|{one} updates it without telling anyone|they will announce the date there|
the new version is due {soon}|I don't want to miss the restock|{matter} depends on it|the timetable changes all the time|I applied for a job there|
they might publish it {soon}"""),
)


@family("watch.add", "plain", 2.8)
def watch(r: Random) -> Said:
    lead = [
        "{watch} {url=url}",
        "{watch} {url=url}",
        "{watch} {url~url}",
        "{watch} (the page|page|the site|this page:|the page at|the website|this:|url|the address|the link) {url=url}",
        "(tell|alert|notify|ping|warn|inform) me (when|if|whenever|as soon as|each time|every time) {url=url} {changes}",
        "let me know (when|if|whenever|as soon as) {url=url} {changes}",
        "(add|put) {url=url} (to|on) (my|the) (watches|watch list|watchlist|list of watched pages)",
        "(check|look at|look in on|revisit|refetch) {url=url} (regularly|from time to time|now and then|for changes|for updates)",
        "watch: {url=url}",
        "(I want|I'd like|we need|I need) (a watch on|to watch|to monitor|to follow|to keep track of|you to watch|you to monitor) {url=url}",
        "(report|flag|tell me about) (any|all|every) (change|changes|update|updates) (on|of|to|at) {url=url}",
        "start a watch (on|for) {url=url}",
        "new watch: {url=url}",
        "new watch (on|for) {url=url}",
        "{url=url} should be watched",
        "{url=url}: (watch it|keep an eye on it|monitor this|tell me when it {changes})",
        "don't just fetch it, watch {url=url}",
        "(can|could|will) you (keep an eye on|watch|monitor|follow) {url=url} for me",
        "I want to know (when|if|whenever|as soon as) {url=url} {changes}",
        "(set|put) (up |)an alert (for|on) {url=url}",
        "see if {url=url} {changes}",
    ]
    head = r.choice(lead)
    pieces = say(r, head)
    if r.random() < 0.58:
        pieces += say(
            r,
            r.choice(
                [
                    " {every_minutes=every}",
                    " {every_minutes=every}",
                    " {every_minutes=every}",
                    ", {every_minutes=every}",
                    ", checking {every_minutes=every}",
                    ", check {every_minutes=every}",
                    "; (visiting it|a check|one glance|polling|a look) {every_minutes=every} (is enough|will do|suffices|would be good)",
                    ", {every_minutes=every} is (fine|enough|ok|plenty)",
                    " and check it {every_minutes=every}",
                    " (at intervals of|with an interval of|at an interval of|interval|, interval) {every_minutes=minutes}",
                    " ({every_minutes=every})",
                    " - {every_minutes=every}",
                    ", looking {every_minutes=every}",
                    "; {every_minutes=every} (will do|is fine|is often enough)",
                    ". {every_minutes=every} is (fine|enough)",
                    " for (changes|updates) {every_minutes=every}",
                ]
            ),
        )
    elif r.random() < 0.15:
        pieces += plain(
            r.choice(
                [
                    " for changes",
                    " for me",
                    " from now on",
                    " for updates",
                    " and report changes",
                    " and tell me about changes",
                    " for new entries",
                    " until I say stop",
                ]
            )
        )
    return Said("imp" if head[0] in "{(" and not head.startswith(("{url", "(I", "(can")) else "nom" if head[0] in "wn" else "tell", pieces, why="why_watch")


@family("watch.add", "every-first", 0.4)
def watch_first(r: Random) -> Said:
    return Said(
        "imp",
        say(
            r,
            r.choice(
                [
                    "{every_minutes=every}, (check|look at|watch|have a look at|revisit) {url=url}[ for changes]",
                    "{every_minutes=every} (check|look at|see) {url=url}",
                    "check {every_minutes=every} (if|whether) {url=url} {changes}",
                    "look {every_minutes=every} (if|whether) {url=url} {changes}",
                    "a watch {every_minutes=every} on {url=url}",
                    "(check|poll|watch|refresh) {every_minutes=every}: {url=url}",
                    "(watch|monitor) {every_minutes=every} the page {url=url}",
                ]
            ),
        ),
        why="why_watch",
    )


templates(
    "watch.list",
    "ask",
    2.0,
    {
        "imp": split("""(list|show|display|print|show me|give me|get|enumerate|bring up|let me see|tell me) (the|all|all the|my|our|current|the current|active|all my|every one of my) (watches|watched pages|watched urls|watched sites|monitored pages|watched addresses|page watches|monitored sites|watched links)
(list|show) watches
(show|give|print) (me |)(the|my) watch list
(list|show|tell me) (the|all|all the|which|what) (pages|sites|urls|addresses|websites|links) (you watch|you are watching|that are watched|you keep an eye on|being watched|being monitored|under watch|we watch|we monitor|I asked you to watch|you're tracking|you check regularly|we're following)
tell me what (you are watching|you're monitoring|is being watched|you keep an eye on|pages are under watch|you check for changes)
remind me (which|what) (pages|sites|urls) (you watch|are being watched|I'm watching|we monitor)
(show|list) every watch[ with its interval| and how often it runs|]
go through my watches"""),
        "ask": split("""(what|which) (pages|sites|urls|websites|addresses|links) ({do_you} {keep_eye}|are you watching|do you watch|are being watched|are monitored|am I watching|do we monitor|are you keeping an eye on|are under watch|do I follow|are you tracking|are we watching|are on the watch list|do you check for changes)[ for me| at the moment| right now| currently|]?
what {do_you} {keep_eye}[ for me| right now|]?
which of my (pages|links|sites) {do_you} {keep_eye}?
what are you (watching|monitoring|keeping an eye on|tracking|checking)[ for me| right now| at the moment| these days|]?
what('s| is) (on my watch list|being watched|being monitored|under watch|on the watchlist)[ now| at the moment|]?
how many (pages|sites|urls) (am I watching|are you watching|do we watch|are on the watch list)?
do I (have any|still have) watches[ running|]?
are (there|you watching) any (watches|pages|sites)?
which watches (are active|do I have|are running|are there|did I set up)?
is anything being (watched|monitored)?"""),
        "nom": split("""watches|watches?|watch list|watchlist|watched pages|watched urls|watched sites?|my watches|list of watches|watch overview|monitored pages?|
current watches|all watches|active watches?|watch list please|pages being watched|list watches|what's watched?|what is monitored|watches please"""),
        "tell": split("""I (want|need|'d like|would like) to (see|know) (what|which) (pages|sites|urls) (are watched|you watch|are being monitored|I'm watching)|
I forgot (which|what) (pages|sites) (I'm watching|you watch|we monitor)|I've lost track of my watches|
before I (drop|remove|add) any[thing], (show|list) (the|my) watches|I don't remember what I asked you to watch|I'd like (a|the) list of my watches|
before deciding what to unwatch, I want to see (the|my) watches"""),
    },
)

templates(
    "watch.remove",
    "ask",
    2.1,
    {
        "imp": [
            "{unwatch} {url=url}",
            "{unwatch} {url=url}",
            "{unwatch} {url~url}",
            "{unwatch} (the page|page|the site|the page at|this page:|the website) {url=url}",
            "(take|remove|drop|delete|strike|cross) {url=url} (off|from) (the|my) (watch list|watches|watchlist|list of watches)",
            "(remove|delete|drop|cancel) (my|the) watch {url=url}",
            "(stop|quit) (telling|notifying|alerting|informing|bothering) me (about|of) {url=url}",
            "(stop|no more) (alerts|updates|checks|notifications) (for|on|about|from) {url=url}",
            "(end|stop) the (monitoring|watching|tracking|surveillance) of {url=url}",
            "don't (watch|monitor|check|follow) {url=url} (any more|anymore|any longer|from now on)",
            "leave {url=url} alone from now on",
            "you can (stop|quit) (watching|monitoring|checking) {url=url}",
            "keep the other watches but (drop|remove|stop) {url=url}",
        ],
        "nom": [
            "unwatch {url=url}",
            "unwatch: {url=url}",
            "stop watching {url=url}",
            "no more {url=url}",
            "remove watch {url=url}",
            "watch off: {url=url}",
            "drop watch {url=url}",
            "delete watch on {url=url}",
        ],
        "tell": [
            "I (no longer need|don't need|no longer want|don't want|am done with|'m tired of) (the watch on|updates on|updates from|alerts for|to watch|to follow|to hear about|alerts about|news from) {url=url}[ any more| anymore|]",
            "{url=url} (needn't|doesn't have to|need not|no longer has to|should no longer) be (watched|monitored|checked)[ any more|]",
            "{url=url} (can|may|should) (come|go) off (the|my) watch list",
            "(the watch|your watch|monitoring) on {url=url} (can go|can stop|is no longer needed|may end|can be removed)",
            "{url=url} is (dead|not interesting any more|done|no longer relevant), (stop watching it|remove the watch|unwatch it|drop the watch)",
            "{why_unwatch}, (stop watching|unwatch|take off the watches) {url=url}",
            "enough of {url=url}, stop watching it",
        ],
        "ask": [
            "can you stop (watching|monitoring|checking) {url=url}?",
            "would you take {url=url} off (the|my) watch list?",
            "could you remove {url=url} from my watches?",
            "will you unwatch {url=url}?",
        ],
    },
    why="why_unwatch",
)
