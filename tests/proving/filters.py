"""R49: filters made from the grammar of CQL2, right ones, spoiled ones and bombs, through the door of a served process.

    python -m tests.proving.filters [--small]

A right filter is asked as text and as JSON and must find as many features either way. What is spoiled is answered with 200 or
400, a bomb with a refusal too (an address that is too long is refused before us). Nothing else is an answer.
"""

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2

from gis_service.access.rules import Role
from gis_service.maps.cql2.reading import MAX_EFFORT
from tests.maps.cql2.expressions import text_of
from tests.proving.grammar import Dice, an_expression, bombs, spoiled_json, spoiled_text
from tests.proving.lines import Line, ended
from tests.proving.premises import percentile, premises

ITEMS = "/ogc/collections/parcel-use/items"
SMALL, FULL = 1_000, 10_000
MOST_MS = 100
"""Also for a bomb: what takes longer has gone off."""
SEED = 20261130


@dataclass
class Heard:
    """What came back: how long each answer took, which were no answers, and which no right ones."""

    ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def ask(self, client: httpx2.Client, language: str, text: str, allowed: tuple[int, ...]) -> int | None:
        """The number matched where it is answered with 200."""
        began = time.perf_counter()
        try:
            answer = client.get(ITEMS, params={"filter": text, "filter-lang": language, "limit": "1"})
        except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeEncodeError) as fault:
            self.lost.append(f"{type(fault).__name__}: {text[:80]!r}")
            return None
        self.ms.append((time.perf_counter() - began) * 1000)
        self.statuses[answer.status_code] += 1
        if answer.status_code not in allowed or _badly_said(answer):
            self.wrong.append(f"{answer.status_code} {text[:80]!r}")
        return int(answer.json()["numberMatched"]) if answer.status_code == 200 else None

    @property
    def figure(self) -> str:
        told = ", ".join(f"{count} × {status}" for status, count in sorted(self.statuses.items()))
        return f"{sum(self.statuses.values())} requests ({told}), {len(self.lost)} lost, p99 {percentile(self.ms, 0.99):.0f} ms"

    @property
    def faults(self) -> list[str]:
        return self.lost + self.wrong


def _badly_said(answer: httpx2.Response) -> bool:
    """A refusal of ours has a sentence in both languages; one of the server below us (an address too long) none."""
    if answer.status_code != 400 or not answer.headers["content-type"].startswith("application/problem+json"):
        return False
    said: dict[str, Any] = answer.json()
    return not (said["title_zh"] and said["title_en"])


def lines(small: bool = False) -> Iterator[Line]:
    """Right filters, spoiled ones, bombs: a line each. The process is not started anew between: a fallen one answers no more."""
    count = SMALL if small else FULL
    with (
        premises() as place,
        place.web() as port,
        place.somebody("filters", Role.LEADER, place.areas()[0]).at(port) as client,
    ):
        yield _right(client, count // 2)
        yield _spoiled(client, count - count // 2)
        yield _bombs(client)


def _right(client: httpx2.Client, count: int) -> Line:
    heard, unlike, deep, matched = Heard(), list[str](), 0, Counter[bool]()
    dice = random.Random(SEED)
    for _ in range(count):
        node = an_expression(dice)
        text = text_of(node)
        by_json = heard.ask(client, "cql2-json", json.dumps(node), (200,))
        if len(text.encode()) << text.count("(") > MAX_EFFORT:
            deep += 1
            continue
        by_text = heard.ask(client, "cql2-text", text, (200,))
        matched[bool(by_text)] += 1
        if by_text != by_json:
            unlike.append(f"{by_text} ≠ {by_json}: {text[:120]}")
    figure = f"{count} filters, {deep} in JSON only (deep), {matched[True]} found something, {len(unlike)} unlike; {heard.figure}"
    faults = heard.faults + unlike
    good = not faults and percentile(heard.ms, 0.99) <= MOST_MS and matched[True] > count // 20
    return Line("R49", "filters of the grammar, as text and as JSON", figure, f"all 200, the same numbers, p99 ≤ {MOST_MS} ms", good, "; ".join(faults[:5]))  # fmt: skip


def _spoiled(client: httpx2.Client, count: int) -> Line:
    heard, dice = Heard(), random.Random(SEED + 1)
    for n in range(count):
        language, text = _spoil(dice, as_json=n % 2 == 1)
        heard.ask(client, language, text, (200, 400))
    good = not heard.faults and percentile(heard.ms, 0.99) <= MOST_MS
    return Line(
        "R49",
        "spoiled filters",
        heard.figure,
        f"200 or 400, 0 × 5xx, p99 ≤ {MOST_MS} ms",
        good,
        "; ".join(heard.faults[:5]),
    )


def _spoil(dice: Dice, *, as_json: bool) -> tuple[str, str]:
    node = an_expression(dice)
    text = spoiled_json(dice, node) if as_json else spoiled_text(dice, text_of(node))
    return "cql2-json" if as_json else "cql2-text", text.encode("utf-8", "replace").decode()


def _bombs(client: httpx2.Client) -> Line:
    heard = Heard()
    for language, text in bombs():
        heard.ask(client, language, text, (200, 400, 414, 431))
    left = heard.ask(client, "cql2-text", "id > 0", (200,))
    slow = sum(ms > MOST_MS for ms in heard.ms)
    figure = f"{heard.figure}, slowest {max(heard.ms):.0f} ms"
    good = not heard.faults and not slow and bool(left)
    return Line(
        "R49",
        "filter bombs (H50)",
        figure,
        f"a refusal or an answer within {MOST_MS} ms, 0 × 5xx",
        good,
        "; ".join(heard.faults[:5]),
    )


if __name__ == "__main__":
    ended(lines("--small" in sys.argv))
