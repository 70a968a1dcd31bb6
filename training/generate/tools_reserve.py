"""Reservations of a named capability, and their end."""

from random import Random

from .family import Said, family, templates
from .grammar import define, plain, quoted, say, split, text_of
from .words_times import count, lead, moment

define(
    reserve=split("""reserve|reserve|book|book|hold|block|keep|secure|get me|I need|I want|put me down for|sign me up for|take|claim|set aside|I'd like|save me|request|
register me for|grab|I'd like to have|schedule|we need|pencil in|lock in|I want to book|need|give me|make a reservation for|make a booking for|
put a hold on|sort me out with|I want to reserve|I wish to book"""),
    why_reserve=split("""we have a rehearsal|{one} is coming for a meeting|a long run is coming up|the workshop needs it|I need quiet|the team meets there|we play every week|
there's an exam|I've got a delivery|it's for {matter}"""),
)


@family("lattice.reserve", "any", 3.4)
def reserve(r: Random) -> Said:
    name = text_of(r, "capability")
    proper = name[0].isupper() and " " in name and not name.split(" ")[-1][0].isdigit()
    spot = [*plain("the " if proper and r.random() < 0.55 else ""), *quoted(r, name, "capability", 0.08)]
    units = r.random() < 0.17
    if units:
        number = [(count(r, 2, 12, 0.45), "units", 0)]
        spot = (
            [
                *number,
                *plain(
                    r.choice(
                        [" seats of ", " seats on ", " units of ", " places in ", " spots in ", " seats in ", " units on ", " places on ", " of ", " seats at "]
                    )
                ),
                *spot,
            ]
            if r.random() < 0.65
            else [
                *spot,
                *plain(" "),
                *say(
                    r,
                    r.choice(
                        ["for {u} (people|persons)", ", {u} (seats|units|places)", "{u} units", "with {u} (seats|units)", "for {u} of us", "for a group of {u}"]
                    ),
                    {"u": lambda s: number},
                ),
            ]
        )
    when = lead(r, moment(r), "at")
    clauses = [when]
    if r.random() < 0.5:
        clauses.append([*plain(r.choice(["for ", "for ", "for ", ", ", "", "for about ", ", duration ", "lasting "])), (text_of(r, "minutes"), "minutes", 0)])
        if r.random() < 0.25:
            clauses.reverse()
    verb = text_of(r, "reserve")
    order = r.random()
    if order < 0.86:
        body = [*plain(verb + " "), *spot]
        for clause in clauses:
            body += [*plain(r.choice([" ", " ", " ", ", "])), *clause]
    elif order < 0.93:
        body = [
            *when,
            *plain(r.choice([": ", ", ", " I need ", " ", ", I want "])),
            *plain(r.choice(["reserve ", "book ", "hold "])),
            *spot,
            *[p for c in clauses if c is not when for p in [*plain(" "), *c]],
        ]
    else:
        body = [
            *spot,
            *plain(r.choice([" ", ", ", ": "])),
            *when,
            *[p for c in clauses if c is not when for p in [*plain(" "), *c]],
            *plain(r.choice([", book it", ", reserve it", ", please reserve", " - reserve that", ", hold it for me", " please book"])),
        ]
    imperative = order < 0.86 and verb.split(" ")[0] not in ("I", "I'd", "we", "need")
    return Said("imp" if imperative else "tell", body, why="why_reserve")


templates(
    "lattice.reserve",
    "ask",
    0.5,
    {
        "ask": [
            "(can|could|may) (I|we) (have|get|book|reserve|use) {capability=capability} {at_moment}[ for {minutes=minutes}]?",
            "is {capability=capability} free {at_moment}? (If so,|then) (book|reserve) it",
            "would you (hold|keep|book|reserve) {capability=capability} for me {at_moment}[ for {minutes=minutes}]?",
            "(can|could) you (book|reserve|hold) {units=few} (seats|units|places) (of|on|in) {capability=capability} {at_moment}?",
        ],
        "nom": [
            "{capability=capability} {at_moment}, {minutes=minutes}",
            "booking: {capability=capability}, {at_moment}",
            "reservation for {capability=capability} {at_moment}[, {minutes=minutes}]",
            "reserve {capability=capability} {at_moment}",
            "book {capability=capability} {at_moment}",
        ],
        "tell": [
            "(we|I) (will|'ll) (need|take|use) {capability=capability} {at_moment}[ for {minutes=minutes}], (reserve it|book it|please book it|so hold it)",
            "put {capability=capability} (in my name|on my account) {at_moment}[ for {minutes=minutes}]",
        ],
    },
    why="why_reserve",
)

define(
    cancel=split("""cancel|cancel|cancel|cancel reservation|cancel booking|cancel my reservation|cancel my booking|cancel the reservation|cancel the booking|
cancel the booking with number|cancel reservation number|drop|drop booking|drop the booking|release|release reservation|release my booking|free up|
call off|call off booking|call off the reservation|delete reservation|delete the booking|undo the reservation|undo booking|scrap|scrap booking|
give up reservation|give back|withdraw reservation|withdraw my booking|annul|annul reservation|revoke booking|cancel out|remove reservation|
remove booking|get rid of reservation|let go of booking|void reservation|abandon booking|forget about booking|unbook|unreserve|kill reservation|
cancel ref|cancel order|bin booking|lose booking|back out of reservation|terminate reservation"""),
    why_cancel=split("""I won't get there|something came up|we don't need it any more|the meeting was moved|{one} is ill|it's raining|the train is late|I booked twice|
we found something better|the game is off|I won't be there|{matter} was postponed|nobody is coming|I'm stuck in {city}|I picked the wrong day"""),
)

templates(
    "lattice.cancel",
    "id",
    2.1,
    {
        "imp": [
            "{cancel} {reservation=reservation}",
            "{cancel} {reservation=reservation}",
            "{cancel} {reservation~reservation}",
            "{cancel} {reservation=reservation}, {why_cancel}",
            "(drop|cancel|call off|release) the {weekday} (booking|reservation), (its|the) (number|id|reference|code) is {reservation=reservation}",
            "(cancel|drop|release|call off) (the|my) (booking|reservation) (with|under) (the |)(number|id|reference|code|ref) {reservation=reservation}",
            "(cancel|drop) (the|my) (room|table|court|car|van|desk|seat|hotel|studio|machine|slot), (reservation|booking|ref|number|id) {reservation=reservation}",
            "(take|strike) (reservation |booking |){reservation=reservation} (off the books|out of the calendar|off the list)",
            "(free|release) what I (booked|reserved) under {reservation=reservation}",
            "don't (keep|hold) {reservation=reservation} (any longer|for us|any more)",
            "let {reservation=reservation} go",
        ],
        "nom": [
            "cancel {reservation=reservation}",
            "cancel: {reservation=reservation}",
            "cancellation of {reservation=reservation}",
            "cancellation: {reservation=reservation}",
            "{reservation=reservation} cancel",
            "cancelling {reservation=reservation}",
            "{reservation=reservation}: cancel it",
        ],
        "tell": [
            "{why_cancel}, so {cancel} {reservation=reservation}",
            "{why_cancel}, (please |){cancel} {reservation=reservation}",
            "I (don't need|no longer need|won't need|can't use) (reservation |booking |my booking |){reservation=reservation}[ any more| after all], (cancel it|drop it|please cancel|release it)",
            "(reservation|booking) {reservation=reservation} (is off|can go|must be cancelled|should be cancelled|has to be called off|is no longer needed)",
            "I (want|need|have|would like) to cancel (reservation |booking |){reservation=reservation}",
            "we're not coming, (cancel|release|drop) {reservation=reservation}",
            "{reservation=reservation} was a mistake, (cancel it|drop it|undo it)",
        ],
        "ask": [
            "can you (cancel|drop|release) (reservation |booking |my booking |){reservation=reservation}?",
            "would you call off {reservation=reservation}?",
            "is it possible to cancel {reservation=reservation}?",
            "could we still cancel {reservation=reservation}?",
        ],
    },
    why="why_cancel",
)
