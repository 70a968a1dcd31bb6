"""Pages: one at a time, or a whole site."""

from random import Random

from .family import Said, family, templates
from .grammar import define, plain, say, split
from .words_times import count

define(
    fetch=split("""fetch|get|download|load|grab|pull|pull in|bring in|retrieve|open|read|bring|get me|fetch me|download me|import|pull down|take in|curl|save|scrape|
visit|go to|bring me|load up|collect"""),
    page=split("""the page|the page at|the web page|the site page|this page:|page|the article at|the document at|the link|this link:|the contents of|what's at|
the text of|the website|the url|url|the address|this url|the webpage at|the html of|the post at"""),
    alone=split("""just the single page|just that page|only the page itself|nothing else from the site|not the whole site|no crawling|no links followed|
just the one page|once is enough|only once|not the links|the one page will do|no need to follow links|I don't need the rest of the site|
no need to watch it|no repeat visits|no need to look again|don't keep checking it|only the page, not the entire website|
just this page instead of the complete site|the page alone, without the rest of the site|a single page and not all of them|
this page only, leave the others|not everything, just the page|this page rather than all of them|don't watch it|no monitoring needed"""),
    why_fetch=split("""I need to read it on the train|I want to quote it|I need the figures on it|I need the times|I want to read it later|{one} sent me the link|
I need it for {matter}|the site may go down {soon}|I don't have a browser here|I need to check one line"""),
    crawl=split("""crawl|crawl|crawl|spider|crawl through|mirror|index|scrape all of|walk|harvest|crawl over|download all of|download the whole of|get all pages of|
fetch the entire site|fetch all pages under|pull in the whole site|bring in all of|bring in the whole site|get the whole site|mirror the site|
grab everything under|copy the site|download the complete site|archive the whole site|collect every page of|go through all pages of|
follow the links from|fetch every page on|get everything linked from|suck in all of|work through|explore the site"""),
)
templates(
    "fetch.page",
    "plain",
    2.6,
    {
        "imp": [
            "{fetch} {url=url}",
            "{fetch} {url~url}",
            "{fetch} {page} {url=url}",
            "{fetch} {page} {url~url}",
            "{fetch} {url=url} (for me|once|please|and keep it|and store it|and show it|and bring it in|into the hive)",
            "{fetch} {url=url}, {alone}",
            "{fetch} {page} {url=url}, {alone}",
            "{fetch} {page} {url=url} ({alone})",
            "(take|have) a look at {url=url} (for me|once|)",
            "show me (what's on|what is at|what's at|the page|the content of|what they say at) {url=url}",
            "{fetch} (one page|a single page|this single page|just this page|only the page): {url=url}",
            "tell me what {url=url} (says|contains|has|shows)",
            "(don't crawl|do not crawl|no crawl|don't follow links), (just|only) {fetch} {url=url}",
            "{fetch} {url=url} but {alone}",
            "{fetch} this: {url=url}",
            "make a copy of {url=url}",
            "{alone}: {fetch} {url=url}",
            "{alone}, so {fetch} {url=url}",
            "{alone}, please {fetch} {url=url}",
            "and {alone}, please {fetch} {url=url}",
            "{alone} - {fetch} {page} {url=url}",
            "(go and|) {fetch} {page} {url=url} (so that I can read it|for {matter}|for {one}|)",
            "(request|http get|wget|curl) {url=url}",
            "{fetch} from {url=url}",
            "bring {url=url} in",
            "pull {url=url}[ in]",
            "save {page} {url=url} (for me|once|)",
        ],
        "ask": [
            "what does {url=url} say[ today| now|]?",
            "what's (on|at) {url=url}[ right now| today|]?",
            "can I (see|read|have) {page} {url=url}?",
            "what is written (on|at) {url=url}?",
            "could you read {url=url} (to|for) me?",
            "what's the content of {url=url}?",
            "is there anything at {url=url}? {fetch} it",
        ],
        "nom": [
            "fetch {url=url}",
            "get {url=url}",
            "{url=url} - (fetch|get|load|download|read) (it|this|that page)",
            "fetch: {url=url}",
            "page {url=url}",
            "read {url=url}",
            "{url=url}, (fetch|get|load|download|read) (it|this|that one)[, {alone}]",
            "download: {url=url}",
            "GET {url=url}",
            "contents of {url=url}",
        ],
        "tell": [
            "I (need|want|'d like|would like) (the page|to read|to see|a copy of|the contents of|the article at|the text at) {url=url}",
            "I have to read {url=url}, {fetch} it",
            "{one} sent me {url=url}, (fetch|get|load) it (for me|)",
            "it's about {url=url}, (fetch|load|download) that page",
            "I (want|need) {url=url} (downloaded|fetched|loaded)[, {alone}]",
        ],
    },
    why="why_fetch",
)

PAGES = split(""", (at most|max|maximum|no more than|up to|limit|only|tops|not more than|stop after|stop at|at maximum) {max_pages=pages}|
, {max_pages=pages} (max|tops|at most|maximum|limit|should do|are enough|is plenty|and no more)|
 (up to|max|limit|, limit of|with a limit of|stopping after|but no more than|for at most|with at most) {max_pages=pages}|
, the first {max_pages=pages}|, (stop|quit) (after|at) {max_pages=pages}| ({max_pages=pages} max)| (max {max_pages=pages})|
, page limit {max_pages=bare_pages}|, max pages {max_pages=bare_pages}|, cap it at {max_pages=pages}| - {max_pages=pages} at most""")
DEPTH = split(""", {max_depth=levels} (deep|at most|max|maximum|down|and no deeper|tops)| {max_depth=levels} deep|
, (no deeper than|at most|max|up to|maximum|down to|only|not deeper than|no more than) {max_depth=levels}[ deep]|
 to (a depth of|depth) {max_depth=bare_depth}|, depth {max_depth=bare_depth}|, max depth {max_depth=bare_depth}|
, maximum depth {max_depth=bare_depth}| (with|at) depth {max_depth=bare_depth}|, follow (links|the links) (for |up to |){max_depth=levels}|
 (depth {max_depth=bare_depth})|, go {max_depth=levels} (deep|down)""")
MEANT = split(""" but only {max_depth=one_hop}| and {max_depth=one_hop}|, only {max_depth=one_hop}| - just {max_depth=one_hop}|, (but |){max_depth=zero_hop}|
, including {max_depth=one_hop}| and only {max_depth=one_hop}""")

define(
    pages=lambda r: (
        f"{r.choice([count(r, 2, 12, 0.5), str(r.choice([20, 25, 30, 40, 50, 60, 80, 100, 150, 200, 250, 300, 500, 1000])), r.choice(['twenty', 'thirty', 'forty', 'fifty', 'a hundred', 'one hundred', 'two hundred', 'sixty', 'a dozen', 'five hundred', 'a thousand', '1,000']), str(r.randint(2, 400))])} {r.choice(['pages', 'pages', 'pages', 'documents', 'pgs', 'page', 'urls'])}"
    ),
    bare_pages=lambda r: str(r.choice([5, 10, 15, 20, 25, 50, 75, 100, 120, 200, 500, r.randint(2, 400)])),
    bare_depth=lambda r: count(r, 0, 6, 0.3),
    levels=lambda r: r.choice(
        [
            f"{count(r, 2, 6, 0.65)} {r.choice(['levels', 'levels', 'links', 'hops', 'clicks', 'steps', 'layers'])}",
            f"{r.choice(['one', '1', 'a single', 'one'])} {r.choice(['level', 'link', 'hop', 'click', 'layer'])}",
        ]
    ),
    one_hop=split("""the pages it links to|what it links to|the pages linked from it directly|its direct links|what is linked directly|the pages one click away|
directly linked pages|the start page and its direct links|the front page and what it links to|the links on the first page|
the pages that it links to directly"""),
    zero_hop=split("don't follow any links|without following links|follow no links|start page only|only the start page"),
)


@family("fetch.crawl", "options", 2.6)
def crawl(r: Random) -> Said:
    way = r.choice(
        [
            "{crawl} {url=url}",
            "{crawl} {url=url}",
            "{crawl} {url~url}",
            "{crawl} the (site|website|docs|documentation|section|blog|forum|wiki|whole site|domain|pages) (at |on |under |){url=url}",
            "{crawl} (everything|all|all pages|every page|the pages) (on|under|below|at|from) {url=url}",
            "(fetch|get|download|grab|pull in|bring in|save|copy|load) (everything|all pages|every page|the whole site|the entire site|all the pages|the complete site|the whole thing) (on|under|at|from|of|below|starting at|starting from) {url=url}",
            "start at {url=url} and (follow the links|crawl|follow every link|get everything it links to)",
            "(fetch|get|download|load) {url=url} and (everything it links to|all pages under it|all its subpages|follow its links|all linked pages|the pages below it)",
            "(run|start|do|launch|begin) a crawl (of|on|over|from|starting at|at|through) {url=url}",
            "{url=url} - crawl it",
            "crawl: {url=url}",
            "crawl this site: {url=url}",
            "(I need|I want|I'd like|we need) (the whole|the entire|all of the|the complete) site {url=url}",
            "(not just|not only) the (start|front|first) page, (crawl|get|download|fetch) all of {url=url}",
            "send the crawler to {url=url}",
            "(let the crawler|let your spider) loose on {url=url}",
            "all pages of {url=url}",
            "the whole of {url=url}, (all pages|every page|crawl it)",
        ]
    )
    parts = [say(r, way)]
    options = [o for o, share in ((PAGES, 0.36), (DEPTH, 0.34)) if r.random() < share] or ([MEANT] if r.random() < 0.14 else [])
    r.shuffle(options)
    for index, option in enumerate(options):
        parts.append([*plain(r.choice([" and", "", "", ""]) if index and r.random() < 0.4 else ""), *say(r, r.choice(option))])
    return Said("nom" if way[0] in "{acIt" and not way.startswith("{crawl") else "imp", [piece for part in parts for piece in part], why="why_fetch")


templates(
    "fetch.crawl",
    "terse",
    0.4,
    {
        "nom": [
            "(crawl|spider|mirror|scrape|index|harvest|walk|copy all of|archive) {url=url}",
            "(crawl|spider|mirror|scrape|index|harvest) (site |the site |all of |){url=url}",
            "(spider|crawl|scrape|mirror): {url=url}",
            "(whole|full|entire) (site|crawl): {url=url}",
            "{url=url}, (all pages|the whole site|crawl|spider it|full crawl)",
        ],
        "imp": [
            "(spider|crawl|scrape|mirror|index|harvest) {url=url}",
            "(spider|crawl|mirror|scrape) {url=url} (now|for me|again|once|please|completely)",
            "(send|start|run|set) (a|the) (spider|crawler) (on|over|at|through) {url=url}",
        ],
    },
)


@family("fetch.crawl", "first", 0.35)
def crawl_first(r: Random) -> Said:
    way = r.choice(
        [
            "{crawl} {max_pages=pages} (of|from|on) {url=url}",
            "{crawl} (at most|up to|max|no more than|the first) {max_pages=pages} (of|from|on|under) {url=url}",
            "(crawl|go) {max_depth=levels} (deep |down |)(into|on|from|through) {url=url}",
            "(get|fetch|download) (the first |at most |up to |){max_pages=pages} (of|from|under) (the site |){url=url}",
            "with a (limit|maximum) of {max_pages=pages}, {crawl} {url=url}",
            "{crawl} {max_depth=levels} of {url=url}[, {max_pages=pages} max]",
        ]
    )
    return Said("imp", say(r, way))
