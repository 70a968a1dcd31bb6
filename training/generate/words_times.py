"""Times, dates and durations as people type them."""

from random import Random

from .grammar import define, split

ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
SHORT_DAYS = "Mon Tue Tues Wed Thu Thurs Fri Sat Sun".split()
MONTHS = "January February March April May June July August September October November December".split()


def spelled(n: int) -> str:
    """The number in words, 0 to 999."""
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (f"-{ONES[n % 10]}" if n % 10 else "")
    rest = f" and {spelled(n % 100)}" if n % 100 else ""
    return f"{ONES[n // 100]} hundred{rest}"


def count(r: Random, low: int, high: int, words: float = 0.35) -> str:
    n = r.randint(low, high)
    return spelled(n) if r.random() < words else str(n)


def ordinal(n: int) -> str:
    return f"{n}{'th' if 10 <= n % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


def clock(r: Random) -> str:
    """A time of day that follows `at`."""
    hour, minute, way = r.randint(1, 12), r.choice([0, 5, 10, 15, 20, 30, 30, 45, 45, 50]), r.random()
    half = r.choice(["am", "pm", "pm"])
    if way < 0.3:
        return f"{hour}{r.choice(['', '', '', ' '])}{half if r.random() < 0.93 else half.upper()}"
    if way < 0.48:
        return f"{hour}{r.choice(':::.')}{minute:02}{r.choice(['', '', ' '])}{half}"
    if way < 0.7:
        return f"{r.randint(0, 23):02}:{minute:02}" if r.random() < 0.8 else f"{r.randint(6, 9)}:{minute:02}"
    if way < 0.76:
        return r.choice(["noon", "noon", "midday", "midnight", "lunchtime", "sunrise", "dusk", "dawn", "sunset", "teatime"])
    if way < 0.86:
        lead = r.choice(["half past", "quarter past", "quarter to", "a quarter to", "ten past", "twenty to", "half"])
        return f"{lead} {ONES[hour]}"
    if way < 0.92:
        return f"{r.choice([str(hour), ONES[hour]])} o'clock{r.choice(['', '', '', ' sharp'])}"
    if way < 0.95:
        return f"{hour}{r.choice(['', ' '])}{half} sharp"
    return str(hour) if r.random() < 0.6 else f"{r.randint(7, 22)}h{r.choice(['', '30', '15', '45'])}"


def weekday(r: Random) -> str:
    return r.choice(DAYS) if r.random() < 0.88 else r.choice(SHORT_DAYS)


def date(r: Random) -> str:
    day, month, way = r.randint(1, 28), r.choice(MONTHS), r.random()
    if way < 0.16:
        return f"the {ordinal(day)} of {month}"
    if way < 0.3:
        return f"{month} {day}" if r.random() < 0.6 else f"{month} {ordinal(day)}"
    if way < 0.5:
        return f"{day} {month}" if r.random() < 0.7 else f"{ordinal(day)} {month}"
    if way < 0.6:
        return f"{day} {month[:3]}"
    if way < 0.75:
        return f"20{r.randint(24, 39)}-{r.randint(1, 12):02}-{day:02}"
    if way < 0.85:
        return f"the {ordinal(day)}"
    if way < 0.93:
        return f"{day}/{r.randint(1, 12)}"
    return f"{weekday(r)} the {ordinal(day)}"


PARTS = ["morning", "afternoon", "evening", "night"]


def day(r: Random) -> str:
    """A day ahead, without preposition; a name of a weekday or a date may take `on`."""
    way = r.random()
    if way < 0.34:
        return r.choice(["tomorrow", "tomorrow", "tomorrow", "today", "the day after tomorrow"])
    if way < 0.62:
        return weekday(r)
    if way < 0.74:
        return f"{r.choice(['next', 'this', 'next', 'coming'])} {weekday(r)}"
    return date(r)


def takes_on(phrase: str) -> bool:
    first = phrase.split(" ")[0]
    return first in DAYS or first in SHORT_DAYS or first == "the" and phrase[4:5].isdigit() or first[0].isdigit() and ":" not in first


def moment(r: Random) -> str:
    """A point or stretch of time ahead, with a day in it or not."""
    way = r.random()
    if way < 0.28:
        return clock(r)
    if way < 0.55:
        d, c = day(r), clock(r)
        return r.choice([f"{d} at {c}", f"{d} at {c}", f"{d} {c}", f"{c} {'on ' if takes_on(d) else ''}{d}", f"{d}, {c}"])
    if way < 0.63:
        return day(r)
    if way < 0.75:
        return f"{r.choice(['tomorrow', 'this', weekday(r), 'next ' + weekday(r), weekday(r)])} {r.choice(PARTS)}"
    if way < 0.8:
        return f"tonight{r.choice(['', '', ' at ' + clock(r), ' after ' + clock(r), ' around ' + clock(r)])}"
    if way < 0.88:
        return f"in {stretch(r)}"
    return r.choice(VAGUE)


VAGUE = split("""now|right now|later today|this weekend|at the weekend|first thing tomorrow|next week|next month|after lunch|after work|after dinner|before breakfast|
early tomorrow|tomorrow first thing|over the weekend|straight away|after school|late tonight|tomorrow lunchtime|before lunch|this lunchtime|
on weekends|at rush hour|after the meeting|end of the week|Friday after work|Sunday before noon|Saturday around noon""")


def stretch(r: Random) -> str:
    """A short while: `20 minutes`, `two hours`."""
    if r.random() < 0.5:
        return f"{count(r, 2, 5)} {r.choice(['hours', 'hours', 'days', 'hrs'])}"
    return (
        r.choice(["an hour", "half an hour", "a couple of hours", f"{r.choice(TENS[2:6])} minutes", "15 min", "an hour's time"])
        if r.random() < 0.6
        else f"{r.randint(1, 11) * 5} {r.choice(['min', 'mins', 'minutes'])}"
    )


def minutes(r: Random) -> str:
    """A duration to be booked or granted."""
    way = r.random()
    if way < 0.3:
        n = r.choice([5, 10, 12, 15, 15, 20, 25, 30, 30, 40, 45, 45, 50, 60, 75, 90, 90, 100, 120, 150, 180, 240, r.randint(2, 300)])
        unit = r.choice(["m", "m", " min", " min", " mins", " minutes", " minutes", " minutes", "min", "mins", " minute"])
        return f"{n}{unit}"
    if way < 0.42:
        return f"{r.choice(['five', 'ten', 'fifteen', 'twenty', 'thirty', 'forty', 'forty-five', 'fifty', 'sixty', 'ninety', 'twenty-five', 'a hundred and twenty', spelled(r.randint(3, 90))])} {r.choice(['minutes', 'minutes', 'min', 'mins'])}"
    if way < 0.58:
        return f"{r.choice([1, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12, 24])}{r.choice(['h', 'h', ' h', ' hours', ' hours', ' hours', ' hrs', 'hrs', ' hour'])}"
    if way < 0.7:
        n = r.choice([1, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12, 24])
        return f"{spelled(n)} hour{'s' if n > 1 else ''}"
    if way < 0.78:
        return (
            f"{r.randint(1, 4)}h{r.choice(['30', '15', '45', ' 30m', ' 15', '30m', ' 20 min', ' 45m'])}"
            if r.random() < 0.6
            else f"{r.randint(1, 4)}.5 {r.choice(['hours', 'h', 'hrs'])}"
        )
    return r.choice(LONG)


LONG = split("""an hour|an hour|half an hour|half an hour|an hour and a half|an hour and a half|one and a half hours|two and a half hours|a couple of hours|
three quarters of an hour|a quarter of an hour|the whole day|a full day|all day|a day|a half hour|half a day|1 hour|one hour|one hour|
1 hour 30 minutes|two hours and fifteen minutes|an hour and twenty minutes|1 hr|1 hr 15|an hr|three and a half hours|the entire day|one full day|
a full hour|24 hrs|1/2 hour|one hour and a quarter""")


def every(r: Random) -> str:
    """How often: the whole phrase, `every` included."""
    way = r.random()
    if way < 0.62:
        n = r.choice([5, 10, 15, 20, 30, 30, 45, 60, 90, 120, r.randint(2, 200)])
        unit = r.choice([" minutes", " minutes", " min", "m", "min", " mins", " minute"])
        amount = f"{spelled(n) if r.random() < 0.25 and unit[0] == ' ' else n}{unit}" if r.random() < 0.6 else hours_or_days(r)
        return f"{r.choice(['every', 'every', 'every', 'every', 'each', 'once every'])} {amount}"
    return r.choice(OFTEN)


def hours_or_days(r: Random) -> str:
    n = r.choice([2, 2, 3, 4, 5, 6, 8, 12, 24])
    return r.choice([f"{n} hours", f"{spelled(n)} hours", f"{n}h", f"{n} hrs", f"{n}hrs", f"{r.choice(['two', 'three', '2', '3', 'seven'])} days", f"{n} hour"])


OFTEN = split("""hourly|hourly|daily|once a day|once an hour|every hour|every hour|every day|each day|each hour|every other hour|every half hour|every half an hour|
every quarter of an hour|twice a day|twice an hour|once a week|weekly|every week|every other day|every hour and a half|once daily|four times a day|
every minute|once per hour|once per day|every couple of hours|every 1h30|every day or so|each half hour|every second hour|every second day|
once a minute|3 times a day""")


def days_ahead(r: Random) -> str:
    """A horizon in days, weeks or months."""
    way = r.random()
    if way < 0.45:
        n = r.choice([3, 5, 7, 10, 14, 20, 21, 28, 30, 30, 45, 60, 60, 90, 100, 120, 180, 365, r.randint(2, 366)])
        return f"{spelled(n)} days" if r.random() < 0.35 and n < 200 else f"{n}{r.choice([' days', ' days', ' days', 'd', ' day'])}"
    if way < 0.7:
        return f"{count(r, 2, 12, 0.55)} {r.choice(['weeks', 'weeks', 'wks'])}"
    if way < 0.84:
        return f"{count(r, 2, 11, 0.55)} months"
    return r.choice(
        [
            "fortnight",
            "fortnight",
            "week",
            "month",
            "year",
            "quarter",
            "a fortnight",
            "a week",
            "a month",
            "a year",
            "a couple of weeks",
            "a couple of months",
            "one week",
            "one month",
            "one year",
            "12 months",
        ]
    )


def seconds(r: Random) -> str:
    """A time limit of a run."""
    n = r.choice([2, 3, 5, 8, 10, 10, 15, 20, 30, 30, 45, 60, 60, 90, 120, 180, 240, 300, 600, r.randint(1, 600)])
    way = r.random()
    if way < 0.55:
        return f"{n}{r.choice(['s', 's', ' s', ' seconds', ' seconds', ' sec', ' secs', 'sec'])}"
    if way < 0.72:
        return f"{spelled(min(n, 120))} seconds"
    if way < 0.9:
        return f"{count(r, 2, 10, 0.5)}{r.choice([' minutes', ' min', ' mins'])}"
    return r.choice(["a minute", "half a minute", "one minute", "1 min", "5m", "2m", "a minute and a half", "10m", "1m", "ten secs"])


def past(r: Random) -> str:
    """A time gone by, without a leading `at` or `on`."""
    way = r.random()
    if way < 0.22:
        return clock(r)
    if way < 0.5:
        return r.choice(
            [
                "yesterday",
                "today",
                "this morning",
                "last night",
                "just now",
                "this afternoon",
                "this evening",
                "yesterday evening",
                "yesterday morning",
                "earlier today",
                "the day before yesterday",
                "last week",
                "this week",
                "tonight",
                "a moment ago",
            ]
        )
    if way < 0.62:
        return r.choice([weekday(r), f"last {weekday(r)}", f"{weekday(r)} {r.choice(PARTS)}"])
    if way < 0.72:
        return f"{r.choice(['yesterday', weekday(r), 'today', 'last night'])} at {clock(r)}"
    if way < 0.8:
        return f"{r.choice(['an hour', 'two hours', '20 minutes', 'half an hour', 'three days', 'a week', '2h', 'ten minutes'])} ago"
    if way < 0.9:
        return date(r)
    return r.choice(
        split(
            """after breakfast|before bed|after lunch|before lunch|after the run|before dinner|after dinner|on waking|after training|"""
            "at bedtime|right after waking up|before breakfast|after the gym|during the meeting|at rest|after a walk|after my nap"
        )
    )


def lead(r: Random, phrase: str, key: str) -> list:
    """The labelled phrase behind the preposition that it takes: `at 5pm`, `on Friday at noon`, `tomorrow`."""
    first = phrase.split(" ")[0]
    if takes_on(phrase):
        word = r.choice(["on ", "on ", "on ", "", "for "]) if key != "past" else r.choice(["on ", "on ", ""])
    elif first[0].isdigit() or first in CLOCK_WORDS:
        word = r.choice(["at ", "at ", "at ", "at ", "", "around ", "for "] if key == "at" else ["at "])
    else:
        word = "" if r.random() < 0.93 else "for " if key == "at" and first in ("tomorrow", "tonight", "next", "this") else ""
    return [(word, None, 0), (phrase, "at" if key == "past" else key, 0)]


CLOCK_WORDS = {
    *ONES[1:13],
    "half",
    "quarter",
    "a",
    "ten",
    "twenty",
    "noon",
    "midday",
    "midnight",
    "lunchtime",
    "sunrise",
    "dusk",
    "dawn",
    "sunset",
    "teatime",
} - {"zero"}


def at_moment(r: Random) -> list:
    return lead(r, moment(r), "at")


def at_past(r: Random) -> list:
    phrase = past(r)
    if (
        phrase[0].isdigit()
        and phrase.endswith("ago")
        or phrase.startswith(("a week", "a moment", "an hour", "half an hour", "two hours ago", "ten minutes ago"))
    ):
        return [(phrase, "at", 0)]
    return [("at ", None, 0), (phrase, "at", 0)] if phrase[0].isdigit() and "/" not in phrase and ":" in phrase else lead(r, phrase, "past")


define(
    clock=clock,
    weekday=weekday,
    date=date,
    day=day,
    moment=moment,
    minutes=minutes,
    every=every,
    days_ahead=days_ahead,
    seconds=seconds,
    past=past,
    month=MONTHS,
    at_moment=at_moment,
    at_past=at_past,
    part=PARTS,
    stretch=stretch,
    number=lambda r: count(r, 2, 12, 0.4),
)
