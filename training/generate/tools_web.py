"""Pages: fetch, crawl, watch; permits for hosts."""
from random import Random

from .family import Said, family, templates
from .grammar import define, plain, say, split, text_of
from .words_times import count

define(
    fetch=split("fetch|get|download|load|grab|pull|pull in|bring in|retrieve|open|read|bring|get me|fetch me|download me|import|pull down|take in|curl|save|scrape|visit|go to|bring me|load up|collect"),
    page=split("the page|the page at|the web page|the site page|this page:|page|the article at|the document at|the link|this link:|the contents of|what's at|the text of|the website|the url|url|the address|this url|the webpage at|the html of|the post at"),
    alone=split("only this one page|just that page|only the page itself|nothing else from the site|not the whole site|no crawling|no links followed|just the one page|once is enough|only once|not the links|the one page will do|no need to follow links|I don't need the rest of the site|no need to watch it|no need to check it again later|no need to look again|don't keep checking it|don't watch it|no monitoring needed"),
    why_fetch=split("I need to read it on the train|I want to quote it|I need the figures on it|I need the times|I want to read it later|{one} sent me the link|I need it for {matter}|the site may go down {soon}|I don't have a browser here|I need to check one line"),
    crawl=split("crawl|crawl|crawl|spider|crawl through|mirror|index|scrape all of|walk|harvest|crawl over|download all of|download the whole of|get all pages of|fetch the entire site|fetch all pages under|pull in the whole site|bring in all of|bring in the whole site|get the whole site|mirror the site|grab everything under|copy the site|download the complete site|archive the whole site|collect every page of|go through all pages of|follow the links from|fetch every page on|get everything linked from|suck in all of|work through|explore the site"),
    watch=split("watch|watch|watch|monitor|monitor|keep an eye on|keep watch on|keep watching|track|observe|start watching|start monitoring|keep tabs on|follow|add a watch on|add a watch for|put a watch on|set a watch on|set up a watch on|set up monitoring for|look out for changes on|check for changes on|add to the watches|watch for updates on|look after|begin watching|keep checking|poll|recheck|have a regular look at|guard|create a watch for|put on the watch list|add to my watches|keep monitoring|check regularly"),
    changes=split("changes|changes|updates|is updated|gets updated|moves|looks different|has something new|is different|is edited|gets new content|shows anything new|is modified"),
    unwatch=split("stop watching|unwatch|stop monitoring|stop tracking|stop checking|remove the watch on|remove the watch for|drop the watch on|delete the watch on|cancel the watch on|end the watch on|quit watching|no longer watch|don't watch any more|stop following|forget|take down the watch on|kill the watch on|remove watch of|remove the watch from|discontinue monitoring|turn off the watch for|stop keeping an eye on|cease watching|disable the watch on|unsubscribe from|stop polling|clear the watch on|get rid of the watch on|drop|unfollow"),
    why_unwatch=split("it never changes|I bought it already|the sale is over|I got the tickets|the page is gone|it's too noisy|I found a flat|it changes every minute|the event is over|nobody reads the reports|I don't care about it any more|{matter} is done|the price dropped and I ordered|we have what we need|it only sends noise"),
    why_watch=split("the tickets are sold out|I'm waiting for the results|prices may drop|{one} updates it without telling anyone|they will announce the date there|the new version is due {soon}|I don't want to miss the restock|{matter} depends on it|the timetable changes all the time|I applied for a job there|they might publish it {soon}"),
    permit=split("permit|permit|permission|access|pass|clearance"),
    why_grant=split("I'm about to install packages|the build needs its dependencies|the next run downloads a data set|{one} needs the API for a test|I have to pull some images|the script talks to it|I need to sync the mirror|the update comes from there|the tests call it|we're deploying {soon}"),
    why_revoke=split("we're done with it|the download is finished|the build is through|I don't trust it any more|the install worked|{one} got what was needed|nothing uses it any more|the test is over|it leaked something|the sync has finished|we switched to another mirror|that was enough"),
)
templates("fetch.page", "plain", 2.6, {
    "imp": ["{fetch} {url=url}", "{fetch} {url~url}", "{fetch} {page} {url=url}", "{fetch} {page} {url~url}", "{fetch} {url=url} (for me|once|please|and keep it|and store it|and show it|and bring it in|into the hive)", "{fetch} {url=url}, {alone}", "{fetch} {page} {url=url}, {alone}", "{fetch} {page} {url=url} ({alone})",
            "(take|have) a look at {url=url} (for me|once|)", "show me (what's on|what is at|what's at|the page|the content of|what they say at) {url=url}", "{fetch} (one page|a single page|this single page|just this page|only the page): {url=url}", "tell me what {url=url} (says|contains|has|shows)",
            "(don't crawl|do not crawl|no crawl|don't follow links), (just|only) {fetch} {url=url}", "{fetch} {url=url} but {alone}", "{fetch} this: {url=url}", "make a copy of {url=url}", "{alone}: {fetch} {url=url}", "(go and|) {fetch} {page} {url=url} (so that I can read it|for {matter}|for {one}|)", "(request|http get|wget|curl) {url=url}", "{fetch} from {url=url}", "bring {url=url} in", "pull {url=url}[ in]", "save {page} {url=url} (for me|once|)"],
    "ask": ["what does {url=url} say[ today| now|]?", "what's (on|at) {url=url}[ right now| today|]?", "can I (see|read|have) {page} {url=url}?", "what is written (on|at) {url=url}?", "could you read {url=url} (to|for) me?", "what's the content of {url=url}?", "is there anything at {url=url}? {fetch} it"],
    "nom": ["fetch {url=url}", "get {url=url}", "{url=url} - (fetch|get|load|download|read) (it|this|that page)", "fetch: {url=url}", "page {url=url}", "read {url=url}", "{url=url}, (fetch|get|load|download|read) (it|this|that one)[, {alone}]", "download: {url=url}", "GET {url=url}", "contents of {url=url}"],
    "tell": ["I (need|want|'d like|would like) (the page|to read|to see|a copy of|the contents of|the article at|the text at) {url=url}", "I have to read {url=url}, {fetch} it", "{one} sent me {url=url}, (fetch|get|load) it (for me|)", "it's about {url=url}, (fetch|load|download) that page", "I (want|need) {url=url} (downloaded|fetched|loaded)[, {alone}]"],
}, why="why_fetch")

PAGES = split(", (at most|max|maximum|no more than|up to|limit|only|tops|not more than|stop after|stop at|at maximum) {max_pages=pages}|, {max_pages=pages} (max|tops|at most|maximum|limit|should do|are enough|is plenty|and no more)| (up to|max|limit|, limit of|with a limit of|stopping after|but no more than|for at most|with at most) {max_pages=pages}|, the first {max_pages=pages}|, (stop|quit) (after|at) {max_pages=pages}| ({max_pages=pages} max)| (max {max_pages=pages})|, page limit {max_pages=bare_pages}|, max pages {max_pages=bare_pages}|, cap it at {max_pages=pages}| - {max_pages=pages} at most")
DEPTH = split(", {max_depth=levels} (deep|at most|max|maximum|down|and no deeper|tops)| {max_depth=levels} deep|, (no deeper than|at most|max|up to|maximum|down to|only|not deeper than|no more than) {max_depth=levels}[ deep]| to (a depth of|depth) {max_depth=bare_depth}|, depth {max_depth=bare_depth}|, max depth {max_depth=bare_depth}|, maximum depth {max_depth=bare_depth}| (with|at) depth {max_depth=bare_depth}|, follow (links|the links) (for |up to |){max_depth=levels}| (depth {max_depth=bare_depth})|, go {max_depth=levels} (deep|down)")
MEANT = split(" but only {max_depth=one_hop}| and {max_depth=one_hop}|, only {max_depth=one_hop}| - just {max_depth=one_hop}|, (but |){max_depth=zero_hop}|, including {max_depth=one_hop}| and only {max_depth=one_hop}")
define(
    pages=lambda r: f"{r.choice([count(r, 2, 12, 0.5), str(r.choice([20, 25, 30, 40, 50, 60, 80, 100, 150, 200, 250, 300, 500, 1000])), r.choice(['twenty', 'thirty', 'forty', 'fifty', 'a hundred', 'one hundred', 'two hundred', 'sixty', 'a dozen', 'five hundred', 'a thousand', '1,000']), str(r.randint(2, 400))])} {r.choice(['pages', 'pages', 'pages', 'documents', 'pgs', 'page', 'urls'])}",
    bare_pages=lambda r: str(r.choice([5, 10, 15, 20, 25, 50, 75, 100, 120, 200, 500, r.randint(2, 400)])), bare_depth=lambda r: count(r, 0, 6, 0.3),
    levels=lambda r: r.choice([f"{count(r, 2, 6, 0.65)} {r.choice(['levels', 'levels', 'links', 'hops', 'clicks', 'steps', 'layers'])}", f"{r.choice(['one', '1', 'a single', 'one'])} {r.choice(['level', 'link', 'hop', 'click', 'layer'])}"]),
    one_hop=split("the pages it links to|what it links to|the pages linked from it directly|its direct links|what is linked directly|the pages one click away|directly linked pages|the start page and its direct links|the front page and what it links to|the links on the first page|the pages that it links to directly"),
    zero_hop=split("don't follow any links|without following links|follow no links|start page only|only the start page"),
)


@family("fetch.crawl", "options", 2.6)
def crawl(r: Random) -> Said:
    way = r.choice(["{crawl} {url=url}", "{crawl} {url=url}", "{crawl} {url~url}", "{crawl} the (site|website|docs|documentation|section|blog|forum|wiki|whole site|domain|pages) (at |on |under |){url=url}", "{crawl} (everything|all|all pages|every page|the pages) (on|under|below|at|from) {url=url}",
                    "(fetch|get|download|grab|pull in|bring in|save|copy|load) (everything|all pages|every page|the whole site|the entire site|all the pages|the complete site|the whole thing) (on|under|at|from|of|below|starting at|starting from) {url=url}", "start at {url=url} and (follow the links|crawl|follow every link|get everything it links to)",
                    "(fetch|get|download|load) {url=url} and (everything it links to|all pages under it|all its subpages|follow its links|all linked pages|the pages below it)", "(run|start|do|launch|begin) a crawl (of|on|over|from|starting at|at|through) {url=url}", "{url=url} - crawl it", "crawl: {url=url}", "crawl this site: {url=url}",
                    "(I need|I want|I'd like|we need) (the whole|the entire|all of the|the complete) site {url=url}", "(not just|not only) the (start|front|first) page, (crawl|get|download|fetch) all of {url=url}", "send the crawler to {url=url}", "(let the crawler|let your spider) loose on {url=url}", "all pages of {url=url}", "the whole of {url=url}, (all pages|every page|crawl it)"])
    parts = [say(r, way)]
    options = [o for o, share in ((PAGES, 0.36), (DEPTH, 0.34)) if r.random() < share] or ([MEANT] if r.random() < 0.14 else [])
    r.shuffle(options)
    for index, option in enumerate(options):
        parts.append([*plain(r.choice([" and", "", "", ""]) if index and r.random() < 0.4 else ""), *say(r, r.choice(option))])
    return Said("nom" if way[0] in "{acIt" and not way.startswith("{crawl") else "imp", [piece for part in parts for piece in part], why="why_fetch")


@family("fetch.crawl", "first", 0.35)
def crawl_first(r: Random) -> Said:
    way = r.choice(["{crawl} {max_pages=pages} (of|from|on) {url=url}", "{crawl} (at most|up to|max|no more than|the first) {max_pages=pages} (of|from|on|under) {url=url}", "(crawl|go) {max_depth=levels} (deep |down |)(into|on|from|through) {url=url}",
                    "(get|fetch|download) (the first |at most |up to |){max_pages=pages} (of|from|under) (the site |){url=url}", "with a (limit|maximum) of {max_pages=pages}, {crawl} {url=url}", "{crawl} {max_depth=levels} of {url=url}[, {max_pages=pages} max]"])
    return Said("imp", say(r, way))


@family("watch.add", "plain", 2.8)
def watch(r: Random) -> Said:
    lead = ["{watch} {url=url}", "{watch} {url=url}", "{watch} {url~url}", "{watch} (the page|page|the site|this page:|the page at|the website|this:|url|the address|the link) {url=url}", "(tell|alert|notify|ping|warn|inform|let) me (when|if|whenever|as soon as|each time|every time) {url=url} {changes}".replace("|let) me", ") me"),
            "let me know (when|if|whenever|as soon as) {url=url} {changes}", "(add|put) {url=url} (to|on) (my|the) (watches|watch list|watchlist|list of watched pages)", "(check|look at|look in on|revisit|refetch) {url=url} (regularly|from time to time|now and then|for changes|for updates)", "watch: {url=url}",
            "(I want|I'd like|we need|I need) (a watch on|to watch|to monitor|to follow|to keep track of|you to watch|you to monitor) {url=url}", "(report|flag|tell me about) (any|all|every) (change|changes|update|updates) (on|of|to|at) {url=url}", "start a watch (on|for) {url=url}", "new watch: {url=url}", "new watch (on|for) {url=url}",
            "{url=url} should be watched", "{url=url}: (watch it|keep an eye on it|monitor this|tell me when it {changes})", "don't just fetch it, watch {url=url}", "(can|could|will) you (keep an eye on|watch|monitor|follow) {url=url} for me", "I want to know (when|if|whenever|as soon as) {url=url} {changes}", "(set|put) (up |)an alert (for|on) {url=url}", "see if {url=url} {changes}"]
    head = r.choice(lead)
    pieces = say(r, head)
    if r.random() < 0.58:
        pieces += say(r, r.choice([" {every_minutes=every}", " {every_minutes=every}", " {every_minutes=every}", ", {every_minutes=every}", ", checking {every_minutes=every}", ", check {every_minutes=every}", "; (looking|checking|a look) {every_minutes=every} (is enough|is fine|will do|is plenty|would be good)", ", {every_minutes=every} is (fine|enough|ok|plenty)",
                                   " and check it {every_minutes=every}", " (at intervals of|with an interval of|at an interval of|interval|, interval) {every_minutes=minutes}", " ({every_minutes=every})", " - {every_minutes=every}", ", looking {every_minutes=every}", "; {every_minutes=every} (will do|is fine|is often enough)", ". {every_minutes=every} is (fine|enough)", " for (changes|updates) {every_minutes=every}"]))
    elif r.random() < 0.15:
        pieces += plain(r.choice([" for changes", " for me", " from now on", " for updates", " and report changes", " and tell me about changes", " for new entries", " until I say stop"]))
    return Said("imp" if head[0] in "{(" and not head.startswith(("{url", "(I", "(can")) else "nom" if head[0] in "wn" else "tell", pieces, why="why_watch")


@family("watch.add", "every-first", 0.4)
def watch_first(r: Random) -> Said:
    return Said("imp", say(r, r.choice(["{every_minutes=every}, (check|look at|watch|have a look at|revisit) {url=url}[ for changes]", "{every_minutes=every} (check|look at|see) {url=url}", "check {every_minutes=every} (if|whether) {url=url} {changes}", "look {every_minutes=every} (if|whether) {url=url} {changes}", "a watch {every_minutes=every} on {url=url}",
                                        "(check|poll|watch|refresh) {every_minutes=every}: {url=url}", "(watch|monitor) {every_minutes=every} the page {url=url}"])), why="why_watch")


templates("watch.list", "ask", 2.0, {
    "imp": split("""(list|show|display|print|show me|give me|get|enumerate|bring up|let me see|tell me) (the|all|all the|my|our|current|the current|active|all my|every one of my) (watches|watched pages|watched urls|watched sites|monitored pages|watched addresses|page watches|monitored sites|watched links)
(list|show) watches
(show|give|print) (me |)(the|my) watch list
(list|show|tell me) (the|all|all the|which|what) (pages|sites|urls|addresses|websites|links) (you watch|you are watching|that are watched|you keep an eye on|being watched|being monitored|under watch|we watch|we monitor|I asked you to watch|you're tracking|you check regularly|we're following)
tell me what (you are watching|you're monitoring|is being watched|you keep an eye on|pages are under watch|you check for changes)
remind me (which|what) (pages|sites|urls) (you watch|are being watched|I'm watching|we monitor)
(show|list) every watch[ with its interval| and how often it runs|]
go through my watches"""),
    "ask": split("""(what|which) (pages|sites|urls|websites|addresses|links) (are you watching|do you watch|are being watched|are monitored|am I watching|do we monitor|are you keeping an eye on|are under watch|do I follow|are you tracking|are we watching|are on the watch list|do you check for changes)[ for me| at the moment| right now| currently|]?
what are you (watching|monitoring|keeping an eye on|tracking|checking)[ for me| right now| at the moment| these days|]?
what('s| is) (on my watch list|being watched|being monitored|under watch|on the watchlist)[ now| at the moment|]?
how many (pages|sites|urls) (am I watching|are you watching|do we watch|are on the watch list)?
do I (have any|still have) watches[ running|]?
are (there|you watching) any (watches|pages|sites)?
which watches (are active|do I have|are running|are there|did I set up)?
is anything being (watched|monitored)?"""),
    "nom": split("watches|watches?|watch list|watchlist|watched pages|watched urls|watched sites?|my watches|list of watches|watch overview|monitored pages?|current watches|all watches|active watches?|watch list please|pages being watched|list watches|what's watched?|what is monitored|watches please"),
    "tell": split("I (want|need|'d like|would like) to (see|know) (what|which) (pages|sites|urls) (are watched|you watch|are being monitored|I'm watching)|I forgot (which|what) (pages|sites) (I'm watching|you watch|we monitor)|I've lost track of my watches|before I (drop|remove|add) any[thing], (show|list) (the|my) watches|I don't remember what I asked you to watch|I'd like (a|the) list of my watches|before deciding what to unwatch, I want to see (the|my) watches"),
})

templates("watch.remove", "ask", 2.1, {
    "imp": ["{unwatch} {url=url}", "{unwatch} {url=url}", "{unwatch} {url~url}", "{unwatch} (the page|page|the site|the page at|this page:|the website) {url=url}", "(take|remove|drop|delete|strike|cross) {url=url} (off|from) (the|my) (watch list|watches|watchlist|list of watches)", "(remove|delete|drop|cancel) (my|the) watch {url=url}",
            "(stop|quit) (telling|notifying|alerting|informing|bothering) me (about|of) {url=url}", "(stop|no more) (alerts|updates|checks|notifications) (for|on|about|from) {url=url}", "(end|stop) the (monitoring|watching|tracking|surveillance) of {url=url}", "don't (watch|monitor|check|follow) {url=url} (any more|anymore|any longer|from now on)",
            "leave {url=url} alone from now on", "you can (stop|quit) (watching|monitoring|checking) {url=url}", "keep the other watches but (drop|remove|stop) {url=url}"],
    "nom": ["unwatch {url=url}", "unwatch: {url=url}", "stop watching {url=url}", "no more {url=url}", "remove watch {url=url}", "watch off: {url=url}", "drop watch {url=url}", "delete watch on {url=url}"],
    "tell": ["I (no longer need|don't need|no longer want|don't want|am done with|'m tired of) (the watch on|updates on|updates from|alerts for|to watch|to follow|to hear about|alerts about|news from) {url=url}[ any more| anymore|]", "{url=url} (needn't|doesn't have to|need not|no longer has to|should no longer) be (watched|monitored|checked)[ any more|]",
             "{url=url} (can|may|should) (come|go) off (the|my) watch list", "(the watch|your watch|monitoring) on {url=url} (can go|can stop|is no longer needed|may end|can be removed)", "{url=url} is (dead|not interesting any more|done|no longer relevant), (stop watching it|remove the watch|unwatch it|drop the watch)", "{why_unwatch}, (stop watching|unwatch|take off the watches) {url=url}", "enough of {url=url}, stop watching it"],
    "ask": ["can you stop (watching|monitoring|checking) {url=url}?", "would you take {url=url} off (the|my) watch list?", "could you remove {url=url} from my watches?", "will you unwatch {url=url}?"],
}, why="why_unwatch")

define(grant=split("allow|permit|open|open up|whitelist|unblock|clear|let through|admit|authorise|authorize|enable|approve|grant|unlock|give access to|allow access to|grant access to|open access to|permit access to|let the chambers reach|let the chambers talk to|allow the chambers to reach|allow connections to|allow traffic to|let us reach|let it connect to|give the chambers access to|grant a permit for|grant a permit to|grant the permit for|issue a permit for|create a permit for|give a permit to|make a permit for|allow network access to|open the network to|open the door to|let code reach|give a pass to|allow requests to|allow outgoing traffic to|let the sandbox call|permit the host|allow host|allow the host|open a hole to|open the firewall for|give me access to|set up a permit for|let runs contact|add a permit for"))


@family("permit.grant", "plain", 2.9)
def grant(r: Random) -> Said:
    way = r.choice(["{grant} {host=host} for {minutes=minutes}", "{grant} {host=host} for {minutes=minutes}", "{grant} {host=host} for {minutes=minutes}", "{grant} {host~host} for {minutes=minutes}", "{grant} {host=host} {minutes=minutes}", "{grant} {host=host}, {minutes=minutes}", "{grant} {host=host} ({minutes=minutes})", "{grant} {host=host}, {minutes=minutes} (should do|is enough|will do|max|only|please|at most|and not longer)",
                    "{grant} {host=host} (for the next|for about|for just|for only|during|for exactly|for up to|the next|over the next) {minutes=minutes}", "for {minutes=minutes}, {grant} {host=host}", "for the next {minutes=minutes} {grant} {host=host}", "(give|grant|allow) (host |the host |){host=host} access (for |){minutes=minutes}", "(give|grant|let) (host |){host=host} (have |)access (for |){minutes=minutes}", "(could|can) you (give|grant) (host |){host=host} (access |a permit |)(for |){minutes=minutes}", "(open|unlock) (access to |){host=host} (for |){minutes=minutes}", "(give|grant|allow|issue|get) {host=host} {minutes=minutes}[ of (access|network access)]",
                    "(give|grant) {host=host} (a|access with a|) permit (of|for|lasting|valid for) {minutes=minutes}", "(give|grant|issue) (a|a new|) {permit} (for|to) {host=host} (for|of|lasting|valid|valid for|,) {minutes=minutes}", "(give|grant|issue) (me |us |)a {minutes=minutes} permit for {host=host}", "permit {host=host} {minutes=minutes}", "{minutes=minutes} (for|of access to|permit for|of) {host=host}",
                    "let {host=host} (in|through|be reached|be reachable) for {minutes=minutes}", "(I need|we need|I want|the build needs|the chambers need|I'd like) (access to |a permit for |){host=host} for {minutes=minutes}", "(I need|we need) {minutes=minutes} of (access to |){host=host}", "make {host=host} (reachable|available|accessible) for {minutes=minutes}", "{host=host} (may|can|should) be (reached|contacted|used|accessed) for {minutes=minutes}",
                    "allow {host=host} and (close|revoke|end) it after {minutes=minutes}", "keep {host=host} open for {minutes=minutes}", "(new |)permit: {host=host}, {minutes=minutes}", "{host=host}: (permit|allow|grant|access) {minutes=minutes}", "(can|could|may) (we|I|the chambers|the build) (have|get) (access to |){host=host} for {minutes=minutes}",
                    "{grant} {host=host} {minutes=minutes}, not longer"])
    return Said("imp" if way[0] in "{(gamlpk" and not way.startswith(("(I ", "(can", "{host", "{minutes", "(we", "(new", "permit")) else "tell" if way[0] == "(" else "nom", say(r, way), why="why_grant")


define(revoke=split("revoke|revoke|revoke|block|block again|close|close access to|cut off|withdraw the permit for|withdraw access to|revoke access to|revoke the permit for|revoke the permit of|cancel the permit for|end the permit for|remove the permit for|take away the permit for|remove access to|disallow|forbid|deny|ban|shut off|stop access to|end access to|kill the permit for|drop the permit for|delete the permit for|pull the permit for|take back the permit for|no longer allow|lock out|shut out|cut access to|stop allowing|revoke host|unpermit|close the door to|invalidate the permit for|terminate the permit of|disable access to|don't allow any more|block traffic to|shut the network to|rescind the permit for|remove the permission for"))
templates("permit.revoke", "ask", 2.2, {
    "imp": ["{revoke} {host=host}", "{revoke} {host=host}", "{revoke} {host~host}", "{revoke} {host=host} (again|now|early|right now|immediately|at once|before it expires)", "(take|pull|withdraw|remove) {host=host}'s (permit|access|permission)", "(take|remove|strike|drop|delete) {host=host} (off|from) the (permits|list of permits|allowed hosts|allow list|whitelist|allowlist)",
            "(take|get) the permit (back |)from {host=host}", "(don't|do not) let (the chambers|anything|anyone|any code) (reach|talk to|call|contact|connect to) {host=host} (any more|again|from now on|any longer)", "(stop|keep) the chambers from (reaching|calling|contacting) {host=host}".replace("keep", "stop"),
            "(revoke|end|close) the (one|permit) (that |)(we gave|I gave|we granted) {host=host}", "the permit of {host=host}, (revoke|end|cancel) it", "take away {host=host}"],
    "nom": ["revoke {host=host}", "revoke: {host=host}", "block {host=host}", "no more {host=host}", "permit off: {host=host}", "close {host=host}", "end permit {host=host}", "{host=host}: revoke", "revoke permit {host=host}"],
    "tell": ["{host=host} (should|must|may) (no longer|not) (be reachable|have access|be allowed|be contacted|have a permit)", "{why_revoke}, ({revoke}) {host=host}", "{why_revoke}. {revoke} {host=host}", "I (don't want|no longer want) (the chambers|anything) to (reach|talk to) {host=host}", "we (no longer need|don't need|are done with|have finished with) {host=host}, (revoke it|close it|take its permit|block it|withdraw the permit)", "(access|the permit) (to|for) {host=host} (is no longer needed|can end|can go|can be revoked|has to go|must end now)", "{host=host} has had (access|its permit) long enough, (revoke it|close it)"],
    "ask": ["can you (revoke|close|block|withdraw) {host=host}[ again|]?", "would you take away the permit of {host=host}?", "could we (close|block) {host=host} again?", "will you stop access to {host=host}?"],
}, why="why_revoke")

templates("permit.list", "ask", 2.1, {
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
    "nom": split("permits|permits?|list of permits|active permits|open permits?|permit list|current permits|all permits|allowed hosts|allowed hosts?|allow list|permits please|granted permits|network permits|permit overview|what's allowed?|which hosts?|permissions of the chambers|open hosts|whitelist?|permits and time left|list permits"),
    "tell": split("I (want|need|'d like|would like) to (see|know|review) (the|all|which|what|our) permits[ are active| exist|]|I forgot (which|what) hosts (we allowed|are open|I permitted)|before I (grant|revoke|allow|close) (anything|more|any), (show|list) (me |)the permits|I've lost track of (the|our) permits|I want an overview of (the|all) permits|{one} wants to know (which|what) hosts are allowed|I need to know (where|what) the chambers (can go|may reach|can talk to)"),
})
