"""The charts of a month from its snapshot, as items of the sheets: one drawing for PDF, picture and slide. Pure."""

from collections.abc import Sequence
from typing import Any

from gis_service.reports.forms import words
from gis_service.reports.forms.words import Snapshot
from gis_service.sheets.drawing.charts import Bar, Drawing, Part, Series, Stack, bars, lines, stacks
from gis_service.sheets.drawing.items import Page
from gis_service.sheets.drawing.moving import placed

LOOKS = (
    ("#1F5FA8", "circle", ()), ("#2E9E5B", "square", (2.0, 0.8)), ("#F2A100", "triangle", (0.8, 0.8)), ("#7B3FA0", "diamond", (3.0, 0.8, 0.8, 0.8)),
    ("#D93025", "triangle-down", (1.4, 1.4)),
)  # fmt: skip
"""Colours of the statuses; each line has its sign and dash besides."""
MARGIN_MM = 2.0


def page(drawing: Drawing, wide: float, title: str) -> Page:
    """A drawing on a page of its own size."""
    items, high = drawing
    return Page(wide + 2 * MARGIN_MM, high + 2 * MARGIN_MM, placed([items], MARGIN_MM, MARGIN_MM), title)


def shares(snapshot: Snapshot, codes: Sequence[str], wide: float) -> Drawing:
    """Shares of the district with numerator and denominator."""
    figures, catalogue = _by_code(snapshot["figures"]["district"]), snapshot["figures"]["catalogue"]
    entries = []
    for code in codes:
        if code in figures:
            figure, about = figures[code], catalogue[code]
            percent = None if figure["value"] is None else float(figure["value"])
            entries.append(Bar(about["zh"], percent, words.whole(figure, about)))
    return bars(entries, wide)


def by_area(snapshot: Snapshot, code: str, wide: float) -> Drawing:
    """One share, area by area."""
    about = snapshot["figures"]["catalogue"][code]
    entries = [
        Bar(each["area"], None if each["value"] is None else float(each["value"]), words.whole(each, about))
        for each in snapshot["figures"]["by_area"]
        if each["code"] == code
    ]
    return bars(entries, wide)


def statuses(snapshot: Snapshot, axis: str, wide: float) -> Drawing:
    """What the parcels of each area are made of by a status; the whole district first."""
    made = snapshot["statuses"][axis]
    parts = [Part(each["words"], each["fill"], each["hatch"]) for each in made["parts"]]
    whole = [sum(column) for column in zip(*(each["counts"] for each in made["areas"]), strict=True)]
    entries = [Stack("全区", tuple(whole))] if len(made["areas"]) > 1 else []
    entries += [Stack(each["area"], tuple(each["counts"])) for each in made["areas"]]
    return stacks(parts, entries, wide)


def trend(snapshot: Snapshot, wide: float, high: float) -> Drawing:
    """Shares over the last months."""
    months, catalogue = snapshot["figures"]["trend"], snapshot["figures"]["catalogue"]
    codes = [each["code"] for each in months[0]["figures"]] if months else []
    series = []
    for n, code in enumerate(codes):
        found = [_by_code(month["figures"])[code]["value"] for month in months]
        colour, sign, dash = LOOKS[n % len(LOOKS)]
        series.append(
            Series(catalogue[code]["zh"], tuple(None if v is None else float(v) for v in found), colour, sign, dash)
        )
    return lines([month["month"] for month in months], series, wide, high)


def _by_code(figures: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["code"]: each for each in figures}
