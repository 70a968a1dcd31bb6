"""Money that came, went or moved."""

from random import Random

from .family import Said, family
from .grammar import define, plain, quoted, say, split, text_of
from .words_times import at_past, spelled

EXPENSES = split("""groceries|groceries|food|lunch|dinner|breakfast|espresso|snacks|drinks|beer|restaurant|restaurants|takeaway|canteen|rent|mortgage|electricity|gas|
water|heating|internet|phone|phone bill|insurance|car insurance|health insurance|fuel|petrol|diesel|parking|tolls|taxi|bus|bus ticket|train|
train ticket|train tickets|flight|flights|hotel|hotels|commuting|public transport|bike repair|car repair|tyres|car wash|clothes|shoes|jacket|haircut|
barber|cosmetics|gym|gym membership|yoga|swimming|sports|football|concert|cinema|movies|theatre|museum|games|books|a book|magazines|newspaper|music|
streaming|subscriptions|software|hosting|domain|cloud|servers|laptop|monitor|keyboard|headphones|phone case|cables|printer ink|office supplies|
stationery|stamps|postage|furniture|sofa|lamp|curtains|paint|tools|garden|plants|seeds|flowers|pet food|dog food|vet|doctor|dentist|medicine|pharmacy|
glasses|therapy|massage|childcare|nursery|school fees|school trip|tuition|language course|piano lessons|toys|birthday present|gift|gifts|wedding gift|
donation|donations|charity|church|tax|taxes|fine|parking fine|bank fees|fees|lawyer|accountant|cleaning|laundry|dry cleaning|repairs|electrician|
locksmith|gardener|babysitter|holiday|holidays|travel|camping|souvenirs|museum tickets|ski pass|entertainment|household|kitchen stuff|detergent|
baby things|nappies|diapers|cigarettes|ice cream|pizza|sushi|bread|cheese|meat|vegetables|fruit|wine|chocolate|cake|tea|sandwich|bagel|{noun} bill|
electricity bill|gas bill|water bill|heating bill|{noun} ticket|{noun} tickets|{noun} subscription|{noun} insurance""")
INCOMES = split("""wages|paycheck|my {month} pay|monthly pay|wage|freelance work|freelancing|consulting|tutoring|babysitting|bonus|dividends|interest|rent from {person}|
pension|refund|tax refund|scholarship|grant|gift from {kin}|selling the bike|selling my old phone|the flea market|overtime|tips|royalties|
book royalties|commission|stipend|child benefit|an invoice|invoice 204|the {sitename} project|cashback|alimony|lottery|a side job|my shop|photography|
translation work|design work|teaching|garden work|a concert|the workshop|{company}|winnings|reimbursement|expenses refund|stock sale|dog walking|
cleaning windows""")
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
(log|record|add|enter|new|book) expense (of |){M} (for |on |in |){C}
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
- {M} {C}""")
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
ACCOUNTS = split("""my savings|my deposit book|the household account|current account|the joint account|the holiday fund|the ISA|my pension|the business account|cash|
my wallet|the emergency fund|the credit card|PayPal|the kids' account|the brokerage account|the rainy day fund|my giro account|the deposit account|
the house fund|the travel card|{person}|my crypto wallet|the shared pot|N26|Revolut|the other bank""")
CODES = split("""EUR|USD|GBP|CHF|euro|euros|euro|euros|dollars|dollar|bucks|pounds|quid|pound|francs|SEK|NOK|DKK|kr|kronor|kroner|zł|PLN|zloty|HUF|forint|CZK|crowns|
JPY|yen|INR|rupees|TRY|lira|lei|RON|BRL|reais|MXN|pesos|CAD|AUD|NZD|ZAR|rand|KES|shillings|naira|shekels|won|baht|yuan|RMB|usd|eur|gbp|chf|€|€|$|£|kr|
cents|pence|fivers|USDT|BTC""")
SIGNS = split("$|$|$|€|€|€|£|£|£|¥|₹|US$|CHF |EUR |USD |A$|C$|R$|₺|kr ")


def figure(r: Random) -> str:
    way = r.random()
    if way < 0.42:
        return str(
            r.choice(
                [r.randint(1, 40), r.randint(5, 400), r.choice([10, 15, 20, 25, 30, 50, 60, 75, 80, 100, 120, 150, 200, 250, 300, 500]), r.randint(100, 5000)]
            )
        )
    if way < 0.72:
        return f"{r.choice([r.randint(1, 30), r.randint(5, 400)])}.{r.choice([r.choice([50, 99, 90, 95, 80, 20, 10, 25, 75, 40]), r.randint(10, 99)])}"
    if way < 0.82:
        return f"{r.randint(1, 40)},{r.randint(0, 999):03}" + (f".{r.randint(0, 99):02}" if r.random() < 0.25 else "")
    if way < 0.94:
        return r.choice(
            [
                spelled(r.choice([3, 5, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 80, 90, r.randint(2, 99)])),
                "a hundred",
                "two hundred",
                "a thousand",
                "fifteen hundred",
                "three hundred",
                "five hundred",
                "two thousand",
                "a couple of hundred",
                "one hundred and fifty",
                "twenty",
            ]
        )
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


NOTES = split("""for {one}|present from {person}|with {person}|business lunch|ask {person} to pay half|to be refunded|split with {person}|paid in cash|{matter}|
second instalment|deductible|the blue one|last payment|from {company}|weekly shop|see receipt {number}|birthday|shared with {kin}|not sure about VAT|
{order}|{order}""")


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
    spot = [
        *plain(
            article or (r.choice(["the ", "my ", "a "]) if r.random() < 0.08 and "bill" not in way and "the {C}" not in way and "my {C}" not in way else "")
        ),
        (name.removeprefix(article), "category", 0),
    ]
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
        pieces = [
            *pieces,
            *say(
                r,
                r.choice(
                    [
                        ", note: {t}",
                        ", note {t}",
                        ", with the note {t}",
                        " with the note {t}",
                        " (note: {t})",
                        ", and note {t}",
                        " note: {t}",
                        ", add the note {t}",
                        ", the note is {t}",
                    ]
                ),
                {"t": lambda s: quoted(s, note, "note", 0.5)},
            ),
        ]
    return Said("imp" if imperative else "nom" if way[0] in "{-+" else "tell", pieces, {"kind": kind}, "why_money")


@family("wealth.record", "no-category", 0.7)
def no_category(r: Random) -> Said:
    kind = r.choice(["expense", "expense", "income"])
    verbs = (
        "(spent|paid|I spent|I paid|just spent|I've just spent)"
        if kind == "expense"
        else "(earned|received|got paid|I earned|I got paid|I received|just got paid)"
    )
    article = "an" if kind == "income" else "(the|this|an)"
    noun = "(expense|payment|cost)" if kind == "expense" else "(income|earning)"
    way = r.choice(
        [
            f"{verbs} {{M}}",
            f"(log|record|note|add|enter|book) {article} {noun} of {{M}}",
            f"{noun} {{M}}",
            f"{noun}: {{M}}",
            f"(log|record|add|enter) {noun}: {{M}}",
            f"(log|record|add) {{M}} as (an |){noun}",
        ]
    )
    return finish_record(r, way, say(r, way, {"M": money}), kind)


@family("wealth.record", "transfer", 0.9)
def transfer(r: Random) -> Said:
    way = r.choice(MOVES)
    a, b = (text_of(r, "account") for _ in range(2))
    pieces = say(r, way, {"M": money, "A": a, "B": b})
    if r.random() < 0.25:
        pieces = [*pieces, *plain(" "), *at_past(r)]
    return Said("imp" if way.startswith(("(log", "(note", "record")) else "tell", pieces, {"kind": "transfer"}, "why_money")


define(
    account=ACCOUNTS,
    money_note=NOTES,
    expense=EXPENSES,
    cat=lambda r: strip(text_of(r, "expense")),
    why_money=split("""I keep the receipts|before I forget|{kin} wants to know|the bank called {ago}|my accountant asked|I'm doing my books|we share the costs|
payday was {ago}|I'm trying to save|the card was charged {ago}"""),
)


def strip(text: str) -> str:
    for article in ("a ", "the ", "my "):
        text = text.removeprefix(article)
    return text
