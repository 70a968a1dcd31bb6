"""Hosts, addresses, paths and the names that people give to snapshots and tags."""

from random import Random

from .grammar import define, split

NAMES = split("""acorn|harvest|lumen|pixel|vertex|signal|beacon|cobalt|meridian|northwind|riverbed|stonebridge|bluefin|redwood|nimbus|cirrus|quartz|basalt|mango|
papaya|kumquat|teapot|copperhead|moonrise|tundra|savanna|fjord|delta|estuary|lagoon|lighthouse|harbor|anchor|compass|sextant|almanac|ledger|parcel|
courier|freight|cargo|transit|metro|tram|rail|airline|voyage|atlas|globe|planet|comet|orbit|lunar|solar|weather|climate|river|tide|forest|garden|
orchard|bakery|kitchen|recipe|pantry|market|grocer|shopfront|bazaar|auction|gallery|museum|library|archive|gazette|herald|tribune|chronicle|courant|
digest|journal|review|podcast|radio|cinema|theatre|concert|festival|stadium|league|football|cycling|running|climbing|yoga|clinic|pharmacy|health|
insurance|bank|invest|broker|crypto|tax|law|court|council|city|gov|school|campus|college|academy|science|physics|biology|chem|math|stats|data|
open-data|census|survey|maps|geo|tiles|photos|images|video|stream|cloud|compute|storage|backup|mirror|registry|packages|crates|wheels|artifacts|
builds|ci|docs|handbook|manual|wiki|forum|community|support|helpdesk|status|uptime|alerts|news|blog|notes|paste|gist|git|code|dev|labs|research|
robotics|vision|speech|tensor|neural|quantum|energy|grid|power|water|housing|rent|jobs|careers|events|tickets|travel|hotel|booking|flights""")
TLDS = split("""com|com|com|org|org|net|io|dev|example|example|example|example|app|co.uk|de|fr|nl|se|eu|info|ai|cloud|test|local|internal|lan|edu|gov|ch|at|es|it|pl|
ca|com.au|co.jp|com.br|tv|me|xyz|site|shop|news|fm|tech|co|us|is|no|fi|dk|pt|cz|be""")
SUBS = split("""www|www|www|api|api|docs|cdn|static|assets|img|files|download|downloads|mirror|registry|packages|repo|git|staging|dev|test|beta|auth|login|mail|smtp|
ftp|db|metrics|logs|grafana|status|blog|shop|store|news|data|proxy|edge|eu-west|us-east-1|s3|vpn|intranet|wiki|help|support|media|backend|gateway|
feeds|rss|m|app|portal|models|hub|forum|archive|search|maps|tiles|ws|socket|archive2|build""")
KNOWN = split("""pypi.org|files.pythonhosted.org|registry.npmjs.org|crates.io|static.crates.io|rubygems.org|repo.maven.apache.org|github.com|raw.githubusercontent.com|
codeload.github.com|gitlab.com|bitbucket.org|huggingface.co|arxiv.org|en.wikipedia.org|de.wikipedia.org|wikidata.org|stackoverflow.com|
news.ycombinator.com|lobste.rs|archive.org|openstreetmap.org|kernel.org|debian.org|ubuntu.com|alpinelinux.org|nixos.org|golang.org|proxy.golang.org|
rust-lang.org|nodejs.org|deno.land|docker.io|quay.io|ghcr.io|cloudflare.com|fastly.net|amazonaws.com|slack.com|api.slack.com|api.telegram.org|
api.openai.com|generativelanguage.googleapis.com|accounts.google.com|graph.microsoft.com|login.microsoftonline.com|dropbox.com|api.twilio.com|
hooks.zapier.com|sentry.io|grafana.com|elastic.co|mongodb.net|supabase.co|vercel.app|netlify.app|heroku.com|bbc.co.uk|nytimes.com|lemonde.fr|
spiegel.de|elpais.com|nos.nl|svt.se|yle.fi|ecb.europa.eu|weather.gov|metoffice.gov.uk|data.gov.uk|nasa.gov|noaa.gov|who.int|un.org|europa.eu|sbb.ch|
ns.nl|sncf.com|rfc-editor.org|w3.org|ietf.org|json-schema.org|unicode.org|developer.mozilla.org""")


def domain(r: Random) -> str:
    way = r.random()
    if way < 0.14:
        return r.choice(KNOWN)
    name = r.choice(NAMES) if r.random() < 0.6 else r.choice(NAMES) + r.choice(["-", "", ""]) + r.choice(NAMES)
    name += str(r.randint(1, 99)) if r.random() < 0.04 else ""
    sub = "" if r.random() < 0.45 else r.choice(SUBS if r.random() < 0.75 else NAMES) + "."
    if sub and r.random() < 0.06:
        sub = r.choice(SUBS) + "." + sub
    return f"{sub}{name}.{r.choice(TLDS)}"


def ip(r: Random) -> str:
    first = r.choice(["10.0", "10.1", "192.168", "192.168", "172.16", "127.0", f"{r.randint(11, 223)}.{r.randint(0, 255)}"])
    return f"{first}.{r.randint(0, 255)}.{r.randint(1, 254)}"


def host(r: Random) -> str:
    """A host as named in a permit."""
    way = r.random()
    if way < 0.78:
        return domain(r)
    if way < 0.86:
        return ip(r)
    if way < 0.92:
        return "*." + domain(r)
    if way < 0.96:
        return f"{r.choice(['localhost', domain(r), ip(r)])}:{r.choice([80, 443, 3000, 5000, 5432, 6379, 8000, 8080, 8443, 9000, 9090])}"
    return r.choice(
        [
            "localhost",
            "nas",
            "fileserver",
            "build-01",
            "printer.local",
            "db-2.internal",
            "router.lan",
            "raspberrypi.local",
            "jenkins",
            "gateway.home",
            "mirror-7.corp",
            "[::1]",
            "mx1",
            "host.docker.internal",
        ]
    )


SEGMENTS = split("""about|news|blog|docs|guide|guides|manual|help|faq|contact|team|pricing|products|product|p|item|shop|cart|search|tag|category|archive|2029|2031|2032|
05|11|latest|releases|download|changelog|status|incidents|alerts|events|tickets|schedule|timetable|plan|menu|map|weather|forecast|tides|rates|prices|
jobs|careers|press|reports|data|stats|dataset|papers|abs|pdf|posts|post|article|story|topic|thread|t|c|u|users|profile|issues|pull|commits|wiki|api|
v1|v2|v3|reference|tutorial|intro|getting-started|install|config|setup|en|de|fr|es|library|stdlib|modules|index.html|page.html|index.php|feed.xml|rss|
sitemap.xml|robots.txt|list|browse|gallery|recipes|soup|trains|departures|arrivals|exhibitions|courses|admissions|notices|planning|tenders|results|
fixtures|scores|standings|metrics|health|ping|rooms|listings|for-rent|houses|stock|offers|sale|reviews|ratings|spec|rfc|standards|terms|privacy|
license|security|advisories|cve|top|new|best|today""")
KEYS = split("""q|id|page|p|lang|sort|ref|tab|year|month|day|from|to|line|city|ward|cat|size|color|v|t|s|query|view|filter|limit|offset|session|utm_source|token|
region|type|format|week|room|date""")
VALUES = split("""1|2|7|12|42|88|307|5520|en|de|fr|east|west|north|asc|desc|price|new|all|latest|blue|xl|json|csv|mo|2031|open|rust|wooden+spoon|second%20hand|a-b|true|
main|next|top|cheap+flights|0|15""")


def slug(r: Random) -> str:
    return f"{r.choice(SEGMENTS)}" if r.random() < 0.75 else f"{r.choice(NAMES)}-{r.choice(NAMES)}" if r.random() < 0.6 else str(r.randint(1, 99999))


def url(r: Random) -> str:
    """An address with or without scheme, port, path, query and fragment."""
    where = (
        domain(r)
        if r.random() < 0.88
        else r.choice([ip(r), "localhost", f"{ip(r)}:{r.choice([80, 3000, 8000, 8080, 9090])}", f"localhost:{r.choice([3000, 4321, 5000, 5173, 8000, 8080])}"])
    )
    scheme = r.choice(["https://", "https://", "https://", "http://", "", "", ""]) if not where[0].isdigit() or r.random() < 0.5 else "http://"
    depth = r.choice([0, 0, 1, 1, 1, 2, 2, 3])
    path = "".join("/" + slug(r) for _ in range(depth))
    if r.random() < 0.14:
        path += "/"
    elif path and "." not in path and r.random() < 0.12:
        path += r.choice([".html", ".htm", ".php", ".json", ".pdf", ".txt", ".xml", ".md"])
    return scheme + where + path + (query(r) if r.random() < 0.17 else "") + (f"#{slug(r)}" if r.random() < 0.06 else "")


def query(r: Random) -> str:
    pairs = [f"{r.choice(KEYS)}={r.choice(VALUES)}" for _ in range(r.choice([1, 1, 2, 2, 3]))]
    return "?" + "&".join(pairs)


FOLDERS = split("""src|lib|docs|data|notes|reports|scripts|tests|test|config|assets|images|build|dist|out|output|tmp|logs|models|notebooks|drafts|letters|invoices|
receipts|photos|exports|imports|backup|archive|public|static|templates|components|utils|services|api|server|client|app|pages|styles|fixtures|samples|
examples|migrations|sql|schemas|tools|bin|etc|vendor|packages|apps|infra|deploy|k8s|terraform|docker|.github|.config|.vscode|chapters|slides|talks|
papers|thesis|figures|tables|recipes|journal|diary|contracts|budget|taxes|travel|music|sensors|experiments|results|raw|clean|2029|2031|q3|january|
week-12|old|new|shared|private|secrets|inbox|todo|meetings|minutes|projects|alpha|frontend|backend|firmware|hardware|cad|simulations|corpus|weights|
checkpoints""")
STEMS = split("""main|index|app|server|client|utils|helpers|config|settings|setup|readme|notes|todo|ideas|draft|report|summary|analysis|results|data|sample|input|
output|users|orders|invoice|receipt|budget|expenses|plan|agenda|minutes|letter|cv|resume|speech|chapter-1|chapter2|intro|outline|abstract|
bibliography|train|model|eval|predict|parser|lexer|router|schema|types|constants|styles|theme|layout|header|footer|navbar|login|auth|session|cache|
queue|worker|job|cron|deploy|release|build|test_main|test_utils|conftest|migrate|seed|init|dump|backup|export|import|log|error|access|debug|metrics|
report-final|report_v2|meeting_0412|shopping|groceries|recipe|packing-list|itinerary|contacts|addresses|passwords|keys|env|license|changelog|
contributing|makefile|sensors|temps|weather|prices|stock|ledger|timeline|roadmap|backlog|sprint-14|retro|standup|interview|survey|feedback|quotes|
lyrics|poem|story|scene3|dialogue|glossary|faq|cheatsheet|hello|foo|bar|demo|prototype""")
EXTS = split("""txt|txt|md|md|md|py|py|js|ts|json|json|yaml|yml|toml|csv|csv|tsv|html|css|sh|sql|log|ini|xml|ipynb|rs|go|c|h|cpp|java|rb|tex|cfg|env|lock|diff|jsonl|
svg|conf|tsx|bak|ics|srt|rst""")
BARE = split("""README.rst|readme.txt|LICENSE|Makefile|Dockerfile|.env|.gitignore|.env.local|.npmrc|.bashrc|.editorconfig|CHANGELOG.md|package.json|pyproject.toml|
Cargo.toml|go.mod|requirements.txt|tsconfig.json|docker-compose.yml|Gemfile|TODO|NOTES|CODEOWNERS|.prettierrc|Justfile|setup.cfg|VERSION|AUTHORS|
.dockerignore|Procfile|robots.txt|index.html|CONTRIBUTING.md""")
ODD = split("""meeting notes.txt|My Documents/cv final.docx|quarterly report (v2).pdf|naïve-bayes.py|résumé.md|notes/Übersicht.md|фото/список.txt|データ/一覧.csv|
año-nuevo.txt|old stuff/letter to bank.txt|to do.md|Budget 2031.csv|project plan.md|straße.txt|café-liste.csv|shopping list.txt|scan 0041.png|
final FINAL draft.md|notes (copy).txt|smørrebrød.txt""")


def folder(r: Random) -> str:
    """A folder without trailing slash."""
    parts = [r.choice(FOLDERS) for _ in range(r.choice([1, 1, 2, 2, 3]))]
    lead = r.choice(["", "", "", "", "", "./", "/", "~/", "../", "/home/user/", "/workspace/", "/var/"])
    return lead + "/".join(parts)


def file(r: Random) -> str:
    """A path of a file."""
    way = r.random()
    if way < 0.17:
        name = r.choice(BARE)
    elif way < 0.9:
        stem = (
            r.choice(STEMS)
            if r.random() < 0.72
            else f"{r.choice(STEMS)}{r.choice('-_')}{r.choice(STEMS + NAMES)}"
            if r.random() < 0.7
            else f"{r.choice(STEMS)}-{r.randint(1, 2031)}"
        )
        name = f"{stem}.{r.choice(EXTS)}"
    else:
        name = (
            f".{r.choice(['zsh', 'vim', 'tmux', 'git', 'eslint', 'babel', 'condar', 'pylint'])}rc"
            if r.random() < 0.3
            else f"{r.choice(NAMES)}.{r.choice(EXTS)}"
        )
    return name if r.random() < 0.42 else f"{folder(r)}/{name}"


def odd_file(r: Random) -> str:
    return r.choice(ODD)


STATES = split("""before-deploy|after-tests|pre-release|clean|baseline|golden|known-good|last-good|works|all-green|pre-merge|post-merge|before-cleanup|before-refactor|
fresh-install|empty|start|day-one|milestone-2|release-candidate|rc1|v1|v2.3|v0.9.1|beta|alpha-3|nightly|weekly|monthly|friday|tuesday-night|
end-of-day|eod|lunch-break|sunday-backup|before-holiday|demo-day|demo-ready|pre-demo|client-visit|before-upgrade|after-upgrade|pre-migration|
schema-v4|new-layout|old-layout|dark-mode|experiment-7|exp_12|trial-b|attempt-3|paper-draft|submission|camera-ready|thesis-ch2|import-done|
before-import|pre-import|raw-data|tidy-data|model-trained|epoch-40|pre-training|checkpoint-9|tuned|safe|safe-point|rollback-me|do-not-touch|keep|temp|
scratch|wip|half-done|nearly-there|quick-save|autosave""")


def label(r: Random) -> str:
    """A label that an operator gives: one word with hyphens, an id, a date, or two to four words."""
    way = r.random()
    if way < 0.34:
        return r.choice(STATES)
    if way < 0.56:
        return f"{r.choice(['pre', 'post', 'before', 'after', 'stable', 'clean', 'build', 'release', 'backup', 'good', 'state', 'old', 'ok', 'save', 'test'])}{r.choice('---_')}{r.choice(NAMES + STEMS + [str(r.randint(1, 60))])}"
    if way < 0.66:
        return f"{r.choice(NAMES)}-{r.choice([str(r.randint(1, 40)), r.choice(NAMES), 'final', 'v' + str(r.randint(1, 9))])}"
    if way < 0.72:
        return f"v{r.randint(0, 9)}.{r.randint(0, 20)}{r.choice(['', f'.{r.randint(0, 9)}'])}"
    if way < 0.78:
        return f"20{r.randint(24, 35)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}"
    return phrase_label(r)


def phrase_label(r: Random) -> str:
    return (
        r.choice(
            [
                "before {} update",
                "after {} cleanup",
                "{} works",
                "the {} one",
                "good {}",
                "{} finished",
                "last {} build",
                "{} v2",
                "monday {}",
                "{} demo",
                "final {}",
                "{} before lunch",
                "pre {} merge",
                "friday {}",
                "{} ready",
                "first {} draft",
            ]
        )
        .format(r.choice(NAMES))
        .removeprefix("the ")
    )


def snapshot(r: Random) -> str:
    """How an existing snapshot is named: a label or an id."""
    way = r.random()
    if way < 0.58:
        return label(r)
    if way < 0.72:
        return f"{r.getrandbits(32):08x}"[: r.choice([6, 6, 7, 8])]
    if way < 0.9:
        return f"{r.choice(['snap', 'snap', 'snapshot', 's', 'cp', 'sn'])}{r.choice('_-')}{r.choice([f'{r.randint(1, 999):04}', str(r.randint(1, 99)), f'{r.getrandbits(20):05x}'])}"
    return str(r.randint(1, 5000))


define(domain=domain, host=host, url=url, folder=folder, file=file, odd_file=odd_file, label=label, snapshot=snapshot, ip=ip, sitename=NAMES, bare_file=BARE)
