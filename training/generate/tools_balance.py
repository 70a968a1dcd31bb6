"""Money as it stands, and as it will."""

from random import Random

from .family import Said, family, templates
from .grammar import define, say, split

PERIODS = {
    "today": split("today|today|so far today|since this morning|this day|since midnight"),
    "week": split(
        """this week|this week|the week|since Monday|so far this week|in the current week|over the week|during this week|since the week began|for the week"""
    ),
    "month": split("""this month|this month|the month|so far this month|in the current month|since the first|since the start of the month|during this month|over the month|
monthly|for the month|of this month|since the month started"""),
    "quarter": split(
        """this quarter|the quarter|in the current quarter|so far this quarter|since the quarter began|over the quarter|for the quarter|of this quarter"""
    ),
    "year": split("""this year|the year|so far this year|since January|year to date|since New Year|in the current year|over the year|for the year|annually|of this year|
since the year began|ytd"""),
}
SUMS = split("""how much (did I spend|have I spent|was spent|did we spend|have we spent|money did I spend|went out|did I pay|money went out|do I spend) {P}?
what (did I spend|have I spent|did we spend|went out|has been spent) {P}?
how much (did I earn|have I earned|came in|did we earn|money came in|did I make|have I made|did I save) {P}?
(show|show me|give me|tell me|get|print|summarise|report) (my|the|our) (finances|spending|expenses|money|income|balance|budget|accounts|financial state|income and expenses|outgoings|finances in short|cash flow|financial summary|costs) {P}
(spending|expenses|income|finances|money|balance|budget|costs|outgoings|earnings|cash flow) {P}
(spending|expenses|income|finances|money|balance|budget|costs) {P}?
(money|cash) spent {P}
how (are|were|do) my finances (looking|doing|look) {P}?
how (am I doing|do I stand|did I do) financially {P}?
how (is|was) my (spending|budget|financial situation|income|money) {P}?
what('s| is| was) my (total |)(spending|income|balance|expenditure) {P}?
where did my money go {P}?
(am I|are we) (over|within) budget {P}?
(summary|overview|report) of my (spending|finances|money|expenses) {P}
what do my finances look like {P}?
did I (overspend|save anything|earn more than I spent) {P}?
I (want|need|'d like) to (see|know) (my finances|what I spent|how much went out|how much I spent|my spending) {P}""")
BY_CATEGORY = split("""how much (did I spend|have I spent|did we spend|have we spent|money went|do I spend|went|was spent|did I pay) (on|for) {C} {P}?
what (did I spend|have I spent|did we spend|do I pay|did I pay) (on|for) {C} {P}?
(show|show me|give me|tell me|get) (my|the|our) (spending|expenses|costs|outgoings|expenditure) (on|for) {C} {P}
(spending|expenses|costs|outgoings|expenditure|money spent) (on|for) {C} {P}
(spending|expenses|costs|money spent|spent) (on|for) {C} {P}?
{C} (spending|expenses|costs) {P}
{C} (spending|expenses|costs) {P}?
money (spent|gone) {P} on {C}
what (did|has|have) {C} (cost|cost me) {P}?
how much (did|does|has) {C} (cost|cost me|come to|eat up) {P}?
what('s| is| was) (my|the) (spending|total|bill|expenditure) (on|for) {C} {P}?
(did I|do I|have I) (spend|spent) (too much|a lot|more than usual) on {C} {P}?
{P}, how much (did I spend|have I spent|went) on {C}?
sum up (my |the |)(spending|expenses) on {C} {P}
spent on {C} {P}?
I (want|need|'d like) to know (how much I spent|what I spent|what went) on {C} {P}
(total|sum) for {C} {P}
how much {P} on {C}?""")


@family("wealth.status", "period", 1.2)
def status_period(r: Random) -> Said:
    period = r.choice(list(PERIODS))
    return asked(r, r.choice(SUMS), r.choice(PERIODS[period]), {"period": period})


@family("wealth.status", "category", 1.4)
def status_category(r: Random) -> Said:
    period = r.choice([*PERIODS, "", ""])
    return asked(r, r.choice(BY_CATEGORY), r.choice(PERIODS[period]) if period else "", {"period": period} if period else {})


def asked(r: Random, way: str, period: str, choices: dict[str, str]) -> Said:
    if way.startswith("{P}") and (not period or period.startswith(("the ", "for ", "of ", "monthly", "annually"))):
        way = way.removeprefix("{P}, ")
        way = way if "{P}" in way else way.replace("?", " {P}?")
    if period.startswith(("the ",)):
        period = f"{r.choice(['for', 'over', 'in'])} {period}"
    pieces = say(r, way.replace("{C}", "{category=cat}"), {"P": period})
    kind = (
        "ask"
        if way.endswith("?") and not way.startswith(("(spend", "{C}", "spent"))
        else "imp"
        if way.startswith(("(show", "sum"))
        else "tell"
        if way.startswith("I")
        else "nom"
    )
    return Said(kind, pieces, choices, "why_money")


templates(
    "wealth.status",
    "all",
    1.0,
    {
        "imp": split("""(show|give|tell) me (my|the) (balance|finances|accounts|financial state|money|budget|current balance|financial overview|state of my finances|financial position)|
(show|check|report|display|summarise) (my|the|our) (balance|finances|accounts|money|financial situation|budget|financial state)|
tell me (how much money I have|where I stand financially|how I'm doing financially|what's left|how much is left|how rich I am)"""),
        "ask": split("""(what is|what's) (my|our|the) (balance|financial situation|current balance|account balance|net position|bank balance)?|
how much (money |)(do I have|have I got|is left|do we have|is there|do I still have)[ left| right now| in total|]?|
how (are|do) my finances (look|doing|looking|stand)?|how am I doing (financially|money-wise|with money)?|where do I stand (financially|with money)?|
am I (broke|rich|in the red|in the black|solvent|doing ok with money)?|is there (any|enough) money left?|
what's left (on my account|in the account|of my money|in the bank)?|can I afford anything right now?|how's my (money|wallet|budget|balance)?"""),
        "nom": split("""balance|finances|finances?|money?|my money|account balance|financial status|budget?|balance please|my finances|bank balance?|current balance|
wealth status|cash?|money status|financial overview|how much left?|finance report|net worth?|accounts?|state of my finances"""),
        "tell": split("""I (want|need|'d like) to know (my balance|how much I have|where I stand with money|how my finances are)|
I'm (worried|nervous) about money, (how do I stand|show me my finances|what's my balance)"""),
    },
    why="why_money",
)

AHEAD = [
    "(for|over|in) the next {days=days_ahead}",
    "for the next {days=days_ahead}",
    "{days=days_ahead} ahead",
    "for {days=days_ahead}",
    "(over|during|through) the coming {days=days_ahead}",
    "the next {days=days_ahead}",
    "for the coming {days=days_ahead}",
]

define(
    ahead=AHEAD,
    then=[
        "in {days=days_ahead}",
        "in {days=days_ahead}",
        "{days=days_ahead} from now",
        "after {days=days_ahead}",
        "in {days=days_ahead} from now",
        "{days=days_ahead} from today",
        "in {days=days_ahead} time",
    ],
    funds=split("""my money|my balance|my finances|my cash|my cash flow|our finances|my account|my funds|the budget|my bank balance|my savings|our money|my budget|cash|
my financial state|income and expenses|my liquidity"""),
    why_cash=split("""I've got my eye on a {service}|I want to quit my job|we plan {matter}|{one} wants to borrow money|rent goes up {soon}|I may change jobs|
I'd like to go on holiday|we're expecting a baby|I need a new car|{matter} will be expensive|I'm going part-time"""),
)


@family("wealth.forecast", "any", 2.1)
def forecast(r: Random) -> Said:
    way = r.choice(
        split("""(forecast|project|predict|estimate|extrapolate|simulate|calculate|model|work out) {funds}[ {ahead}]
(forecast|project|predict|estimate) {funds} {ahead}
(show|give|make|get|run|do|draw up) (me |)(a|the|my|another) (forecast|projection|cash forecast|money forecast|outlook|financial forecast|cash-flow forecast|cash flow projection|prognosis|liquidity forecast) {ahead}
(show|give|make|get|run) (me |)(a|the|my) (forecast|cash forecast|financial forecast|money forecast|financial projection|cash-flow forecast|financial outlook|balance forecast)
(forecast|projection|cash forecast|money forecast|outlook|cash flow forecast|financial outlook|wealth forecast|balance forecast|cash projection)
(cash |money |financial |balance |)(forecast|projection|outlook|prognosis) {ahead}
(forecast|cash forecast|projection|outlook|money forecast)(:|,|) {days=days_ahead}
what will {funds} (be|look like) {then}?
how much (money |)will I (have|have left|own|have saved) {then}?
where will (my balance|my money|my finances|I|my account) (be|stand|end up) {then}?
where (am I|are my finances|is my money) (heading|going)?
will I (run out of|be short of|have enough|be low on) (money|cash|funds) {ahead}?
will I (run out of|be short of) (money|cash)?
(am I going to|do I) (run out of money|go broke|be broke|be in the red) {ahead}?
will (my|the) (money|cash|balance|savings) (last|hold|be enough|suffice) {ahead}?
will (my money|my savings|my cash) (last|be enough)?
how long will my (money|savings|cash) last?
(how|what) will my finances look {then}?
how (does|do|will) {funds} (look|develop|evolve|go on) {ahead}?
can I expect to (have money left|be in the black|be fine) {then}?
(tell|show) me (where|how) {funds} will (be|look|stand) {then}
look {days=days_ahead} ahead and tell me (how my money looks|what my balance will be|how I stand)
(how broke|how rich) will I be {then}?
I (want|need|'d like) (a|to see a) (forecast|projection) of {funds}[ {ahead}]
(my|the) financial future, please
my (financial |)outlook {ahead}
will I (make it|get through|manage|get by) {ahead} with (my money|what I have|this money)?
(what does the|how does the) (forecast|projection|outlook) (say|look) {ahead}?
what's the (forecast|outlook) for {funds}[ {ahead}]?
if I (go on|continue|carry on) like this, (what will my balance be|how much will I have|where will I stand) {then}?""")
    )
    kind = (
        "ask"
        if way.endswith("?")
        else "imp"
        if way.startswith(("(forecast|project|predict", "(show", "(tell", "look"))
        else "tell"
        if way.startswith("I (")
        else "nom"
    )
    return Said(kind, say(r, way), why="why_cash")
