"""What sounds like an order to a tool and is none: verbs that no tool has, on things that tools do have; tools' verbs on things that
they cannot touch; turns of speech. Twins of these stand with the tools: "freeze the chambers" is an order, "freeze the soup" is not."""

from .family import templates
from .grammar import define, split

define(
    near_files=split("""all files|all the files|my files|the old files|every file in {folder}|the files under {folder}|{folder}|the folder {folder}|everything in {folder}|
{file}|{file}|{file}|the file {file}|the temp files|the duplicates|the logs|my documents|the workspace|all of it|the draft|the whole lot|the empty folders|the big ones"""),
    near_change=split("""rename|move|copy|duplicate|zip|unzip|compress|archive|encrypt|decrypt|sign|convert|split|merge|rotate|tag|chmod|lock|hide|format|reformat|lint|
minify|sort|proofread|shorten|translate|annotate|spellcheck|optimise|rearrange|clean out|deduplicate|pack|back-date|number|colour"""),
    near_drop=split("erase|remove|wipe|destroy|shred|trash|clear out|get rid of|throw away|bin|purge|nuke|discard|drop|kill off|clean up|delete|scrap"),
    near_send=split("send|mail|forward|share|upload|publish|post|fax|lend|hand over|export|sync|stream|beam|push"),
    near_who=split("""{one}|{one}|the team|the auditor|my lawyer|everyone|the customer|support|a friend|the other office|the cloud|dropbox|the printer|slack|the board|the press"""),
    near_machine=split("""the machine|the computer|this computer|my laptop|the server|the host|the router|the network|the operating system|the kernel|the graphics card|
the database server|the daemon|the service|the model|the browser|the firewall|the printer|the phone|the app|the container|docker|postgres|the proxy|the cluster"""),
    near_admin=split("""restart|reboot|shut down|power off|update|upgrade|uninstall|reinstall|configure|set up|tune|overclock|patch|defragment|cool down|ship|migrate|
replace|repair|turn off|log out of|monitor|test|virtualise|rebuild|harden|downgrade|benchmark"""),
    near_code=split("""the bug|this bug|the code|my code|the function|the parser|the tests|the build|the typo|the race condition|the memory leak|the API|the front end|
the algorithm|the regex|the warning|the project|the pipeline|the release|the loop in {file}|the error in {file}|{file}|the failing test|the login page"""),
    near_develop=split("""fix|debug|refactor|rewrite|improve|review|document|test|deploy|compile|build|release|commit|push|revert|rebase|port|clean up|speed up|simplify|
profile|merge|implement|finish|rework|benchmark|ship|untangle|comment|modernise|vectorise|parallelise"""),
    near_jobs=split("""the tests|the benchmark|the migration|the report|the job|the usual rounds|the pipeline|the analysis|the simulation|the experiment|the figures|
the program|the demo|the update|the import|a scan|a sanity check|diagnostics|a marathon|an errand|the show|the meeting|a bath|the risk|the shop|the household|wild|late|for it|in circles"""),
    near_deed=split("""crunch|tally up|work out|check over|double-check|verify|inspect|analyse|process|tidy|straighten out|sort out|prepare|organise|finalise|handle|prioritise|
wrap up|polish|assess|audit|estimate|measure|examine|digest|interpret|evaluate|visualise|plot|chart"""),
    near_stuff=split("""the figures|the data|the numbers|the results|my stuff|the paperwork|the backlog|the schedule|the situation|my inbox|the list|the desk|the mess|the details|
the evidence|the offers|the candidates|the plan|the contract|the minutes|both versions|the two documents|the options|the survey|the whole story|these|those two|all that"""),
)

templates(
    "none",
    "near-files",
    0.5,
    {
        "imp": split("""{near_change} {near_files}|{near_change} {file} (to|into|as|and call it) {bare_file}|(move|copy) {near_files} (to|into|over to) {folder}|
{near_drop} {near_files}|{near_drop} {near_files}|{near_drop} everything[ in sight|]|{near_drop} (all of that|the rest|it all|every last bit|all data|my data|old stuff)|
{near_send} {near_files} (to|with|for) {near_who}|print {near_files} (twice|in colour|on paper)|(open|edit) {file} in (vim|word|excel|an editor|my editor)|
(add|remove) (a line|the last line|a heading|a comment|two columns) (to|from|in) {near_files}|(make|mark) {file} (read-only|executable|public|private|bold)|
(compare|diff) {file} (with|and|against) {file}|(replace|swap) every {noun} (with|by) a {noun} in {file}|(create|make) a (folder|symlink|shortcut|pdf)[ for {matter}|]|
(summarise|translate|explain|rate|quote) {file}[ in two sentences| into {langs}| for {one}|]|(undo|revert|keep|redo|discard|stash) (the|my|all|all my|the last) (changes|edits|typing|deletions)"""),
        "ask": split("""(how big|how old|how long) (is|are) {near_files}?|who (wrote|changed|deleted|made) {near_files}?|(can|could) you {near_change} {near_files}?|
(can|could) you {near_drop} {near_files}?|where did I (put|leave) (it|that|the draft)?|is {file} (any good|finished|correct|too long)?|why is {near_files} (gone|so big|locked)?"""),
        "tell": split("""{near_files} (is|are) (too big|in the way|a mess|outdated)|I don't (need|want) {near_files} any more|{near_files} should be (gone|renamed|encrypted|somewhere else)"""),
    },
)
templates(
    "none",
    "near-kept",
    0.5,
    {
        "imp": split("""{near_drop} (the|that|my|an old|every|the last|the first|the newest) {snap}|{near_drop} (the|all|all the|my|these|the old) {snaps}|
(rename|relabel|export|encrypt|merge|compare|upload|download|lock|shrink|hide|copy|clone) (the|that|my|the last|the newest) {snap}|
rename (the|my|that) {snap} (to|into) {label}|{near_send} (the|my|our|a|the last) {snap} (to|with|for) {near_who}|
(forget|unlearn|erase|stop remembering) (what I said|that|all you know|what you know about {one}|the last thing|all my notes|{thing_kept}|my notes|the past|me)|
(edit|correct|sort|merge|rank|print|export) (my|all|the) (notes|memories|reminders)|
(delete|edit|rename|pause|slow down|speed up|export) (the|all|all the|my) (watches|watch list|monitor)|{near_send} (the|my|that) (proof|proof card|ledger|readings|report|result) (to|with|for) {near_who}|
(delete|erase|change|correct|graph|plot|export) (my|the|all|the last|all my) (readings|pulse|weights|expenses|bookings|income|transactions|steps)|
(lower|improve|fix|reduce|double|lose) my (weight|blood pressure|pulse|expenses|income|taxes|sugar)|
(pay|settle|dispute|file|chase|refund|reimburse) (the|my|{person}'s) (invoice|bill|taxes|rent|fine|tab|salary|debt)|
(add|insert|change|drop|rename) (a column|a row|the table|an index|the records|a record)[ in the database| in the ledger|]|
(make|appoint|call) (me|{one}|{person}) (an admin|the boss|root|a moderator|famous)|(add|remove|invite|ban|block|unfriend) (a user|{person}|{one}|my account)|
(reset|rotate|renew|print|change|replace) (my|the|all) (password|key|keys|certificates|token|PIN|licence)|(log|sign) (in|out|on|me out|me in)[ as {one}| as root| to {sitename}|]|
(rate|review|recommend|phone|visit|open|close|rename) the {noun}[ in {city}|]|(post|leave|write) a (comment|review|question|complaint) on {sitename}|
(fill in|submit|sign) the form[ on {sitename}|]"""),
        "ask": split("""who (used|logged in to|started|broke|owns|paid for) (the hive|this|it|{sitename}|the machine)[ {ago}|]?|what (did|have) (I|we|{one}) (do|done|say|break) {ago}?|
why (is|was|does) (it|this|all this|the hive|everything) (so slow|taking so long|so quiet|take ages|stuck|so big|like that)?|how (full|fast|hot|busy|old) is (the disk|the machine|the hive|it)?|
can I (get|have) (my money|my data|my time) back?|(can|could) you {near_drop} (the|my) {snaps}?"""),
    },
)
templates(
    "none",
    "near-work",
    0.5,
    {
        "imp": split("""{near_admin} {near_machine}[ now| tonight| please|]|{near_admin} {near_machine}|{near_develop} {near_code}[ for me| {soon}|]|{near_develop} {near_code}|
run {near_jobs}[ again| {soon}|]|run {near_jobs}|run (this|that|it) (by|past) {one}|run (away|along|on time|into {one}|out of {grocery}|over to {city})|
{near_deed} {near_stuff}[ for me|]|{near_deed} {near_stuff}|(install|update|uninstall|buy) {pymod}|(write|create|generate|make) (a|some|me a) (script|program|app|website|test suite|function|unit test|macro|spreadsheet|parser)[ for {matter}| that {verb_s} {noun}s| for {file}|]|
(write|add) (tests|documentation|comments|types) (for|to) {near_code}|(start|stop|kill|restart) (the|a|my) (server|process|job|timer|music|process {n}|thread {n})|
(open|merge|close|review) (the|a|my) (pull request|ticket|issue|branch)|(mine|buy|trade) (bitcoin|some gold)|(hack|attack|scan|spoof) (into |){sitename}|
(do|show|check) (the|my) (math|sums|homework|maths|calculations|laundry|accounts for {person})|(make|get) it (faster|smaller|prettier|cheaper|compile|right|louder|done)"""),
        "ask": split("""(can|could|would) you {near_develop} {near_code}?|(can|could) you {near_admin} {near_machine}?|does {near_code} (work|compile|make sense)?|
what's wrong with {near_code}?|who will {near_develop} {near_code}?|(can|could) you {near_deed} {near_stuff}?"""),
        "tell": split("""{near_code} (needs|wants) (work|a rewrite|a review|attention)|{near_machine} (needs|wants) a (restart|rest|clean)|I (have|want|need) to {near_develop} {near_code}"""),
    },
)
templates(
    "none",
    "near-speech",
    0.35,
    {
        "imp": split("""hold (still|tight|that thought|the line|your tongue|my beer|hands|fire|the door)|hang on[ a moment| a sec|]|wait (a moment|a second|for me|and see|your turn)|
(freeze|thaw|defrost) (the (bread|chicken|soup|berries|pizza|leftovers)|{grocery}|my assets|my account)|freeze (your credit card|to death|the frame|over)|
(restore|recover|regain) (order|peace|my trust|balance|the old painting|my energy|confidence|some sanity|the hearing)|(watch|mind) (out|the step|the time|your back|your tone|the gap|me dance|this space|and learn)|
watch (tv|the match|the sunset|a series|football|the birds) with {one}|(read|mind) (my mind|between the lines|my lips|the signs|the tea leaves|them their rights)|
(write|sign|cross) (it off|yourself off|{one} off|home|your name in the stars)|(plan|think) (ahead|big|for the worst|for the unexpected)|
(find|lose) (your way|peace|happiness|your keys|the meaning in it|true love|a reason|common ground|nemo)|(save|spare) (the planet|the day|your breath|yourself the trouble|some {grocery} for me|a seat for {one}|the bees)|
(record|release|produce|mix) (an album|a podcast|a video|the concert|my voice)|(grant|give) (me|us|{one}) (peace|a wish|a moment|mercy|strength|a break|a raise|courage)|
(allow|permit) (yourself|me) (to disagree|a rest|some fun|to introduce myself|a question)|(book|throw) (the book at {one}|{one} a lawyer|of the month)|
(cancel|kill) (christmas|the noise|my subscription|the newsletter|culture|the lights|time)|(query|question) (everything|the motives|your beliefs|authority)|
(fetch|bring) (the ball|my slippers|{one}|some water|the newspaper)|(crawl|run) (into bed|under a rock|for your life|a mile)|(remember|forget) (the alamo|who you are|to breathe|where we came from|your manners)|
(forecast|predict) (the winner|the future|rain|the lottery numbers)|(show|tell) (some respect|the truth|off|me the way|me the ropes|your face)|(list|count) (your blessings|me in|to ten|the stars)|
(resume|continue) (your seat|the story|the chess game|our friendship)|(snap|wake|cheer|shut|sit|stand|calm|grow|slow|speed) (up|down|out of it)|
(get|let) (me|us) (off the hook|go home|through this|be)|(take|have) (it easy|five|a seat|a nap|your time|heart|a walk)|(turn|move|step|crank) it (up|down|on|aside)[ a bit|]|
(break|pull|shake) (a leg|yourself together|hands)|(stop|quit) (whining|worrying|smoking|looking at me|the clock|pretending|it)|(give|let) it (a rest|a try|up|slide|be)"""),
        "nom": split("""hold music|a fresh start|watch party|the book of the month|a snapshot of my life|plan nine|second thoughts|food for thought|free of charge|permit office|read-only memory|
the usual suspects|next of kin|a blank slate|emergency exit|frozen {grocery}|fetch quest|back to square one|record player|reserve player|a find|sleep mode|step brother|heart of gold"""),
    },
    shares={"imp": 0.85, "nom": 0.15},
)
