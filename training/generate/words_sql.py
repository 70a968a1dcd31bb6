"""SQL over the hive's records that looks real."""

from random import Random

from .grammar import define
from .words_code import literal, num
from .words_web import NAMES

TABLES = {
    "permits": "id host minutes granted_by granted_at expires_at revoked",
    "directives": "id text tool status received_at needle route refused",
    "executions": "id tool language status started_at ended_at seconds chamber exit_code",
    "events": "id kind at needle detail level",
    "memories": "id text tag created_at",
    "snapshots": "id label created_at bytes chunks",
    "watches": "id url every_minutes last_seen changes",
    "transactions": "id kind amount currency category at note",
    "measurements": "id metric value unit at",
    "runs": "id tool status seconds",
    "reservations": "id capability start minutes",
    "tools": "name calls",
    "audit": "id actor action at",
    "errors": "id code message at",
}


def sql(r: Random) -> str:
    """One read-only statement, any case and spacing."""
    table = r.choice(list(TABLES))
    columns = TABLES[table].split()
    a, b, c = (r.choice(columns) for _ in range(3))
    where = r.choice(
        [
            f"{a} = {num(r)}",
            f"{a} = '{r.choice(NAMES)}'",
            f"{a} LIKE '%{literal(r).replace(chr(39), '')}%'",
            f"{a} > {num(r)}",
            f"{a} IS NOT NULL",
            f"{a} >= '2031-0{r.randint(1, 9)}-01'",
            f"{a} BETWEEN {num(r)} AND {num(r)}",
            f"{a} IN ('{r.choice(NAMES)}', '{r.choice(NAMES)}')",
            f"{a} < date('now', '-{num(r)} days')",
        ]
    )
    statement = r.choice(
        [
            f"SELECT * FROM {table}",
            f"SELECT COUNT({a}) FROM {table}",
            f"SELECT {a}, {b} FROM {table}",
            f"SELECT * FROM {table} LIMIT {num(r)}",
            f"SELECT {a} FROM {table} WHERE {where}",
            f"SELECT COUNT(*) FROM {table} WHERE {where}",
            f"SELECT {a}, COUNT(*) AS n FROM {table} GROUP BY {a}",
            f"SELECT {a}, {b} FROM {table} ORDER BY {b} DESC LIMIT {num(r)}",
            f"SELECT DISTINCT {a} FROM {table}",
            f"SELECT MAX({a}) FROM {table}",
            f"SELECT AVG({a}) FROM {table} WHERE {where}",
            f"SELECT {a}, SUM({b}) AS total FROM {table} GROUP BY {a} ORDER BY total DESC",
            f"SELECT * FROM {table} WHERE {where} AND {b} = '{r.choice(NAMES)}' ORDER BY {c}",
            f"SELECT t.{a}, d.id FROM {table} t JOIN directives d ON d.id = t.id WHERE {where.replace(a, 't.' + a, 1)}",
            f"WITH recent AS (SELECT * FROM {table} WHERE {where}) SELECT {a} FROM recent",
            f"SELECT date({columns[-1]}), COUNT(*) FROM {table} GROUP BY 1",
            f"SELECT {a} FROM {table} WHERE {b} = (SELECT MAX({b}) FROM {table})",
            f"SELECT {a}, {b}, {c}\nFROM {table}\nWHERE {where}\nORDER BY {b}",
            f"SELECT {a}\nFROM {table}\nGROUP BY {a}\nHAVING COUNT(*) > {num(r)}",
        ]
    )
    if r.random() < 0.4:
        quoted_parts = statement.split("'")
        statement = "'".join(part.lower() if index % 2 == 0 else part for index, part in enumerate(quoted_parts))
    return statement + (";" if r.random() < 0.25 else "")


define(sql=sql)
