"""The kill switch and the state of the chambers."""

from .family import templates
from .grammar import define, split

define(
    ch=split("""the chambers|the chambers|all chambers|every chamber|everything|all the chambers|the hive|all of them|it all|all running chambers|chambers|
the whole hive|the sandboxes|all execution"""),
    chs=split("the chambers|the chambers|the chambers|all chambers|the hive|chambers|our chambers|the sandboxes"),
    now=split("now|right now|immediately|at once|this instant|right away|asap|this second|straight away|on the spot|quickly"),
    wipe=split("wipe|wipe|clear|clean|erase|empty|scrub|reset|purge|flush"),
    alarm=split("""this smells wrong|something's off|that code is doing something strange|it's deleting files|a run went rogue|I see traffic that shouldn't be there|
I don't like what I see|it's running wild|a script escaped|someone is in there|we have an intruder|there's a leak|it's burning CPU|
this looks like an attack|the fans are screaming|a job is going crazy|it writes everywhere|I think we've been hacked|smoke|emergency|danger|red alert|
this is not what I asked for|it won't stop"""),
    safe=split("""false alarm|it was just a drill|nothing but a false alarm|we found the cause|the problem is solved|all clear|it's safe again|the danger is over|
{one} checked it and it's fine|nothing was wrong after all|the scare is over|we're good again|the drill is over|that was only a test|
the investigation is finished|I looked into it and it's harmless|security gave the green light|the fix is in|panic over|the coast is clear"""),
    go=split("""carry on|go on|continue|resume|proceed|back to work|you may go on|let it run again|keep going|start again|go ahead again|pick up where we left off|
as you were|let's continue|back to normal|let's get going again"""),
)

templates(
    "guard.freeze",
    "ask",
    2.1,
    {
        "imp": split("""(freeze|halt|stop|suspend|pause|lock down|shut down|kill|block|immobilise|lock|stand down) {ch}[ {now}]
(smack|press|pull|trip|use|flip|activate|engage|trigger|throw|push|slam) the (kill switch|killswitch|emergency stop|big red button|emergency brake|panic button|red button|kill-switch)[ {now}]
(activate|engage|trigger|initiate|start|call) (an |the |)(emergency stop|emergency freeze|lockdown|full freeze|emergency halt)
(put|keep|hold) {ch} on (ice|hold) {now}
(stop|freeze|halt) (everything|all) (that is running|that's running|you are doing|running in there|in its tracks)[ {now}]
bring {ch} to a (halt|standstill|stop)
don't let (anything|any chamber|any code) run (any more|until I say so|for now)
(stop|suspend|freeze) all (execution|runs|code|activity|work in the chambers|operations) {now}
cut (it all|everything|all of it) off {now}
(make|have) {ch} (stop|freeze) {now}
(turn|switch) (on the kill switch|the kill switch on|everything off)
put (a|the) freeze on {ch}
kill everything that runs
quarantine {ch}"""),
        "nom": split("""freeze|FREEZE|freeze!|stop!|STOP|halt!|freeze {ch}|kill switch|kill switch!|killswitch|emergency stop|emergency stop!|panic!|stop everything|
abort everything|lockdown|lockdown now|full stop|freeze now|halt everything|mayday|emergency freeze|kill it all|stop all|freeze it|all stop|code red|
everything stop|hold everything|abort abort abort|shut it down"""),
        "tell": split("""{alarm}, (freeze|stop|halt|suspend|lock down) {ch}|{alarm}! (stop|freeze|halt) {ch}|{alarm} - (hit|pull|press) the (kill switch|emergency stop)|
{alarm}. (freeze|halt|stop) {ch} {now}|{alarm}, (kill switch|stop everything|freeze now|shut it all down)|I want {ch} (frozen|stopped|halted) {now}|
nothing may run (any more|until I say so|from now on)|no chamber may (run|do anything) until (I say so|further notice|{one} looks at it)|
we have to (freeze|stop|halt) {ch} {now}|{alarm}, (put|bring) {ch} to a stop"""),
        "ask": split(
            """can you (stop|freeze|halt) {ch} {now}?|could you pull the plug on {ch}?|will you please (freeze|stop) {ch}?|how about freezing {ch} {now}?"""
        ),
    },
)

templates(
    "guard.resume",
    "plain",
    1.5,
    {
        "imp": split("""(resume|unfreeze|thaw|restart|unlock|release|reactivate|wake|wake up|unpause|free|continue|start up again|let go of) {ch}[ again]
(lift|end|remove|undo|cancel|release|take off|drop|call off) the (freeze|kill switch|lockdown|emergency stop|halt|stop|suspension)
(let|allow) {ch} (run|work|continue|go on|carry on|start) again
(bring|get|put) {ch} back (online|to life|up|to work|into operation|in service)
(turn|switch) (the kill switch off|off the kill switch|{chs} back on|everything back on)
(disengage|release|reset|disarm|deactivate) the (kill switch|emergency stop|emergency brake|red button)
(set|get) {ch} (going|running|moving) again
take {ch} off hold
resume (normal |)(operation|operations|work|execution|running)
(start|open) {chs} again"""),
        "nom": split("""resume|unfreeze|thaw|unfreeze now|resume all|resume chambers|continue|all clear|carry on|resume please|unfreeze {ch}|thaw {ch}|unpause|end of freeze|
freeze over|back to work|kill switch off|unlock|defrost|resume operation|green light"""),
        "tell": split("""{safe}, {go}|{safe}. {go}|{safe}; {go}|{safe} - {go}|{safe}, (unfreeze|resume|thaw|release) {ch}|{safe}, so (lift|end|remove) the freeze|
{safe}, you can (resume|unfreeze|let {chs} run again)|{chs} (may|can|should) (run|go on|continue|work) again|the freeze can be (lifted|ended|removed)|
{safe}! {go}|you can stop the freeze, {safe}|we can (resume|thaw|unfreeze) {ch} (now|again)|{chs} have been frozen long enough, {go}"""),
        "ask": split("""can (we|you) (resume|unfreeze|thaw|restart) {ch} (now|again|)?|could {chs} (run|work|continue) again?|can the freeze be lifted (now|)?|
may {chs} continue?|shall we unfreeze {ch}, please do|would you take the freeze off?"""),
    },
)

templates(
    "guard.resume",
    "wipe",
    0.75,
    {
        "imp": split("""(resume|unfreeze|thaw|restart|release|lift the freeze on|wake up) {ch}[,] and {wipe} (them|it|everything|their state|their memory|all state|what was in there|the chambers)
(resume|unfreeze|thaw|restart) {ch} with (a wipe|wipe on|a clean slate|wiped state|empty chambers|fresh state|wipe=true|wipe true|fresh chambers|wiping)
{wipe} {chs} (and|, then|and then|before you) (resume|unfreeze|thaw|restart|start again|let them run again|continue)
(lift|end) the freeze (and|, but) {wipe} {chs} (first|too|completely|as well|while at it)
(thaw|unfreeze|restart) {ch} from scratch
(unfreeze|resume) but (throw away|discard|drop|delete|get rid of) (the old state|everything in them|all their state|what they held|their contents)
(resume|restart|thaw) {ch} (clean|empty|blank|fresh|from zero|as new)
(unfreeze|thaw|resume) {ch}, (wipe|wiped|wiping everything|wipe included|wipe: yes|wipe=true|wipe them all)
start over with (empty|fresh|blank|new|wiped) chambers
bring {ch} back (empty|wiped|clean)"""),
        "tell": split("""{safe}, (resume|unfreeze|thaw) {ch} and {wipe} them|{safe}, {wipe} {chs} and {go}|{safe}; (start|resume) with (empty|clean|fresh|wiped) chambers|
I don't trust what's in there: {wipe} {chs} and (resume|unfreeze)|(unfreeze|resume), and nothing of the old state may survive|
{go}, but {wipe} {chs} first"""),
        "nom": split(
            """resume with wipe|unfreeze + wipe|wipe and resume|thaw and wipe|resume, wipe|clean restart of the chambers|resume wiped|unfreeze, wiped|wipe + resume"""
        ),
    },
    {"wipe": "true"},
)

templates(
    "guard.resume",
    "keep",
    0.6,
    {
        "imp": split("""(resume|unfreeze|thaw|restart|release) {ch} (without wiping|without a wipe|without clearing anything|with wipe off|but don't wipe|, no wipe|, don't wipe|, wipe=false|but keep everything|and keep the state|, keep their state|but leave the state alone|, do not wipe them|and don't erase anything|, state untouched|with everything still in them|with wipe false)
(lift|end|remove) the freeze (without wiping|but don't wipe anything|and keep everything|, no wiping|and leave everything in place|, wipe off|but do not clear {chs})
don't wipe (anything|{chs}|them), just (resume|unfreeze|thaw|lift the freeze|continue)
(keep|preserve|leave) (the|their|all) (state|contents|memory|data) and (resume|unfreeze|thaw|restart) {ch}
(unfreeze|resume) {ch} (exactly |just |)as they (were|are)
(let|allow) {ch} go on, (nothing wiped|no wipe|without losing anything|with their state kept)"""),
        "tell": split("""{safe}, {go} (without wiping|without a wipe|but don't wipe anything|and keep the state|, no wipe needed)|{safe}, no need to wipe, {go}|
{safe}; {go}, and keep what's in {chs}|nothing has to be wiped, {go}"""),
        "nom": split(
            """resume without wipe|resume, no wipe|unfreeze, keep state|thaw no wipe|resume but keep everything|unfreeze w/o wiping|no wipe, resume"""
        ),
    },
    {"wipe": "false"},
)

templates(
    "guard.status",
    "ask",
    2.1,
    {
        "imp": split("""(show|show me|give me|tell me|report|get|print|display|check) (the|) (guard|chamber|chambers|kill switch|kill-switch|guard's) (status|state)
(show|show me|give me|tell me|report|check) the (state|status|condition|health) of (the guard|the chambers|all chambers|every chamber|the kill switch|each chamber|the hive's chambers)
(check|see|tell me|find out|let me know) (if|whether) (the chambers are|any chamber is|everything is|the hive is|the kill switch is) (frozen|running|still frozen|halted|ok|up|active|engaged|stopped|healthy|alive|still running|on|off)
(check|look) (on|at|after) the chambers
tell me how the chambers (are doing|are|look|feel|are holding up)
(how many|list how many) chambers are (running|frozen|idle)
see how the (chambers|guard) (are doing|is doing|stand|stands)
tell me (what|how) the guard is doing"""),
        "ask": split("""(are|is) (those chambers|all chambers|any of the chambers|everything|the hive|any chamber|the sandboxes) (frozen|running|still frozen|halted|still running|stopped|ok|up|alive|suspended|healthy|locked|active|fine)?
is the (kill switch|freeze|lockdown|emergency stop|guard) (off|active|engaged|still on|still active|set|armed|pulled|in force|lifted)?
is the (kill switch|kill-switch|killswitch|freeze|emergency stop) (off|active|engaged|set|pulled|in effect|thrown|on or off|in use)[ right now| at the moment| already|]?
is the (emergency stop|guard|kill switch) (armed|off|active|still pulled|engaged)
has the (kill switch|emergency stop) been (hit|pulled|pressed|used|released)?
(what is|what's|how is|how's) the (guard|chamber|kill switch) (status|state)?
(what is|what's|how is|how's) the (state|status|health|condition) of the (chambers|guard|kill switch)?
how are the chambers (doing|today|right now|holding up)?
(how many|which) chambers are (running|frozen|active|idle|up|alive|down|stuck)?
(did|has) (anyone|somebody|someone) (pull|pulled|hit|press|pressed) the kill switch?
are we (frozen|running|in lockdown|still frozen|still halted)?
is (anything|something|any chamber) (running|frozen) (right now|at the moment|in there|)?
has the freeze (been lifted|ended|gone through|worked)?
did the (freeze|halt|stop) (work|go through|take)?
do the chambers (run|still run|work|respond)?
what's running in the chambers (now|right now|at the moment|)?"""),
        "nom": split("""guard status|chamber status|status of the chambers|chambers?|kill switch status|kill switch state|guard state|chamber states|frozen or running?|
chambers ok?|guard?|chambers up?|frozen?|guard report|state of the guard|kill switch?|chamber health|health of the chambers|still frozen?|
status guard|chambers status|chamber overview|freeze status"""),
        "tell": split("""I (want|need|'d like) to know (if|whether) (the chambers are|anything is|everything is|the kill switch is) (frozen|running|halted|active|up)|
I can't tell (if|whether) the chambers are (frozen|running|up)|not sure if we're still frozen|
before I resume, tell me whether the chambers are frozen|I (heard|think) someone froze the chambers, is that so?|
before I freeze anything: how are the chambers?|don't freeze anything, just tell me (if|whether) the chambers are (running|ok|fine)"""),
    },
)
