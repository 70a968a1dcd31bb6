"""Permits for hosts: grant, revoke, list."""

from random import Random

from .family import Said, family, templates
from .grammar import define, say, split

define(
    permit=split("permit|permit|permission|access|pass|clearance"),
    why_grant=split("""I have to set up some packages|the build needs its dependencies|the next run downloads a data set|{one} needs the API for a test|
I have to pull some images|the script talks to it|I need to sync the mirror|the update comes from there|the tests call it|we're deploying {soon}"""),
    why_revoke=split("""we're done with it|the download is finished|the build is through|I don't trust it any more|the install worked|{one} got what was needed|
nothing uses it any more|the test is over|it leaked something|the sync has finished|we switched to another mirror|that was enough"""),
)
define(
    grant=split("""allow|permit|open|open up|whitelist|unblock|clear|let through|admit|authorise|authorize|enable|approve|grant|unlock|give access to|allow access to|
grant access to|open access to|permit access to|let the chambers reach|let the chambers talk to|allow the chambers to reach|allow connections to|
allow traffic to|let us reach|let it connect to|give the chambers access to|grant a permit for|grant a permit to|grant the permit for|
issue a permit for|create a permit for|give a permit to|make a permit for|allow network access to|open the network to|open the door to|let code reach|
give a pass to|allow requests to|allow outgoing traffic to|let the sandbox call|permit the host|allow host|allow the host|open a hole to|
open the firewall for|give me access to|set up a permit for|let runs contact|add a permit for""")
)


@family("permit.grant", "plain", 2.9)
def grant(r: Random) -> Said:
    way = r.choice(
        [
            "{grant} {host=host} for {minutes=minutes}",
            "{grant} {host=host} for {minutes=minutes}",
            "{grant} {host=host} for {minutes=minutes}",
            "{grant} {host~host} for {minutes=minutes}",
            "{grant} {host=host} {minutes=minutes}",
            "{grant} {host=host}, {minutes=minutes}",
            "{grant} {host=host} ({minutes=minutes})",
            "{grant} {host=host}, {minutes=minutes} (should do|is enough|will do|max|only|please|at most|and not longer)",
            "{grant} {host=host} (for the next|for about|for just|for only|during|for exactly|for up to|the next|over the next) {minutes=minutes}",
            "for {minutes=minutes}, {grant} {host=host}",
            "for the next {minutes=minutes} {grant} {host=host}",
            "(give|grant|allow) (host |the host |){host=host} access (for |){minutes=minutes}",
            "(give|grant|let) (host |){host=host} (have |)access (for |){minutes=minutes}",
            "(could|can) you (give|grant) (host |){host=host} (access |a permit |)(for |){minutes=minutes}",
            "(open|unlock) (access to |){host=host} (for |){minutes=minutes}",
            "(give|grant|allow|issue|get) {host=host} {minutes=minutes}[ of (access|network access)]",
            "(give|grant) {host=host} (a|access with a|) permit (of|for|lasting|valid for) {minutes=minutes}",
            "(give|grant|issue) (a|a new|) {permit} (for|to) {host=host} (for|of|lasting|valid|valid for|,) {minutes=minutes}",
            "(give|grant|issue) (me |us |)a {minutes=minutes} permit for {host=host}",
            "permit {host=host} {minutes=minutes}",
            "{minutes=minutes} (for|of access to|permit for|of) {host=host}",
            "let {host=host} (in|through|be reached|be reachable) for {minutes=minutes}",
            "(I need|we need|I want|the build needs|the chambers need|I'd like) (access to |a permit for |){host=host} for {minutes=minutes}",
            "(I need|we need) {minutes=minutes} of (access to |){host=host}",
            "make {host=host} (reachable|available|accessible) for {minutes=minutes}",
            "{host=host} (may|can|should) be (reached|contacted|used|accessed) for {minutes=minutes}",
            "allow {host=host} and (close|revoke|end) it after {minutes=minutes}",
            "keep {host=host} open for {minutes=minutes}",
            "(new |)permit: {host=host}, {minutes=minutes}",
            "{host=host}: (permit|allow|grant|access) {minutes=minutes}",
            "(can|could|may) (we|I|the chambers|the build) (have|get) (access to |){host=host} for {minutes=minutes}",
            "{grant} {host=host} {minutes=minutes}, not longer",
        ]
    )
    return Said(
        "imp"
        if way[0] in "{(gamlpk" and not way.startswith(("(I ", "(can", "{host", "{minutes", "(we", "(new", "permit"))
        else "tell"
        if way[0] == "("
        else "nom",
        say(r, way),
        why="why_grant",
    )


define(
    revoke=split("""revoke|revoke|revoke|block|block again|close|close access to|cut off|withdraw the permit for|withdraw access to|revoke access to|
revoke the permit for|revoke the permit of|cancel the permit for|end the permit for|remove the permit for|take away the permit for|remove access to|
disallow|forbid|deny|ban|shut off|stop access to|end access to|kill the permit for|drop the permit for|delete the permit for|pull the permit for|
take back the permit for|no longer allow|lock out|shut out|cut access to|stop allowing|revoke host|unpermit|close the door to|
invalidate the permit for|terminate the permit of|disable access to|don't allow any more|block traffic to|shut the network to|rescind the permit for|
remove the permission for""")
)

templates(
    "permit.revoke",
    "ask",
    2.2,
    {
        "imp": [
            "{revoke} {host=host}",
            "{revoke} {host=host}",
            "{revoke} {host~host}",
            "{revoke} {host=host} (again|now|early|right now|immediately|at once|before it expires)",
            "(take|pull|withdraw|remove) {host=host}'s (permit|access|permission)",
            "(take|remove|strike|drop|delete) {host=host} (off|from) the (permits|list of permits|allowed hosts|allow list|whitelist|allowlist)",
            "(take|get) the permit (back |)from {host=host}",
            "(take away|cancel|withdraw|end|remove) (the permit|the access|whatever permit) (that |)({host=host}) (has|got|holds|was given|still has)",
            "(take away|cancel|end) what we gave {host=host}",
            "(don't|do not) let (the chambers|anything|anyone|any code) (reach|talk to|call|contact|connect to) {host=host} (any more|again|from now on|any longer)",
            "stop the chambers from (reaching|calling|contacting) {host=host}",
            "(revoke|end|close) the (one|permit) (that |)(we gave|I gave|we granted) {host=host}",
            "the permit of {host=host}, (revoke|end|cancel) it",
            "take away {host=host}",
        ],
        "nom": [
            "revoke {host=host}",
            "revoke: {host=host}",
            "block {host=host}",
            "no more {host=host}",
            "permit off: {host=host}",
            "close {host=host}",
            "end permit {host=host}",
            "{host=host}: revoke",
            "revoke permit {host=host}",
        ],
        "tell": [
            "{host=host} (should|must|may) (no longer|not) (be reachable|have access|be allowed|be contacted|have a permit)",
            "{why_revoke}, ({revoke}) {host=host}",
            "{why_revoke}. {revoke} {host=host}",
            "I (don't want|no longer want) (the chambers|anything) to (reach|talk to) {host=host}",
            "we (no longer need|don't need|are done with|have finished with) {host=host}, (revoke it|close it|take its permit|block it|withdraw the permit)",
            "(access|the permit) (to|for) {host=host} (is no longer needed|can end|can go|can be revoked|has to go|must end now)",
            "{host=host} has had (access|its permit) long enough, (revoke it|close it)",
        ],
        "ask": [
            "can you (revoke|close|block|withdraw) {host=host}[ again|]?",
            "would you take away the permit of {host=host}?",
            "could we (close|block) {host=host} again?",
            "will you stop access to {host=host}?",
        ],
    },
    why="why_revoke",
)

templates(
    "permit.list",
    "ask",
    2.1,
    {
        "imp": split("""(list|show|display|print|show me|give me|get|enumerate|tell me|let me see|bring up) (the|all|all the|my|our|current|the current|active|the active|valid|open|every one of the|existing) permits
(list|show) permits
(list|show|give me|tell me) (the|all|all the|which|what) (hosts|domains|sites|servers|addresses) (are allowed|the chambers may reach|with a permit|that are allowed|that have a permit|the chambers can talk to|that are open|have access|we allow|currently permitted|that are whitelisted)
(show|give) (me |)the (list of permits|permit list|allow list|allowed hosts|open hosts|network permissions|whitelist|granted permits)
tell me (where|to whom|what) the chambers (may|can|are allowed to) (connect to|talk to|reach|go)
(show|list) (the |)permits and (how long they last|when they end|when they expire|their remaining time|the time left|who granted them)
(check|see|show) which permits (are active|exist|are still valid|have been granted|are open|run out soon|are in force)
go through the permits that are (open|active|in force)"""),
        "ask": split("""(which|what) permits (are there|do we have|are active|are open|exist|have been granted|are in force|are valid|did I grant|are still running)[ now| at the moment| right now| today|]?
(which|what) (hosts|domains|servers|sites|addresses) (are allowed|have access|have a permit|may the chambers reach|can the chambers reach|are open|are permitted|did we allow|do we allow|are whitelisted|are unblocked)[ now| at the moment| right now|]?
(where|who) (can|may) the chambers (connect|talk|reach|go|talk to|call)[ to|][ right now| at the moment|]?
what (can|may|are) the chambers (reach|talk to|connect to|access|allowed to reach)?
(are there|do we have) any (open|active|valid|) permits[ left| at the moment|]?
how many permits are (active|open|valid|left)?
how long do (the|our) permits (last|still last|run)?
(is|are) any (host|hosts) (allowed|permitted|open) (right now|at the moment|)?
who has (access|a permit)[ at the moment| now|]?
what did we (allow|permit|open)[ so far| today|]?
when do the permits (expire|run out|end)?"""),
        "nom": split("""permits|permits?|list of permits|active permits|open permits?|permit list|current permits|all permits|allowed hosts|allowed hosts?|allow list|
permits please|granted permits|network permits|permit overview|what's allowed?|which hosts?|permissions of the chambers|open hosts|whitelist?|
permits and time left|list permits"""),
        "tell": split("""I (want|need|'d like|would like) to (see|know|review) (the|all|which|what|our) permits[ are active| exist|]|
I forgot (which|what) hosts (we allowed|are open|I permitted)|before I (grant|revoke|allow|close) (anything|more|any), (show|list) (me |)the permits|
I've lost track of (the|our) permits|I want an overview of (the|all) permits|{one} wants to know (which|what) hosts are allowed|
I need to know (where|what) the chambers (can go|may reach|can talk to)"""),
    },
)
