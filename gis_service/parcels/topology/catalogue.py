"""How the catalogue of rules works; the rules themselves are in `alone`, `together` and `whereabouts`.

A rule is one function that returns a query over the tables of a run (`ground`): a row for each parcel, or each two, at
fault. Five columns are the fault's own: `parcel_id`, `other_parcel_id` (the higher id), `geom` (the fault itself, in any
system), `area_m2`, `width_m`; further ones are facts that the sentences may name. The numbers of the parcels are filled in
when a sentence is read, for whoever reads it: `{other}` of a parcel out of scope is not told.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Float, Text, TextualSelect, column, func, insert, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.imports.notes import Level
from gis_service.parcels.topology.ground import shape_of, temporary
from gis_service.parcels.vocabulary import vocabulary


class Owner(StrEnum):
    """Who puts a fault right."""

    LAND_OFFICER = "land_officer"
    SURVEYOR = "surveyor"


class Way(StrEnum):
    """What may be done about a fault."""

    ADJUST = "adjust"
    SNAP = "snap"
    CORRECT = "correct"
    MERGE = "merge"
    SPLIT = "split"
    DRAW = "draw"
    ACCEPT = "accept"


WAYS: dict[Way, tuple[str, str]] = {
    Way.ADJUST: (
        "按测绘成果调整边界",
        "Adjust the boundary after the survey",
    ),
    Way.SNAP: (
        "把相邻的界址点并到同一坐标",
        "Give neighbouring boundary points the same coordinates",
    ),
    Way.CORRECT: ("更正登记的内容", "Correct what is registered"),
    Way.MERGE: (
        "保留一个编号,另一个出库",
        "Keep one number and strike the other off",
    ),
    Way.SPLIT: ("分成几个地块登记", "Register it as several parcels"),
    Way.DRAW: ("补画缺少的片区或网格", "Draw the area or cell that is missing"),
    Way.ACCEPT: ("确认无须修改,说明原因后接受", "Accept it with a reason, where nothing need be changed"),
}

Ask = Callable[[], TextualSelect]
OWN = ("parcel_id", "other_parcel_id", "geom", "area_m2", "width_m")


def rows(query: str, *facts: str, **values: Any) -> TextualSelect:
    """A query with the columns of `OWN` and these facts."""
    return text(query).bindparams(**values).columns(*(column(name) for name in (*OWN, *facts)))


@dataclass(frozen=True)
class Rule:
    """One entry of the catalogue."""

    code: str
    level: Level
    owner: Owner
    zh: str
    en: str
    ways: tuple[Way, ...]
    ask: Ask

    @property
    def title(self) -> tuple[str, str]:
        """Its short name, Chinese and English; the map's legend has the same."""
        return vocabulary()["topology_rule"][self.code]

    def sentence(self, lang: str, facts: Mapping[str, Any]) -> str:
        """What is wrong, with the facts in their units; a fact that is not there has a word too."""
        absent = ABSENT_ZH if lang == "zh" else ABSENT
        told = {name: absent.get(name, "–") if value is None else _told(name, value) for name, value in facts.items()}
        return (self.zh if lang == "zh" else self.en).format(**told)


ABSENT_ZH = {"other": "权限范围外的地块", "said": "空的", "beyond": "片区之外"}
ABSENT = {"other": "a parcel outside your scope", "said": "none", "beyond": "no area"}


def _told(name: str, value: Any) -> str:
    """Areas to a hundredth of a square metre, widths to the centimetre, below a decimetre to the millimetre."""
    if name in ("area_m2", "registered", "computed"):
        return f"{value:,.2f}"
    if name == "width_m":
        return f"{value:.3f}" if value < 0.1 else f"{value:.2f}"
    return str(value)


CATALOGUE: dict[str, Rule] = {}


def rule(
    code: str, level: Level, *, owner: Owner = Owner.LAND_OFFICER, ways: Iterable[Way] = (Way.ADJUST,), zh: str, en: str
) -> Callable[[Ask], Ask]:
    """Put a function into the catalogue; every fault may also be accepted."""

    def enter(ask: Ask) -> Ask:
        CATALOGUE[code] = Rule(code, level, owner, zh, en, (*ways, Way.ACCEPT), ask)
        return ask

    return enter


# --- running -----------------------------------------------------------------------------------------------------

FOUND = temporary(
    "topology_found",
    Column("rule", Text),
    Column("level", Text),
    Column("parcel_id", BigInteger),
    Column("other_parcel_id", BigInteger),
    Column("geom", shape_of("GEOMETRY", STORAGE_SRID)),
    Column("area_m2", Float),
    Column("width_m", Float),
    Column("facts", JSONB),
)


def find(session: Session) -> int:
    """Ask every rule of what was laid out; the answers are in `topology_found`. How many there are."""
    for entry in CATALOGUE.values():
        session.execute(_answers(entry))
    session.execute(text("analyze pg_temp.topology_found"))
    return session.scalar(text("select count(*) from topology_found")) or 0


def _answers(entry: Rule) -> Any:
    found = entry.ask().subquery("found")
    facts = [part for name in found.c.keys()[len(OWN) :] for part in (literal(name), found.c[name])]
    answers = select(
        literal(entry.code),
        literal(entry.level.value),
        found.c.parcel_id,
        found.c.other_parcel_id,
        func.st_transform(found.c.geom, STORAGE_SRID),
        found.c.area_m2,
        found.c.width_m,
        func.jsonb_build_object(*facts),
    )
    return insert(FOUND).from_select(list(FOUND.columns.keys()), answers)
