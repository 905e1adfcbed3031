"""The snapshot of a month: taken from the register, written as JSON that comes out the same for the same facts."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from gis_service.core.clock import BEIJING
from gis_service.geo import measure
from gis_service.maps.catalogue import Catalogue
from gis_service.parcels.vocabulary import vocabulary, words
from gis_service.reports import rules
from gis_service.reports.freezing import figures, lists, maps
from gis_service.reports.freezing.lines import lines
from gis_service.reports.freezing.standings import standings
from gis_service.sheets.gather import Desk
from gis_service.sheets.mapping.layers import look_of

FORM = 1
"""Of the JSON. What can make packs reads every form there ever was."""

Told = Callable[[str], None]


@dataclass(frozen=True)
class Edition:
    """What is to be closed: the month, which edition, and why another one."""

    month: date
    number: int = 1
    reason: str = ""
    is_draft: bool = False


def taken(desk: Desk, edition: Edition, *, office: str, told: Told) -> dict[str, Any]:
    """Everything the pack of a month says. `desk.as_of` is the cut-off; its session is entered with the maker's sight."""
    at, month = desk.moment, edition.month
    told("读取台账")
    found = standings(desk.session, at)
    rows = lines(desk.session, month, at, found)
    areas = list(dict.fromkeys(row["area"] for row in rows if row["area"]))
    told("计算指标")
    numbers = figures.gathered(desk.session, month, at)
    return {
        "form": FORM,
        "month": rules.said(month),
        "edition": edition.number,
        "reason": edition.reason,
        "is_draft": edition.is_draft,
        "cut_off": at.astimezone(BEIJING).isoformat(timespec="seconds"),
        "office": office,
        "sample": desk.sample,
        "rows": rows,
        "totals": totals(rows),
        "figures": numbers,
        "actions": lists.actions(desk.session, at, found),
        "cases": lists.cases(desk.session, month, at, found),
        "late": lists.late(at, found),
        "worst": worst(rows),
        "statuses": statuses(desk.layers, rows),
        "maps": maps.drawn(desk, areas, told),
    }


def totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Sums over the table; the area from the square metres, not from rounded mu."""
    waste = [row["waste_m3"] for row in rows if row["waste_m3"]]
    area_m2 = sum((Decimal(row["area_m2"]) for row in rows), Decimal(0))
    return {
        "parcels": len(rows),
        "area_mu": f"{measure.mu(float(area_m2)):.2f}",
        "waste_m3": {each: str(sum((Decimal(w[each]) for w in waste), Decimal(0))) for each in ("low", "best", "high")},
        "with_waste": len(waste),
        "patrols": sum(row["patrols"] for row in rows),
        "problems": {each: sum(row["problems"][each] for row in rows) for each in ("found", "corrected", "late")},
    }


AXES = ("survey", "disposal", "handover", "fence")


def statuses(layers: Catalogue, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """How many parcels of each area have which status, with the look a status has on maps; in the order of its legend."""
    made: dict[str, Any] = {}
    for axis in AXES:
        layer = layers.named(f"parcel-{axis}")
        order = [each.value for each in layer.style.categories] if layer.style.kind == "categories" else []
        there = {row["codes"][axis] for row in rows}
        codes = [*(code for code in order if code in there), *sorted(there - set(order))]
        looks = {code: look_of(layer, code)[1] for code in codes}
        areas = list(dict.fromkeys(row["area"] for row in rows))
        counted = Counter((row["area"], row["codes"][axis]) for row in rows)
        made[axis] = {
            "title": vocabulary()[f"{axis}_status"]["title"][0],
            "parts": [
                {"words": words(f"{axis}_status", code), "fill": looks[code].fill or "#9AA0A6", "hatch": looks[code].hatch or ""}
                for code in codes
            ],
            "areas": [{"area": area or "未定片区", "counts": [counted[area, code] for code in codes]} for area in areas],
        }  # fmt: skip
    return made


WORST = 5


def worst(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The five units with the most problems that are late; then by those that were found."""
    units: dict[str, dict[str, Any]] = {}
    for row in rows:
        mine = units.setdefault(row["unit"], {"unit": row["unit"], "parcels": 0, "late": 0, "found": 0, "corrected": 0})
        mine["parcels"] += 1
        for name in ("late", "found", "corrected"):
            mine[name] += row["problems"][name]
    behind = [each for each in units.values() if each["unit"] and each["late"]]
    return sorted(behind, key=lambda each: (-each["late"], -each["found"], each["unit"]))[:WORST]


def written(snapshot: dict[str, Any]) -> bytes:
    """The same facts make the same bytes: keys in order, no blanks, no clock."""
    said = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return said.encode()


def read(content: bytes) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(content)
    return made


def cut_off(snapshot: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(snapshot["cut_off"])
