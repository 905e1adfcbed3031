"""Acts of the sample district's first winter: parcels that were split, and two that were merged and divided anew. Pure.

The parcels they led to are ordinary ones of the register; those they came from exist only here. Parcels are named by
their serial number in their area, and are chosen so that they share edges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import shapely
from shapely import MultiPolygon

from gis_service.geo import divide
from gis_service.sample import papers, stories
from gis_service.sample.outlines import METRIC_SRID
from gis_service.sample.parcel_file import BEIJING, FIRST, Origin, ParcelFile, risk
from gis_service.sample.records import Act, Change, Fields, Parcel

SPLIT_PAPER, MERGE_PAPER, REGISTER_PAPER = "地块分割批复", "地块合并批复", "国有空闲地管理台账"
GONE_BEFORE = 901
"""Numbers of parcels that are no more begin here, in each area."""


@dataclass(frozen=True)
class Regrouping:
    """`founders` are the parcels there were, each by the serials of the present ones it covered; several are merged
    first, at `merged`; then all is divided as it is now, at `divided`.
    """

    site: str
    founders: tuple[tuple[int, ...], ...]
    divided: datetime
    reason: str
    merged: datetime | None = None
    merge_reason: str = ""

    @property
    def serials(self) -> tuple[int, ...]:
        return tuple(serial for founder in self.founders for serial in founder)


def _at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=BEIJING)  # type: ignore[misc,arg-type]


REGROUPINGS = (
    Regrouping("BW", ((7, 8),), _at(2024, 12, 18, 10, 20), "按控规地块边界分割,分期供应。"),
    Regrouping(
        "BW", ((32, 34), (35,)), _at(2025, 3, 13, 15, 5), "按调整后的控规地块重新划分。",
        merged=_at(2025, 1, 9, 11, 40), merge_reason="规划支路取消,两宗地整合利用。",
    ),
    Regrouping("HH", ((14, 15),), _at(2024, 12, 26, 9, 30), "学校用地单独供应,分割办理。"),
)  # fmt: skip


def origins(site: str) -> dict[int, Origin]:
    """Serial → how the parcel came into the register, for those that came from others."""
    found = {}
    for told in REGROUPINGS:
        if told.site == site:
            number = _number(told, len(told.founders) if told.merged else 0)
            for serial in told.serials:
                found[serial] = Origin(told.divided, f"由 {number} 分割而来:{told.reason}", SPLIT_PAPER, number)
    return found


def _number(told: Regrouping, at: int) -> str:
    """The number of the founder at a place in its list; the merged one comes after the founders."""
    before = (one for one in REGROUPINGS[: REGROUPINGS.index(told)] if one.site == told.site)
    first = GONE_BEFORE + sum(len(one.founders) + bool(one.merged) for one in before)
    return f"{told.site}-{first + at:04d}"


def gone(files: Sequence[ParcelFile]) -> tuple[list[Parcel], list[Act]]:
    """The parcels that are no more, and the acts that led from them to the present ones; papers by their keys."""
    by_number = {file.parcel_no: file for file in files}
    parcels, acts = [], []
    for told in REGROUPINGS:
        heirs = {serial: by_number.get(f"{told.site}-{serial:04d}") for serial in told.serials}
        if all(heirs.values()):
            for parcel, act in _told(told, {serial: file for serial, file in heirs.items() if file}):
                parcels += parcel
                acts.append(act)
    return parcels, acts


def _told(told: Regrouping, heirs: Mapping[int, ParcelFile]) -> Iterator[tuple[list[Parcel], Act]]:
    children = tuple(file.parcel_no for file in heirs.values())
    split_reason = f"分割为 {'、'.join(children)}:{told.reason}"
    founders = [(_number(told, at), [heirs[serial] for serial in serials]) for at, serials in enumerate(told.founders)]
    if told.merged is None:
        ((number, its),) = founders
        yield [_parcel(number, its, _founded(its), told.divided, split_reason, SPLIT_PAPER)], _act("split", told.divided, (number,), children, told.reason, SPLIT_PAPER, told)  # fmt: skip
        return
    numbers = tuple(number for number, _ in founders)
    whole, all_of = _number(told, len(founders)), list(heirs.values())
    merged = f"合并为 {whole}:{told.merge_reason}"
    yield (
        [_parcel(number, its, _founded(its), told.merged, merged, MERGE_PAPER) for number, its in founders],
        _act("merge", told.merged, numbers, (whole,), told.merge_reason, MERGE_PAPER, told),
    )
    entry = (told.merged, f"由 {'、'.join(numbers)} 合并而来:{told.merge_reason}", MERGE_PAPER)
    yield (
        [_parcel(whole, all_of, entry, told.divided, split_reason, SPLIT_PAPER)],
        _act("split", told.divided, (whole,), children, told.reason, SPLIT_PAPER, told),
    )


Entry = tuple[datetime, str, str]
"""When, why and on which paper a parcel came into the register."""


def _founded(heirs: Sequence[ParcelFile]) -> Entry:
    day = FIRST + timedelta(days=1 + int(3 * heirs[0].lot("founder")))
    return (
        day.replace(hour=10, minute=int(60 * heirs[0].lot("minute"))),
        "建立国有空闲地管理台账,录入地块。",
        REGISTER_PAPER,
    )


def _parcel(number: str, heirs: Sequence[ParcelFile], entry: Entry, until: datetime, why: str, paper: str) -> Parcel:
    at, reason, first_paper = entry
    state = _state(number, heirs, at.date())
    changes = (
        Change(at, state, reason, papers.key(first_paper, heirs[0].site.code, at), stories.LAND),
        Change(until, {"retired_on": until.date()}, why, papers.key(paper, heirs[0].site.code, until), stories.LAND),
    )
    return Parcel(number, METRIC_SRID, {**state, "retired_on": until.date()}, changes, (), (), None)


def _state(number: str, heirs: Sequence[ParcelFile], at: date) -> Fields:
    """What the first heir was at its beginning, on the land of all of them, before anything was planned in parts."""
    outline = _whole([file.plot.shape for file in heirs])
    area = Decimal(str(round(outline.area, 2))).quantize(Decimal("0.01"))
    state: dict[str, Any] = {
        **heirs[0].first_state(),
        "parcel_no": number, "parcel_name": f"{heirs[0].site.name}{'、'.join(file.plot_no for file in heirs)}地块",
        "parcel_code": None, "real_estate_unit_no": None, "certificate_no": None, "plan_plot_no": None,
        **{f"bounds_{side}": None for side in ("east", "south", "west", "north")},
        "geometry": outline, "area_computed_m2": area, "area_registered_m2": area,
        "supply_status": "not_planned", "planned_supply_year": None, "planned_supply_mode": None,
        "disposal_status": "not_listed", "waste_found": None, "waste_volume_m3": None, "waste_class": None,
        "survey_status": "pending", "handover_status": "not_planned", "handed_over_on": None, "custodian": None,
        "fence_status": "partial", "use_status": ("idle",), "is_undeveloped": True,
    }  # fmt: skip
    state["acquired_on"] = min(state["acquired_on"], at)
    state["risk_level"] = risk(state)
    return state


def _whole(shapes: Sequence[MultiPolygon]) -> MultiPolygon:
    return shapes[0] if len(shapes) == 1 else shapely.normalize(divide.join(shapes).shape)


def _act(kind: str, at: datetime, parents: tuple[str, ...], children: tuple[str, ...], reason: str, paper: str, told: Regrouping) -> Act:  # fmt: skip
    return Act(kind, at, parents, children, reason, papers.key(paper, told.site, at), stories.LAND)
