"""The file of one parcel: what it is, where it lies, and what happened to it. Pure; chance comes from its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import blake2s
from typing import Any

import numpy as np
from shapely import MultiPolygon

from gis_service.sample import faults, outlines, papers, stories
from gis_service.sample.land import Land
from gis_service.sample.outlines import METRIC_SRID, PREFIXED_SRID
from gis_service.sample.records import UNIT_NAMES, Change, Fields, Parcel
from gis_service.sample.stories import Story
from gis_service.sample.surveys_plan import FOUND_M3

BEIJING = timezone(timedelta(hours=8))
FIRST, LAST = datetime(2024, 11, 4, 9, tzinfo=BEIJING), datetime(2026, 11, 20, 17, tzinfo=BEIJING)
TYPHOONS = tuple(
    datetime(*day, 12, tzinfo=BEIJING) for day in ((2025, 7, 21), (2025, 9, 24), (2026, 7, 14), (2026, 9, 7))
)
HOLIDAYS = tuple(
    (date.fromisoformat(first), date.fromisoformat(last))
    for first, last in (
        ("2025-01-01", "2025-01-01"), ("2025-01-28", "2025-02-04"), ("2025-04-04", "2025-04-06"), ("2025-05-01", "2025-05-05"),
        ("2025-05-31", "2025-06-02"), ("2025-10-01", "2025-10-08"), ("2026-01-01", "2026-01-03"), ("2026-02-15", "2026-02-23"),
        ("2026-04-04", "2026-04-06"), ("2026-05-01", "2026-05-05"), ("2026-06-19", "2026-06-21"), ("2026-09-25", "2026-10-07"),
    )
)  # fmt: skip
MOST_CHANGES = 6

PLANNED_CLASSES = {
    "BW": ("100101", "100101", "100101", "100102", "0802", "110101", "0902", "070102", "1401", "080403"),
    "HH": ("070102", "070102", "070102", "0902", "090101", "080403", "1401", "080601"),
    "JD": ("100101", "100101", "100102", "110101", "070102", "120803", "1402", "16"),
    "TJ": ("070102", "0902", "090101", "080302", "080501", "1401", "0804"),
    "QA": ("090104", "1401", "0802", "1402", "16"),
    "HT": ("080401", "0802", "070102", "1401", "090101", "16"),
    "SS": ("100101", "070102", "1401", "1302", "110101", "0902"),
}
ACCURACY_M = {"surveyed": "0.05", "imported": "0.1", "drawn": "5", "gps": "3", "gcj02_converted": "5"}
WASTE_CLASSES = ("mixed", "demolition_waste", "excavated_soil", "decoration_waste", "site_waste", "domestic_waste")


@dataclass(frozen=True)
class Dealt:
    """What one parcel was dealt: the facts that do not follow from its place."""

    story: Story
    fence: str
    use: str
    holder: str
    manager: str
    custodian: str
    source: str
    outline_source: str
    present_class: tuple[str, str]
    remark: str | None
    redrawn: str | None  # how its outline differed before: "larger", "smaller"


@dataclass(frozen=True)
class Event:
    """Something that happens to a parcel: new values by column, and why."""

    at: datetime
    fields: Fields
    reason: str
    paper: str
    actor: str


@dataclass(frozen=True)
class Origin:
    """How a parcel came into the register when it was made from another."""

    at: datetime
    reason: str
    paper: str
    parent_no: str


def serial(drawn: Land, number: int) -> int:
    """The place of a plot among those of its area that are in the register, from 1."""
    return sum(plot.idle for plot in drawn.plots[: number + 1])


class ParcelFile:
    """Writes the file of one parcel; holds what its parts have in common."""

    def __init__(
        self, drawn: Land, number: int, hand: Dealt, seed: int, name: str | None = None, origin: Origin | None = None
    ) -> None:
        self.drawn, self.site, self.hand, self.name, self.origin = drawn, drawn.site, hand, name, origin
        self.plot_no = drawn.plot_no(number)
        self.parcel_no = f"{self.site.code}-{serial(drawn, number):04d}"
        self.plot = faults.drawn_wrong(self.parcel_no, drawn.plots[number], drawn.plots)
        self.rng = np.random.default_rng([seed, int(1e9 * self.lot("rng"))])
        self.is_founding = name is not None or origin is not None or self.lot("founding") < 0.86
        self.entered = self._entered()
        self.planned_class = self._planned_class()
        self.year = self._year()

    def lot(self, matter: str) -> float:
        """A number in [0, 1) that is always the same for this parcel and matter, so that one matter does not sway another."""
        digest = blake2s(f"{self.parcel_no} {matter}".encode(), digest_size=4).digest()
        return int.from_bytes(digest, "big") / 2**32

    def pick(self, matter: str, options: Sequence[Any]) -> Any:
        return options[int(self.lot(matter) * len(options))]

    def parcel(self) -> Parcel:
        before = self._first_outline()
        state = self._first_state(before)
        changes = [Change(self.entered, state, *self._entry(), stories.LAND)]
        for event in sorted(self._events(before), key=lambda event: event.at):
            after = {**state, **event.fields}
            after["risk_level"] = risk(after)
            fields = {name: value for name, value in after.items() if state[name] != value}
            changes.append(Change(event.at, fields, event.reason, self._key(event.paper, event.at), event.actor))
            state = after
        return Parcel(self.parcel_no, self._source_crs(), state, tuple(changes), (), self._aliases(), self._contact())

    def first_state(self) -> Fields:
        """What the parcel was when it entered the register."""
        return self._first_state(self._first_outline())

    def _entry(self) -> tuple[str, str]:
        """Why, and on which paper, it entered the register."""
        if self.origin:
            return self.origin.reason, self._key(self.origin.paper)
        reason = "建立国有空闲地管理台账,录入地块。" if self.is_founding else "新增收储地块,补录入库。"
        return reason, self._key("国有空闲地管理台账")

    # -- when

    def _entered(self) -> datetime:
        """Most parcels were entered when the register was founded, the others as they were acquired or made."""
        if self.origin:
            return self.origin.at
        days = self.rng.integers(0, 26) if self.is_founding else self.rng.integers(60, 480)
        return working_time(FIRST + timedelta(days=int(days)), self.rng)

    def _spread(self, count: int) -> list[datetime]:
        """`count` working times between entry and the end, in order and not too near each other."""
        span = (LAST - self.entered).days - 12
        shares = (np.arange(count) + 0.25 + 0.75 * self.rng.random(count)) / max(count, 1)
        return [working_time(self.entered + timedelta(days=8 + float(share) * span), self.rng) for share in shares]

    def _key(self, paper: str, at: datetime | None = None) -> str:
        return papers.key(paper, self.site.code, at or self.entered)

    # -- what it is

    def _planned_class(self) -> str:
        if self.hand.story.first["fence"] == "not_required":
            return "1402"
        if self.name:
            return "100101"
        return str(self.pick("planned class", PLANNED_CLASSES.get(self.site.code, ("16",))))

    def _year(self) -> int | None:
        """Planned year of supply. What is planned by 2026 in 北围 and 后环 has been surveyed, as the district reported."""
        story = self.hand.story
        if story.last["supply"] == "not_planned":
            return None
        if story.last["supply"] in ("announced", "supplied", "withdrawn"):
            return 2026
        late = self.site.code in ("BW", "HH") and story.first["survey"] != "approved"
        years = (2027, 2028) if late else (2025, 2026, 2026, 2026, 2027, 2027, 2028)
        return 2024 if self.lot("overdue") < 0.03 and not late else int(self.pick("year", years))

    def _first_state(self, outline: MultiPolygon) -> Fields:
        story = self.hand.story
        state: Fields = {
            **self._identity(), **self._planning(), **self._rights(), **self._outline_fields(outline),
            "waste_found": None, "waste_volume_m3": None, "waste_class": None, "handed_over_on": None, "custodian": "CBZX" if self.hand.holder == "CBZX" and self.lot("guard") < 0.6 else None,
            "planned_supply_year": None, "planned_supply_mode": None, "is_undeveloped": True,
        }  # fmt: skip
        first = {**story.first, "fence": self._fence_path[0], "use": self._use_path[0]}
        for axis, value in first.items():
            state.update(_status(axis, value))
            state.update(self._consequences(axis, value, self.entered - timedelta(days=90)))
        state["risk_level"] = risk(state)
        return state

    def _identity(self) -> Fields:
        sides = self.plot.sides
        name = self.name or f"{self.site.name}{self.plot_no}地块"
        return {
            "parcel_no": self.parcel_no, "parcel_name": name, "area": self.site.code, "plan_plot_no": self.plot_no,
            "location_text": f"珠海高新区{self.site.name}片区{_beside(sides)}",
            **{f"bounds_{side}": f"至{name}" for side, name in sides.items()},
            **self._certificates(),
        }  # fmt: skip

    def _certificates(self) -> Fields:
        """Most idle land has no 宗地代码; a fifth of it has, with the prefix of 香洲区, for the zone has none of its own."""
        held, known = self.lot("certificate") < 0.1, self.lot("certificate") < 0.2
        running = int(self.lot("serial") * 90_000) + 1
        code = f"440402003{running % 40 + 1:03d}G{'B' if held else 'W'}{running:05d}" if known else None
        return {
            "parcel_code": code,
            "real_estate_unit_no": f"{code}W00000000" if held else None,
            "certificate_no": f"粤(2023)珠海市不动产权第{running:07d}号(示例)" if held else None,
        }

    def _planning(self) -> Fields:
        system, code = ("GBT21010", "0601") if self.planned_class == "100102" else ("LU2023", self.planned_class)
        housing = code.startswith(("07", "08"))
        ratio = {"07": "2.20", "08": "1.50", "09": "3.00", "10": "3.50", "06": "2.50", "11": "1.80"}.get(code[:2])
        return {
            "planned_class_system": system, "planned_class_code": code,
            "current_class_system": self.hand.present_class[0], "current_class_code": self.hand.present_class[1],
            "plot_ratio": Decimal(ratio) if ratio else None,
            "building_density": Decimal("30" if housing else "45") if ratio else None,
            "green_rate": Decimal("35" if housing else "15") if ratio else None,
            "height_limit_m": Decimal("80" if housing else "60") if ratio else None,
            "soil_survey_status": self._soil_survey(needed=housing),
        }  # fmt: skip

    def _soil_survey(self, *, needed: bool) -> str:
        """Land that becomes housing or public use needs a passed soil survey before it is offered."""
        if not needed:
            return "not_required"
        if self.hand.story.last["supply"] in ("announced", "supplied", "withdrawn"):
            return "passed"
        return str(
            self.pick(
                "soil", ("pending", "pending", "pending", "in_progress", "in_progress", "passed", "passed", "failed")
            )
        )

    def _rights(self) -> Fields:
        return {
            "ownership": self._ownership(), "source_type": self._source(), "acquired_on": self._acquired(),
            "right_holder": self.hand.holder, "managing_unit": self.hand.manager,
            "is_published": self.lot("published") < 0.6 and self.hand.story.last["disposal"] != "hazard_found",
            "secrecy_level": "public" if self.lot("published") < 0.15 else "internal",
            "remark": self.hand.story.note or self.hand.remark,
        }  # fmt: skip

    def _ownership(self) -> str:
        if self.site.code not in ("QA", "HT", "SS"):
            return "state"
        return str(self.pick("ownership", ("state",) * 7 + ("collective", "undetermined")))

    def _source(self) -> str:
        """Only the coast was won from the sea."""
        inland = self.site.code in ("BW", "JD", "HT")
        return "acquisition" if inland and self.hand.source == "reclamation" else self.hand.source

    def _acquired(self) -> date:
        if self.is_founding:
            return date(2009, 1, 1) + timedelta(days=int(5600 * self.lot("acquired")))
        return self.entered.date() - timedelta(days=20 + int(100 * self.lot("acquired")))

    def _outline_fields(self, outline: MultiPolygon) -> Fields:
        area = Decimal(str(round(outline.area, 2))).quantize(Decimal("0.01"))
        return {
            "geometry": outline, "area_computed_m2": area, "area_computed_crs": METRIC_SRID,
            "area_registered_m2": self._registered(area),
            "geom_source": self.hand.outline_source, "geom_accuracy_m": Decimal(ACCURACY_M[self.hand.outline_source]),
        }  # fmt: skip

    def _registered(self, computed_m2: Decimal) -> Decimal | None:
        """The figure in the papers: mostly the same, sometimes from rounded 亩, sometimes an older survey, sometimes none."""
        style = self.lot("registered")
        if style < 0.72:
            return computed_m2
        if style < 0.83:
            mu = (computed_m2 * 3 / 2000).quantize(Decimal("0.01"))
            return (mu * 2000 / 3).quantize(Decimal("0.01"))
        if style < 0.95:
            return (computed_m2 * Decimal(str(round(1 + (style - 0.89) / 12, 6)))).quantize(Decimal("0.01"))
        return None

    def _source_crs(self) -> int:
        return PREFIXED_SRID if self.lot("crs") < 0.35 else METRIC_SRID

    def _aliases(self) -> tuple[tuple[str, str], ...]:
        lot = self.lot("alias")
        kinds = (
            ("former_no", f"{self.site.name}-{int(self.parcel_no[-4:]) + 100}"),
            ("reserve_no", f"储备(示例){2012 + int(lot * 10)}-{int(lot * 997):03d}"),
            ("former_name", f"{self.site.name}{_beside(self.plot.sides) or '边角'}地块"),
        )
        came = (("former_no", self.origin.parent_no),) if self.origin else ()
        return (*came, *((kind, value) for kind, value in kinds if self.lot(kind) < 0.4))

    def _contact(self) -> tuple[str, str] | None:
        lot = self.lot("contact")
        if lot > 0.8:
            return None
        return f"{self.pick('surname', '陈李黄张梁林吴何郑周')}示例", f"0756-0000{int(lot * 1000):03d}"

    # -- what happens to it

    @property
    def _fence_path(self) -> list[str]:
        return [self.hand.story.first["fence"]] if self.hand.story.tells("fence") else self.hand.fence.split()

    @property
    def _use_path(self) -> list[str]:
        return [self.hand.story.first["use"]] if self.hand.story.tells("use") else self.hand.use.split()

    def _first_outline(self) -> MultiPolygon:
        if not self.hand.redrawn or self.parcel_no in faults.DRAWN:
            return self.plot.shape
        return outlines.earlier(self.plot, self.drawn.plots, larger=self.hand.redrawn == "larger")

    def _events(self, before: MultiPolygon) -> list[Event]:
        """The story first; then whatever else there is room for, outlines before fences before uses before offices."""
        events = self._told()
        for more in (self._redrawing(before), self._fencing(), self._using(), self._reorganisation()):
            if len(events) + len(more) <= MOST_CHANGES:
                events = events + more
        return _apart(events or self._reorganisation(always=True))

    def _told(self) -> list[Event]:
        state = self.hand.story.first
        events = []
        for at, move in zip(self._spread(len(self.hand.story.moves)), self.hand.story.moves, strict=True):
            events.append(self._event(at, state, move))
            state = {**state, **move}
        return events

    def _event(self, at: datetime, state: dict[str, str], move: dict[str, str]) -> Event:
        fields: Fields = {}
        for axis, value in move.items():
            fields.update(_status(axis, value))
            fields.update(self._consequences(axis, value, at))
        axis, value = next(iter(move.items()))
        step = stories.step_for(axis, state[axis], value)
        return Event(at, fields, step.reason.format(**self._facts(value)), step.paper, step.actor)

    def _facts(self, value: str) -> dict[str, Any]:
        finding = "发现地下固废" if self.hand.story.waste else "未发现地下固废"
        return {
            "year": self.year,
            "finding": finding,
            "custodian": UNIT_NAMES[self._custodian(again=value == "transferred_again")],
        }

    def _consequences(self, axis: str, value: str, at: datetime) -> Fields:
        """What else changes in the register when an axis comes into a state."""
        if axis == "survey" and value == "approved":
            return self._found()
        if axis == "handover" and value in ("handed_over", "transferred_again"):
            return {"handed_over_on": at.date(), "custodian": self._custodian(again=value == "transferred_again")}
        if axis == "handover" and value in ("returned", "supplied"):
            return {"custodian": "CBZX" if value == "returned" else None}
        if axis == "supply" and value != "not_planned":
            return {"planned_supply_year": self.year, "planned_supply_mode": self._mode()}
        if axis == "use" and value == "construction":
            return {"is_undeveloped": False}
        return {}

    def _found(self) -> Fields:
        if not self.hand.story.waste:
            return {"waste_found": False}
        depth_m = 0.15 + 0.6 * self.lot("depth")  # over the whole parcel: waste fills a part of it, some metres deep
        usual = round(self.plot.shape.area * depth_m, -1)
        volume = Decimal(FOUND_M3.get(self.parcel_no, usual)).quantize(Decimal("0.1"))
        kind = self.pick("waste", WASTE_CLASSES)
        return {"waste_found": True, "waste_volume_m3": volume, "waste_class": kind}

    def _mode(self) -> str:
        """Public use is allocated, green space too; what is sold is granted; some is leased, contributed, undecided."""
        if self.planned_class.startswith(("08", "13", "14")):
            return "allocation"
        settled = self.hand.story.last["supply"] != "planned"
        modes = ("grant",) * 7 + ("lease", "contribution") + (("grant",) if settled else ("undecided",) * 2)
        return str(self.pick("mode", modes))

    def _custodian(self, *, again: bool = False) -> str:
        """A community guards land in its own area only."""
        home = {"SQ-SZ": "SS", "SQ-QA": "QA", "SQ-NZ": "HT"}.get(self.hand.custodian, self.site.code)
        usual = self.hand.custodian if home == self.site.code else "GH01"
        return ("GH02" if usual == "GH01" else "GH01") if again else usual

    def _fencing(self) -> list[Event]:
        """Fences fall in typhoons and stand again some weeks later."""
        events, state, at = [], {"fence": self._fence_path[0]}, self.entered + timedelta(days=10)
        for value in self._fence_path[1:]:
            due = (
                next((day for day in TYPHOONS if day > at), None)
                if value == "damaged"
                else at + timedelta(days=int(self.rng.integers(10, 75)))
            )
            if due is None or due > LAST - timedelta(days=8):
                break
            at = working_time(due + timedelta(days=int(self.rng.integers(1, 5))), self.rng)
            events.append(self._event(at, state, {"fence": value}))
            state = {"fence": value}
        return events

    def _using(self) -> list[Event]:
        state, events = {"use": self._use_path[0]}, []
        for at, value in zip(self._spread(len(self._use_path) - 1), self._use_path[1:], strict=True):
            events.append(self._event(at, state, {"use": value}))
            state = {"use": value}
        return events

    def _redrawing(self, before: MultiPolygon) -> list[Event]:
        if before.equals(self.plot.shape):
            return []
        reason = (
            "道路红线调整,退让道路用地后重新测绘。"
            if before.area > self.plot.shape.area
            else "并入边角地,重新勘测定界。"
        )
        return [
            Event(at, self._outline_fields(self.plot.shape), reason, "勘测定界成果", stories.LAND)
            for at in self._spread(1)
        ]

    def _reorganisation(self, *, always: bool = False) -> list[Event]:
        """Another office becomes responsible."""
        if not always and self.lot("office") > 0.15:
            return []
        other = "TJWZ" if self.hand.manager != "TJWZ" else "ZRZY"
        reason = f"机构职能调整,管理单位变更为{UNIT_NAMES[other]}。"
        return [Event(at, {"managing_unit": other}, reason, "职能调整通知", stories.LAND) for at in self._spread(1)]


def risk(state: Fields) -> str:
    """High where waste lies or land is misused or open; low where a custodian holds fenced, clean land; else medium."""
    waste = state["waste_found"] and state["disposal_status"] != "closed_out"
    misused = {"occupied", "stockpile"} & set(state["use_status"])
    fenced = state["fence_status"] in ("full", "not_required")
    if waste or misused or (state["fence_status"] in ("none", "damaged") and state["handover_status"] != "handed_over"):
        return "high"
    kept = (
        state["handover_status"] in ("handed_over", "transferred_again", "supplied")
        or state["fence_status"] == "not_required"
    )
    return "low" if fenced and kept else "medium"


def working_time(at: datetime, rng: np.random.Generator) -> datetime:
    """A minute of office hours on the same day, or on the first working day after it."""
    day = at
    while not is_working_day(day.date()):
        day += timedelta(days=1)
    return day.replace(
        hour=int(rng.choice((9, 10, 11, 14, 15, 16))), minute=int(rng.integers(0, 60)), second=0, microsecond=0
    )


def is_working_day(day: date) -> bool:
    """Weekends and the long holidays are free; good enough for a sample, the calendar of deadlines is another matter."""
    return day.weekday() < 5 and not any(first <= day <= last for first, last in HOLIDAYS)


def _apart(events: list[Event]) -> list[Event]:
    """No two events of a parcel in the same hour."""
    spaced: list[Event] = []
    for event in sorted(events, key=lambda each: each.at):
        if spaced and event.at - spaced[-1].at < timedelta(hours=1):
            event = replace(event, at=spaced[-1].at + timedelta(hours=1))  # noqa: PLW2901
        spaced.append(event)
    return spaced


def _status(axis: str, value: str) -> Fields:
    """An axis as its column; a parcel may have several uses."""
    return {f"{axis}_status": tuple(value.split(",")) if axis == "use" else value}


def _beside(sides: dict[str, str]) -> str:
    """Where it lies by its roads: 新沙五路以北、天星二路以东."""
    words = {"south": "北", "west": "东", "north": "南", "east": "西"}
    roads = [
        f"{sides[side]}以{word}"
        for side, word in words.items()
        if sides.get(side, "").split("(")[0].endswith(("路", "大道", "连接线"))
    ]
    return "、".join([road for road in roads if "支路" not in road][:2])
