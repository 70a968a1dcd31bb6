"""Money: record, status, forecast."""
from random import Random

from .family import Said, family, templates
from .grammar import define, plain, quoted, say, split, text_of
from .words_times import at_past, spelled

EXPENSES = split("""groceries|groceries|food|lunch|dinner|breakfast|coffee|snacks|drinks|beer|restaurant|restaurants|takeaway|eating out|rent|mortgage|electricity|gas|water|heating|internet|phone|phone bill|insurance|car insurance|health insurance|fuel|petrol|diesel|parking|tolls|taxi|bus|bus ticket|
train|train ticket|train tickets|flight|flights|hotel|hotels|transport|public transport|bike repair|car repair|tyres|car wash|clothes|shoes|jacket|haircut|barber|cosmetics|gym|gym membership|yoga|swimming|sports|football|concert|cinema|movies|theatre|museum|games|books|a book|magazines|newspaper|
music|streaming|subscriptions|software|hosting|domain|cloud|servers|laptop|monitor|keyboard|headphones|phone case|cables|printer ink|office supplies|stationery|stamps|postage|furniture|sofa|lamp|curtains|paint|tools|garden|plants|seeds|flowers|pet food|dog food|vet|doctor|dentist|medicine|
pharmacy|glasses|therapy|massage|childcare|nursery|school fees|school trip|tuition|language course|piano lessons|toys|birthday present|gift|gifts|wedding gift|donation|donations|charity|church|tax|taxes|fine|parking fine|bank fees|fees|lawyer|accountant|cleaning|laundry|dry cleaning|repairs|
electrician|locksmith|gardener|babysitter|holiday|holidays|travel|camping|souvenirs|museum tickets|ski pass|entertainment|household|kitchen stuff|detergent|baby things|nappies|diapers|cigarettes|ice cream|pizza|sushi|bread|cheese|meat|vegetables|fruit|wine|chocolate|cake|tea|sandwich|bagel|{noun} bill|electricity bill|gas bill|water bill|heating bill|{noun} ticket|{noun} tickets|{noun} subscription|{noun} insurance""".replace("\n", ""))
INCOMES = split("salary|salary|wages|wage|freelance work|freelancing|consulting|tutoring|babysitting|bonus|dividends|interest|rent from {person}|pension|refund|tax refund|scholarship|grant|gift from {kin}|selling the bike|selling my old phone|the flea market|overtime|tips|royalties|book royalties|commission|stipend|child benefit|an invoice|invoice 204|the {sitename} project|cashback|alimony|lottery|a side job|my shop|photography|translation work|design work|teaching|garden work|a concert|the workshop|{company}|winnings|reimbursement|expenses refund|stock sale|dog walking|cleaning windows")
SPENDS = split("""(paid|spent|just paid|just spent) {M} (on|for) {C}
I (paid|spent|just paid|just spent|have paid|had to pay|shelled out|forked out|blew|dropped|laid out) {M} (on|for) {C}
{M} (for|on) {C}
{M} {C}
{C} {M}
{C} {M}
{C}: {M}
{C} (cost|cost me|was|came to|set me back|is|costs me|ran to) {M}
{C}, {M}
{C} {A}: {M}
{C} {A}: {M}
spent on {C} {A}: {M}
(spent|paid) {A} (on|for) {C}: {M}
{A}: {M} (for|on) {C}
(spent|paid) {M} {A} (on|for) {C}
{M} {A} (on|for) {C}
(please |)(log|record|note) that {M} went on {C} {A}
(log|record|note|add) {M} (of |){C}
(log|record|add) {C}: {M}
(log|record|add) {C} (for |at |){M}
(log|record|note|add|enter|book|track|put down|write down|register|save) {M} (for|on) {C}
(log|record|note|add|enter|book|track|put down|register) (an |a |)(expense|cost|spending|payment|outlay|purchase) of {M} (for|on) {C}
(log|record|note|add|enter|book|track|put down|register) (an |)expense: {C} {M}
(log|record|add|enter|new|book) expense (of |)?{M} (for |on |in |){C}
(log|record|add|enter) (an |)expense of {M} (in|under) (the category |category |){C}
(log|record|add|note) (an |)expense: {M}, category {C}
(note|log|record|remember|write down) that (I (spent|paid) {M} (on|for) {C}|{M} went (on|to|for) {C}|{C} cost (me |){M})
{M} went (on|to|for) {C}
{M} gone (on|for) {C}
bought {C} for {M}
I bought {C} for {M}
bought {C}, {M}
(expense|spent|paid|payment|out|cost|debit): {M} {C}
(expense|spent|paid|payment|cost): {C} {M}
expense {M} {C}
spent {M} {C}
(got|ordered|picked up) {C} for {M}
(the|my) {C} bill was {M}
paid the {C}, {M}
paid {C} {M}
(I was charged|they charged me|it cost me) {M} for {C}
minus {M} for {C}
put {M} down (as|for|under) {C}
spending on {C}: {M}
I (paid|gave) {M} for {C}
- {M} {C}""".replace("(of |)?", "(of |)"))
EARNS = split("""(got paid|earned|received|got|was paid|made|have got|just got) {M} (from|for) {C}
I (got|earned|received|made|was paid|got paid|just got|have received|took in) {M} (from|for) {C}
(log|record|note|add|enter|book|track|put down|register) (an |)income of {M} (from|for) {C}
(log|record|add|note|enter|book) (an |)income: {M} (from |){C}
(log|record|add|enter) {M} (income|as income) from {C}
{C} came in, {M}
{C} (arrived|came in|is in|was paid|landed): {M}
income {M} {C}
income: {M} from {C}
income {M} from {C}
earned {M} {C}
received {M} {C}
(plus|in:|credit:) {M} from {C}
{M} (income|came in|earned|received|arrived|landed) (from|for) {C}
{C}: {M} in
my {C} (arrived|came in|was paid|was|has come), {M}
{C} paid (me |out |){M}
{M} {C} received
got paid {M} {C}
got {M} {C}
+{M} {C}
(note|log|record) that (I (earned|received|got|made) {M} (from|with) {C}|{M} came in from {C})""")
MOVES = split("""(moved|transferred|shifted|sent|put|wired|swapped) {M} from {A} to {B}
I (moved|transferred|shifted|sent|wired) {M} (from {A} |)(to|into) {B}
(log|record|note|add|enter|book|register) (a |the )transfer of {M} (to|into) {B}
(log|record|note|add|enter|book) (a |)transfer: {M} from {A} to {B}
transfer of {M} (to|into) {B}
transfer {M} from {A} to {B}
transfer: {M} (to|into) {B}
transfer {M} (to|into) {B}
transferred {M} to {B}
put {M} (aside|into {B}|in {B}|on {B})
{M} from {A} to {B}
{M} (moved|transferred|shifted|went) from {A} (to|into) {B}
(note|record|log) that (I moved|I transferred|I shifted) {M} (from {A} |)to {B}
moved {M} over to {B}
sent {M} to {B}, it's (a|just a) transfer
topped up {B} with {M}
(log|record) {M} as (a |)transfer[ to {B}]
internal transfer {M}
record a transfer of {M}
between accounts: {M} from {A} to {B}""")
ACCOUNTS = split("savings|my savings|checking|my checking account|current account|the joint account|the holiday fund|the ISA|my pension|the business account|cash|my wallet|the emergency fund|the credit card|PayPal|the kids' account|the brokerage account|the rainy day fund|my giro account|the deposit account|the house fund|the travel card|{person}|my crypto wallet|the shared pot|N26|Revolut|the other bank")
CODES = split("EUR|USD|GBP|CHF|euro|euros|euro|euros|dollars|dollar|bucks|pounds|quid|pound|francs|SEK|NOK|DKK|kr|kronor|kroner|zł|PLN|zloty|HUF|forint|CZK|crowns|JPY|yen|INR|rupees|TRY|lira|lei|RON|BRL|reais|MXN|pesos|CAD|AUD|NZD|ZAR|rand|KES|shillings|naira|shekels|won|baht|yuan|RMB|usd|eur|gbp|chf|€|€|$|£|kr|cents|pence|fivers|USDT|BTC")
SIGNS = split("$|$|$|€|€|€|£|£|£|¥|₹|US$|CHF |EUR |USD |A$|C$|R$|₺|kr ")


def figure(r: Random) -> str:
    way = r.random()
    if way < 0.42:
        return str(r.choice([r.randint(1, 40), r.randint(5, 400), r.choice([10, 15, 20, 25, 30, 50, 60, 75, 80, 100, 120, 150, 200, 250, 300, 500]), r.randint(100, 5000)]))
    if way < 0.72:
        return f"{r.choice([r.randint(1, 30), r.randint(5, 400)])}.{r.choice([r.choice([50, 99, 90, 95, 80, 20, 10, 25, 75, 40]), r.randint(10, 99)])}"
    if way < 0.82:
        return f"{r.randint(1, 40)},{r.randint(0, 999):03}" + (f".{r.randint(0, 99):02}" if r.random() < 0.25 else "")
    if way < 0.94:
        return r.choice([spelled(r.choice([3, 5, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 80, 90, r.randint(2, 99)])), "a hundred", "two hundred", "a thousand", "fifteen hundred", "three hundred", "five hundred", "two thousand", "a couple of hundred", "one hundred and fifty", "twenty", "thirty", "fifty"][: 13])
    return r.choice([f"{r.randint(1, 9)}k", f"{r.randint(1, 9)}.{r.randint(1, 9)}k", f"{r.randint(1, 99)}.{r.randint(1, 9)}", f"{r.randint(1, 9)} thousand"])


def money(r: Random) -> list:
    """Amount and, mostly, currency, before or after."""
    amount = figure(r)
    way = r.random()
    digits = amount[0].isdigit()
    if way < 0.22:
        return [(amount, "amount", 0)]
    if way < 0.55 and digits:
        sign = r.choice(SIGNS)
        return [(sign.rstrip(), "currency", 0), *plain(" " if sign[-1] == " " else ""), (amount, "amount", 0)]
    currency = r.choice(CODES)
    tight = digits and amount[-1].isdigit() and (currency in "€$£" or r.random() < 0.06 and currency.isupper())
    return [(amount, "amount", 0), *plain("" if tight and r.random() < 0.8 else " "), (currency, "currency", 0)]


NOTES = split("for {one}|gift for {person}|with {person}|business lunch|ask {person} to pay half|to be refunded|split with {person}|paid in cash|{matter}|second instalment|deductible|the blue one|last payment|from {company}|weekly shop|see receipt {number}|birthday|shared with {kin}|not sure about VAT|{order}|{order}")


@family("wealth.record", "expense", 3.2)
def expense(r: Random) -> Said:
    return with_when(r, r.choice(SPENDS), EXPENSES, "expense")


@family("wealth.record", "income", 1.2)
def income(r: Random) -> Said:
    return with_when(r, r.choice(EARNS), INCOMES, "income")


def with_when(r: Random, way: str, categories: list[str], kind: str) -> Said:
    category = say(r, "{expense}" if categories is EXPENSES else r.choice(categories))
    name = "".join(piece[0] for piece in category)
    article = next((a for a in ("a ", "an ", "the ", "my ") if name.startswith(a)), "")
    spot = [*plain(article or (r.choice(["the ", "my ", "a "]) if r.random() < 0.08 and "bill" not in way and "the {C}" not in way and "my {C}" not in way else "")), (name.removeprefix(article), "category", 0)]
    if way.startswith(("{C}", "spent on", "(expense", "expense")) or "category" in way:
        spot = [(name.removeprefix(article), "category", 0)]
    pieces = say(r, way, {"M": money, "C": lambda s: spot, "A": at_past})
    return finish_record(r, way, pieces, kind)


def finish_record(r: Random, way: str, pieces: list, kind: str) -> Said:
    imperative = way.startswith(("(log", "(note", "put"))
    if "{A}" not in way and r.random() < 0.34:
        if imperative or r.random() < 0.85:
            pieces = [*pieces, *plain(r.choice([" ", " ", " ", ", "])), *at_past(r)]
        else:
            pieces = [(text_of(r, "past"), "at", 0), *plain(r.choice([", ", ": ", " "])), *pieces]
    if r.random() < 0.1:
        note = text_of(r, "money_note")
        pieces = [*pieces, *say(r, r.choice([", note: {t}", ", note {t}", ", with the note {t}", " with the note {t}", " (note: {t})", ", and note {t}", " note: {t}", ", add the note {t}", ", the note is {t}"]), {"t": lambda s: quoted(s, note, "note", 0.5)})]
    return Said("imp" if imperative else "nom" if way[0] in "{-+" else "tell", pieces, {"kind": kind}, "why_money")


@family("wealth.record", "no-category", 0.7)
def no_category(r: Random) -> Said:
    kind = r.choice(["expense", "expense", "income"])
    verbs = "(spent|paid|I spent|I paid|just spent|I've just spent)" if kind == "expense" else "(earned|received|got paid|I earned|I got paid|I received|just got paid)"
    noun = "(expense|payment|cost)" if kind == "expense" else "(income|earning)"
    way = r.choice([f"{verbs} {{M}}", f"(log|record|note|add|enter|book) an? {noun} of {{M}}".replace("an?", "an" if kind == "income" else "(the|this|an)"), f"{noun} {{M}}", f"{noun}: {{M}}", f"(log|record|add|enter) {noun}: {{M}}", f"(log|record|add) {{M}} as (an |){noun}"])
    return finish_record(r, way, say(r, way, {"M": money}), kind)


@family("wealth.record", "transfer", 0.9)
def transfer(r: Random) -> Said:
    way = r.choice(MOVES)
    a, b = (text_of(r, "account") for _ in range(2))
    pieces = say(r, way, {"M": money, "A": a, "B": b})
    if r.random() < 0.25:
        pieces = [*pieces, *plain(" "), *at_past(r)]
    return Said("imp" if way.startswith(("(log", "(note", "record")) else "tell", pieces, {"kind": "transfer"}, "why_money")


define(account=ACCOUNTS, money_note=NOTES, expense=EXPENSES, cat=lambda r: strip(text_of(r, "expense")), why_money=split("I keep the receipts|before I forget|{kin} wants to know|the bank called {ago}|my accountant asked|I'm doing my books|we share the costs|payday was {ago}|I'm trying to save|the card was charged {ago}"))


def strip(text: str) -> str:
    for article in ("a ", "the ", "my "):
        text = text.removeprefix(article)
    return text


PERIODS = {"today": split("today|today|so far today|since this morning|this day|since midnight"), "week": split("this week|this week|the week|since Monday|so far this week|in the current week|over the week|during this week|since the week began|for the week"),
           "month": split("this month|this month|the month|so far this month|in the current month|since the first|since the start of the month|during this month|over the month|monthly|for the month|of this month|since the month started"),
           "quarter": split("this quarter|the quarter|in the current quarter|so far this quarter|since the quarter began|over the quarter|for the quarter|of this quarter"), "year": split("this year|the year|so far this year|since January|year to date|since New Year|in the current year|over the year|for the year|annually|of this year|since the year began|ytd")}
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
        way = way.removeprefix("{P}, ") + ""
        way = way if "{P}" in way else way.replace("?", " {P}?")
    if period.startswith(("the ",)):
        period = f"{r.choice(['for', 'over', 'in'])} {period}"
    pieces = say(r, way.replace("{C}", "{category=cat}"), {"P": period})
    kind = "ask" if way.endswith("?") and not way.startswith(("(spend", "{C}", "spent")) else "imp" if way.startswith(("(show", "sum")) else "tell" if way.startswith("I") else "nom"
    return Said(kind, pieces, choices, "why_money")


templates("wealth.status", "all", 1.0, {
    "imp": split("(show|give|tell) me (my|the) (balance|finances|accounts|financial state|money|budget|current balance|financial overview|state of my finances|financial position)|(show|check|report|display|summarise) (my|the|our) (balance|finances|accounts|money|financial situation|budget|financial state)|tell me (how much money I have|where I stand financially|how I'm doing financially|what's left|how much is left|how rich I am)"),
    "ask": split("(what is|what's) (my|our|the) (balance|financial situation|current balance|account balance|net position|bank balance)?|how much (money |)(do I have|have I got|is left|do we have|is there|do I still have)[ left| right now| in total|]?|how (are|do) my finances (look|doing|looking|stand)?|how am I doing (financially|money-wise|with money)?|where do I stand (financially|with money)?|am I (broke|rich|in the red|in the black|solvent|doing ok with money)?|is there (any|enough) money left?|what's left (on my account|in the account|of my money|in the bank)?|can I afford anything right now?|how's my (money|wallet|budget|balance)?"),
    "nom": split("balance|finances|finances?|money?|my money|account balance|financial status|budget?|balance please|my finances|bank balance?|current balance|wealth status|cash?|money status|financial overview|how much left?|finance report|net worth?|accounts?|state of my finances"),
    "tell": split("I (want|need|'d like) to know (my balance|how much I have|where I stand with money|how my finances are)|I'm (worried|nervous) about money, (how do I stand|show me my finances|what's my balance)"),
}, why="why_money")

AHEAD = ["(for|over|in) the next {days=days_ahead}", "for the next {days=days_ahead}", "{days=days_ahead} ahead", "for {days=days_ahead}", "(over|during|through) the coming {days=days_ahead}", "the next {days=days_ahead}", "for the coming {days=days_ahead}"]
define(
    ahead=AHEAD, then=["in {days=days_ahead}", "in {days=days_ahead}", "{days=days_ahead} from now", "after {days=days_ahead}", "in {days=days_ahead} from now", "{days=days_ahead} from today", "in {days=days_ahead}' time".replace("' time", " time")],
    funds=split("my money|my balance|my finances|my cash|my cash flow|our finances|my account|my funds|the budget|my bank balance|my savings|our money|my budget|cash|my financial state|income and expenses|my liquidity"),
    why_cash=split("I'm thinking of buying a {service}|I want to quit my job|we plan {matter}|{one} wants to borrow money|rent goes up {soon}|I may change jobs|I'd like to go on holiday|we're expecting a baby|I need a new car|{matter} will be expensive|I'm going part-time"),
)


@family("wealth.forecast", "any", 2.1)
def forecast(r: Random) -> Said:
    way = r.choice(split("""(forecast|project|predict|estimate|extrapolate|simulate|calculate|model|work out) {funds}[ {ahead}]
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
if I (go on|continue|carry on) like this, (what will my balance be|how much will I have|where will I stand) {then}?""".replace("what does the|how does the", "what does the|how does the")))
    kind = "ask" if way.endswith("?") else "imp" if way.startswith(("(forecast|project|predict", "(show", "(tell", "look")) else "tell" if way.startswith("I (") else "nom"
    return Said(kind, say(r, way), why="why_cash")
