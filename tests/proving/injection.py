"""R50: five hundred pieces of SQL through every door that takes a word, and then a look into the log of PostgreSQL.

    python -m tests.proving.injection [--small]

What is sent as a value must be a value: it finds what an honest word that is nowhere finds, as fast. What is sent as a name, a
number, a day or a place is refused as an honest wrong one is. PostgreSQL must have nothing to say about syntax, names or types
(SQLSTATE class 42), which is where a piece of SQL that got through shows first.
"""

import itertools
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import psycopg

from gis_service.access.rules import Role
from tests.proving.lines import Line, ended
from tests.proving.premises import PARCELS, Premises, premises

SMALL_STEP = 5
"""Small: of the doors' payloads every fifth; each payload is still sent through some door."""
SLEPT_S = 4.0
"""The payloads that sleep would sleep for five."""
CANARY = "selekt canary_of_the_log"
HONEST = "nowhere-7f3a"


# --- payloads

QUOTES = (
    "'",
    '"',
    "')",
    "'))",
    '")',
    "`",
    "\\'",
    "''",
    "'''",
    "$$",
    "$x$",
    "\u2019",
    "\u02bc",
    "\uff07",
    "%27",
    "%2527",
    "\u0000'"[1:],
    "",
)
CORES = (
    " or 1=1", " or '1'='1", " and 1=2", "; select pg_sleep(5)", "; drop table parcel", " union select null,null,null",
    " union all select version()", "; copy (select 1) to program 'id'", " or pg_sleep(5) is null", " and extractvalue(1,1)",
    " order by 99", " group by 1 having 1=1", "; update app_user set username=1", " or exists(select 1 from pg_shadow)",
    "||(select password_hash from app_user limit 1)||", " and (select 1 from (select pg_sleep(5)) x)=1", "; set role gis_owner",
    "; begin; rollback; commit", "::int", " limit 0 offset 99999999", " returning *", "; listen x", "; do $$begin end$$",
    " or cast(version() as int)=1", " and 1=(select 1/0)", "/**/or/**/1=1", "%00", "\n;\nselect 1", "\tor\t1=1", "{{7*7}}", "${7*7}",
)  # fmt: skip
ENDS = ("", "--", "-- ", "/*", "#", ";", "'", '"', ")--", "\\")


def payloads() -> list[str]:
    """Each core behind each quote, the ends in turn; without what HTTP itself cannot carry."""
    ends = itertools.cycle(ENDS)
    made = [
        f"{'x' if n % 2 else ''}{mark}{core}{next(ends)}"
        for n, (mark, core) in enumerate(itertools.product(QUOTES, CORES))
    ]
    named = [
        "%s",
        "%(x)s",
        "$1",
        ":x",
        "?",
        "{}",
        "{0}",
        "%",
        "%%",
        "\\",
        "\\\\",
        "1;1",
        "0x31",
        "1e1",
        "-1",
        "NULL",
        "true",
        "E'\\047'",
        "U&'\\0027'",
    ]
    return list(dict.fromkeys([*made, *named]))


# --- doors


@dataclass(frozen=True)
class Door:
    """A place for a word: its address with the word in it, and what of an answer must be as for an honest word."""

    name: str
    address: Callable[[str], str]
    told: Callable[[httpx2.Response], Any] = lambda answer: answer.status_code
    statuses: Sequence[int] = (200, 400, 404, 405, 422)


def _query(path: str, name: str) -> Callable[[str], str]:
    return lambda word: f"{path}{'&' if '?' in path else '?'}{quote(name)}={quote(word)}"


def _found(answer: httpx2.Response) -> Any:
    """How many it finds; a refusal is told by its code."""
    said = answer.json()
    if answer.status_code != 200:
        return answer.status_code
    return said.get(
        "numberMatched", said.get("total", len(said.get("items", said.get("features", said.get("ids", [])))))
    )


OGC = "/ogc/collections/parcel-use"
ITEMS = f"{OGC}/items"


def _literal(template: str) -> Callable[[str], str]:
    return lambda word: f"{ITEMS}?filter={quote(template.format(word.replace(chr(39), chr(39) * 2)))}"


VALUES = (
    Door("filter, a text is it", _literal("parcel_name = '{}'"), _found, (200,)),
    Door("filter, a text is not it", _literal("parcel_no <> '{}'"), _found, (200,)),
    Door("filter, IN", _literal("parcel_no IN ('{}', 'x')"), _found, (200,)),
    Door("filter, an array", _literal("A_OVERLAPS(use_statuses, ('{}'))"), _found, (200,)),
    Door("a parameter of items", _query(ITEMS, "parcel_name"), _found, (200,)),
    Door("the register's number", _query("/api/v1/parcels", "parcel_no"), _found, (200,)),
    Door("the register's area", _query("/api/v1/parcels", "area"), _found, (200,)),
)
"""Doors that take any word: it must find what an honest one finds."""

NAMES = (
    Door("filter, the text itself", _query(ITEMS, "filter"), statuses=(200, 400)),
    Door(
        "filter, an unquoted end",
        lambda word: f"{ITEMS}?filter={quote(chr(39) + 'x' + chr(39) + ' = parcel_no' + word)}",
        statuses=(200, 400),
    ),
    Door("filter, a field", _literal('"{}" = 1'), statuses=(400,)),
    Door("filter, a function", _literal("{}(1) = 1"), statuses=(200, 400)),
    Door("filter-crs", _query(f"{ITEMS}?filter=id%3D1", "filter-crs"), statuses=(400,)),
    Door("a parameter's name", lambda word: f"{ITEMS}?{quote(word) or 'x'}=1", statuses=(200, 400)),
    Door("sortby", _query(ITEMS, "sortby"), statuses=(400,)),
    Door("properties", _query(ITEMS, "properties"), statuses=(400,)),
    Door("bbox", _query(ITEMS, "bbox"), statuses=(400,)),
    Door("datetime", _query(ITEMS, "datetime"), statuses=(400,)),
    Door("as_of", _query(ITEMS, "as_of"), statuses=(200, 400)),
    Door("after", _query(ITEMS, "after"), statuses=(400,)),
    Door("limit", _query(ITEMS, "limit"), statuses=(200, 400)),
    Door("crs", _query(ITEMS, "crs"), statuses=(400,)),
    Door("id", _query(ITEMS, "id"), statuses=(200, 400)),
    Door("a collection's id", lambda word: f"/ogc/collections/{quote(word, safe='')}/items", statuses=(404, 400)),
    Door("an item's id", lambda word: f"{ITEMS}/{quote(word, safe='')}", statuses=(404, 400, 200)),
    Door("a tile's place", lambda word: f"{OGC}/tiles/WebMercatorQuad/3/{quote(word, safe='')}/2", statuses=(404, 400)),
    Door("the register's order", _query("/api/v1/parcels", "sort"), statuses=(400,)),
    Door("the register's box", _query("/api/v1/parcels", "bbox"), statuses=(400,)),
    Door("the register's day", _query("/api/v1/parcels", "as_of"), statuses=(200, 400)),
    Door("the register's ids", _query("/api/v1/parcels", "ids"), statuses=(200, 400)),
    Door("search", _query("/api/v1/search", "q"), statuses=(200,)),
    Door("search, what kinds", _query("/api/v1/search?q=a", "kinds"), statuses=(200, 400)),
    Door("search of parcels", _query("/api/v1/search/parcels", "q"), statuses=(200,)),
    Door("places", _query("/api/v1/map/places", "q"), statuses=(200, 400, 422)),
    Door("identify", _query("/api/v1/map/identify?lon=113.5&lat=22.4", "layers"), statuses=(200, 400, 404, 422)),
    Door("a parcel by its number", lambda word: f"/api/v1/parcels/by-no/{quote(word, safe='')}", statuses=(404, 400)),
    Door("a parcel's id", lambda word: f"/api/v1/parcels/{quote(word, safe='')}", statuses=(400, 404, 422)),
)
"""Doors where a word is looked up in a list or read as a number, a day, a place; or where likeness is searched."""


# --- the proof


def lines(small: bool = False) -> Iterator[Line]:
    """The doors of values, all other doors, the log."""
    words = payloads()
    with premises() as place:
        _verbose(place)
        with place.web() as port, place.somebody("injection", Role.LEADER, place.areas()[0]).at(port) as client:
            for name, doors in (("as a value", VALUES), ("as a name, a number, a day, a word to look for", NAMES)):
                yield _sent(client, name, doors, words, step=SMALL_STEP if small else 1)
            with place.services.private().admin() as connection:
                row = connection.execute("select count(*) from parcel").fetchone()
        yield _log(place, row[0] if row else 0)


def _verbose(place: Premises) -> None:
    """PostgreSQL writes the SQLSTATE with every error; a statement that is none, the canary, shows that it does."""
    with place.services.private().admin() as connection:
        connection.execute("alter system set log_error_verbosity = 'verbose'")
        connection.execute("select pg_reload_conf()")
    time.sleep(1)  # the settings reach every process
    with place.services.private().admin() as connection, suppress(psycopg.errors.SyntaxError):
        connection.execute(CANARY)


def _sent(client: httpx2.Client, name: str, doors: Sequence[Door], words: Sequence[str], *, step: int) -> Line:
    statuses, wrong, slowest = Counter[int](), list[str](), 0.0
    for number, door in enumerate(doors):
        honest = door.told(client.get(door.address(HONEST)))
        for word in words[number % step :: step]:
            began = time.monotonic()
            answer = client.get(door.address(word))
            slowest = max(slowest, time.monotonic() - began)
            statuses[answer.status_code] += 1
            if answer.status_code not in door.statuses or (doors is VALUES and door.told(answer) != honest):
                wrong.append(f"{door.name}: {answer.status_code} {word[:60]!r}")
    told = ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items()))
    figure = f"{len(words)} payloads, {len(doors)} doors, {sum(statuses.values())} requests ({told}), {len(wrong)} wrong, slowest {slowest:.1f} s"
    good = not wrong and slowest < SLEPT_S and len(words) >= 500
    return Line(
        "R50", f"SQL {name}", figure, "≥ 500 payloads, each answered as an honest word is", good, "; ".join(wrong[:6])
    )


def _log(place: Premises, left: int) -> Line:
    """What PostgreSQL wrote about statements that it could not run."""
    folder: Path = place.services.private().server.data / "log"
    told = "\n".join(path.read_text(errors="replace") for path in sorted(folder.glob("*.log")))
    before, canary, after = told.partition(CANARY)
    codes = Counter(re.findall(r"ERROR:  ([0-9A-Z]{5}):", after))
    syntax = sum(count for code, count in codes.items() if code.startswith("42"))
    figure = f"{syntax} of class 42, others {dict(codes)}, {left} parcels left of {2 * PARCELS}"
    good = bool(canary) and "ERROR:  42601" in before[-500:] and not syntax and left == 2 * PARCELS
    first = re.findall(r"ERROR:  42.*", after)[:3] if canary else ["the canary is not in the log"]
    return Line(
        "R50", "the log of PostgreSQL afterwards", figure, "0 errors of syntax, names or types", good, "; ".join(first)
    )


if __name__ == "__main__":
    ended(lines("--small" in sys.argv))
