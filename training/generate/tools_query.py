"""The hive's own records: SQL as given, or a question about one of the views."""

from random import Random

from .family import Said, family
from .grammar import define, plain, say, split
from .words_code import fence
from .words_sql import sql

HEADS = split("""{sql}
{sql}
{sql}
sql: {sql}
sql {sql}
query: {sql}
SQL: {sql}
run (this|the following|my) (query|sql|select|statement): {sql}
run (the |this |)(query|sql|select|statement) {sql}
(execute|run|evaluate|do) this (sql|query|statement)[ on the records| against the records| for me]: {sql}
(query|ask) the (hive|records|database|hive's records|tables|ledger) (with|using|:) {sql}
(query|ask) the (hive|records|database|hive's records|tables): {sql}
what does {sql} (return|give|say)?
(use|take|with) this sql: {sql}
(answer|look up) with sql: {sql}
(run|execute) {sql} (against|on|over) the (records|hive's records|tables|database|hive)
select from the records: {sql}
(the result|result|output|rows) of {sql}
(show|give) me (the result|the rows|the output) of {sql}
I (want|need) the (result|rows|output) of {sql}
in sql: {sql}
(here is a query|here's the query|my query), run it: {sql}""")


@family("query.sql", "given", 2.6)
def given(r: Random) -> Said:
    statement = sql(r)
    way = r.choice(HEADS)
    inside = not way.endswith("{sql}")
    multi = "\n" in statement
    if multi and not inside or r.random() < 0.1 and not inside:
        head = say(r, way.removesuffix("{sql}"))
        body = fence(r, statement, "sql", r.choice(["sql", "sql", "", "SQL"])) if r.random() < 0.55 else [(statement, "sql", 0)]
        text = "".join(piece[0] for piece in head).rstrip()
        return Said("raw", [*plain(text + "\n" if text else ""), *body], {"view": ""})
    share = 1 if inside else 0.3 if way != "{sql}" else 0

    def marked(s: Random) -> list:
        marks = ["`", '"'] if "`" not in statement else ['"']
        mark = s.choice([m for m in marks if m not in statement] or ["`"])
        return [(mark, None, 0), (statement, "sql", 0), (mark, None, 0)] if s.random() < share and not (multi and mark == '"') else [(statement, "sql", 0)]

    pieces = say(r, way, {"sql": marked})
    imperative = way.startswith(("run", "(execute", "(query", "(run", "(show"))
    return Said("imp" if imperative else "raw", pieces, {"view": ""})


VIEWS = {
    "permits": {
        "n": split("permits|permits|granted permits|permit records|revoked permits|expired permits"),
        "by": split("host|day|month|operator|length|week"),
        "v": split("granted|granted|revoked|given out|issued|denied|refused"),
        "extra": split("""which host got the most permits[ {past_time}]|how many permits did (we|I|{person}) (grant|revoke) (per host |per day |)[ {past_time}]|
who granted the (most|last|longest) permit[ {past_time}]|the (longest|shortest|ten latest) permits ever (granted|given)|
how many minutes of permits were granted (per host|to each host|in total)[ {past_time}]|which permits expired[ {past_time}]|
average length of permits (per|by) host"""),
    },
    "directives": {
        "n": split("directives|directives|requests|commands|directives I gave|refused directives|orders"),
        "by": split("day|hour|tool|needle|weekday|month|route"),
        "v": split("refused|given|received|typed|routed|answered|rejected"),
        "extra": split("""how many directives were (refused|rejected|routed wrong|understood)[ {past_time}]|
which directives (were refused|failed|were refused most often)[ {past_time}]|
how often did I ask for (a snapshot|a page|the balance|a permit)[ {past_time}]|what was the (first|last|longest) directive (I gave|of the day|ever)|
which tool was asked for (most|least)[ {past_time}]|how many requests did the hive (refuse|get|handle)[ {past_time}]|
share of refused directives by (day|needle|week)"""),
    },
    "executions": {
        "n": split("executions|executions|runs|failed runs|code runs|jobs|failed executions|successful runs"),
        "by": split("day|language|tool|hour|week|chamber|exit code|month"),
        "v": split("failed|run|started|finished|killed|timed out|executed"),
        "extra": split("""which (run|execution|job) (took longest|was the slowest|failed last|used most time)[ {past_time}]|
how many (runs|executions|jobs) (failed|timed out|succeeded|were killed)[ {past_time}]|average (run|execution) time (by|per) (language|tool|day)|
which tool (was used|ran|failed|is used) (most|most often|least|last)[ {past_time}]|
the (five|ten|20|three) (slowest|longest|latest|last) (runs|executions)[ with their start time]|
how often did (python|shell|javascript) code fail[ {past_time}]|how long do (runs|executions) take on average|tool usage (by|per) (day|week)"""),
    },
    "events": {
        "n": split("events|events|log entries|warnings|errors|log events|incidents|alarms"),
        "by": split("kind|day|hour|needle|level|type|week"),
        "v": split("logged|recorded|written|raised|registered"),
        "extra": split("""which (needle|part) (logged|caused|raised) the most (events|errors|warnings)[ {past_time}]|
how many (errors|warnings|events) (were logged|happened|are there) (per day|by hour|in total|)[ {past_time}]|
the (last|latest|first) (ten|20|hundred|five) events|when was the kill switch (last |)(pulled|used|pressed)|
how often (was|were) the (kill switch|chambers) (pulled|frozen|used)[ {past_time}]|when were the chambers last frozen|
what kind of event is the most (frequent|common|rare)"""),
    },
    "memories": {
        "n": split("memories|memories|stored memories|memory entries|saved notes"),
        "by": split("tag|day|month|week"),
        "v": split("stored|saved|added|kept|created"),
        "extra": split("""how many memories (have|carry|got) (a|no|each) tag|which tag (is used|occurs) most (often|)|
how many (memories|notes) (did I|have I) (save|saved|add|added|store) (per tag|per month|)[ {past_time}]|
the (oldest|newest|longest) (memory|memories) (on record|stored)|number of memories (by|per) tag"""),
    },
    "snapshots": {
        "n": split("snapshots|snapshots|snapshot records"),
        "by": split("day|week|month|label|size"),
        "v": split("taken|made|created|restored"),
        "extra": split("""how many snapshots (were taken|did we take|did I make|were restored) (per week|by day|per month|)[ {past_time}]|
which snapshot (is|was) the (largest|biggest|smallest)|total size of (the|all) snapshots (by|per) (month|week)|
average (size|number) of snapshots (per|by) (day|month)|how many bytes do (all|the) snapshots (take|use) (together|in total)"""),
    },
    "watches": {
        "n": split("watches|watches|watch records|page changes|detected changes"),
        "by": split("page|url|day|host|interval|week"),
        "v": split("added|triggered|removed|checked"),
        "extra": split("""which watched page changed (most|most often|last)[ {past_time}]|how many changes did (the|our) watches (find|report|see)[ {past_time}]|
how often did each watched page change[ {past_time}]|average interval of (the|all) watches|number of watches (by|per) host"""),
    },
    "transactions": {
        "n": split("transactions|transactions|money records|recorded transactions|bookings of money"),
        "by": split("category|month|day|currency|kind|week"),
        "v": split("recorded|booked|entered|logged"),
        "extra": split("""how many transactions (did I record|were recorded|have no category) (per month|by category|)[ {past_time}]|
the (ten|five|three|20) (largest|biggest|smallest|latest) transactions[ {past_time}]|average (amount|transaction) (by|per) (category|month|currency)|
count (the |)transactions (by|per) (category|kind|currency|month)|number of transactions (by|per) (day|category|currency)|
which (category|currency) has the most transactions"""),
    },
    "measurements": {
        "n": split("measurements|measurements|recorded measurements|body measurements|readings"),
        "by": split("metric|day|month|week|unit"),
        "v": split("recorded|taken|entered|logged"),
        "extra": split("""how many measurements (did I record|were taken|are there) (per metric|per day|by week|)[ {past_time}]|average (value|reading) (by|per) metric|
which metric (has|got) the most (readings|measurements|entries)|the (ten|five|20) (last|latest|highest) measurements|
number of measurements (by|per) (metric|day|month)"""),
    },
}
define(
    past_time=split("""last week|yesterday|in {month}|last month|this year|since {weekday}|in the last {number} days|today|in the past week|so far|since the start|
between {weekday} and {weekday}|over the last month|last {weekday}|during {month}|in the last hour|this {weekday}"""),
    records=split("""the hive's records|the records|the hive's tables|the hive's log|the hive's database|the hive's own records|the ledger|the hive's history|our records|
the log|the hive log|the database|the hive's books|the tables|the audit trail"""),
    why_sql=split("""I'm writing the weekly report|{one} wants figures|the auditor asked|I'm curious|we need statistics for {matter}|I have to fill in a form|
I want to plot it"""),
)
GENERAL = split("""count {n} (by|per) {by}[ {past_time}] (in|from|according to|using) {records}
(count|sum up|group) (the |all |)(hive's |recorded |){n} (by|per) {by}[ {past_time}]
how many {n} (were {v}|are there|have been {v}|did the hive record) (per|by|for each) {by}[ {past_time}]?
how many {n} (were {v}|have been {v}|did we have)[ {past_time}], according to {records}?
(query|ask|search|check) {records}: how many {n} were {v}[ {past_time}]?
(query|ask|search) {records}: {extra}?
(from|in|out of|using) {records}, (give|show|list|tell) me {extra}
according to {records}, {extra}?
{extra}, according to {records}?
{extra}?
{extra}?
{extra}
(look|check) in {records}: {extra}
(from|in) {records}, (list|show|give me) (the|all|all the) {n} {v} {past_time}
(list|show|give me|select|get) (the|all|all the) {n} {v} {past_time} from {records}
(number|count|table|statistics) of {n} (by|per) {by}[ {past_time}]
(make|give me|show me) (a|the) (table|statistic|breakdown|count|histogram) of {n} (by|per) {by}[ {past_time}]
what do {records} say about {n} {v} {past_time}?
(with|in|using) sql, {extra}
sql question: {extra}?
query: {extra}
(I want|I need|I'd like) to (know|see), from {records}, {extra}
records: {extra}
how many {n} (by|per) {by} {past_time}?
on which {by} were the most {n} {v}[ {past_time}]?
average number of {n} per {by}[ {past_time}]""")


@family("query.sql", "question", 2.0)
def question(r: Random) -> Said:
    view = r.choice([*VIEWS, "executions", "permits", "directives", "events"])
    way = r.choice(GENERAL)
    if view in ("snapshots", "watches", "memories", "transactions", "measurements") and "records}" not in way and "extra" not in way and "by}" not in way:
        way = r.choice(GENERAL[:2])
    pieces = say(r, way, {key: VIEWS[view][key] for key in ("n", "by", "v", "extra")})
    kind = "ask" if way.endswith("?") else "imp" if way.startswith(("(count", "count", "(list", "(make", "(query", "(look")) else "nom"
    return Said(kind, pieces, {"view": view}, "why_sql")
