"""Which column of a file is which column of the register."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from gis_service.core.errors import Refusal
from gis_service.parcels.imports.columns.derived import derived
from gis_service.parcels.imports.columns.spelling import normal
from gis_service.parcels.imports.notes import Note

UNITS_M2: dict[str, Decimal] = {
    **dict.fromkeys(("m2", "平方米", "平米", "㎡", "sqm"), Decimal(1)),
    **dict.fromkeys(("亩", "mu"), Decimal(2000) / 3),  # 15 亩 are a hectare, never 667 m²
    **dict.fromkeys(("公顷", "ha", "hm2", "hectare", "hectares"), Decimal(10_000)),
    **dict.fromkeys(("万m2", "万平方米", "万平米"), Decimal(10_000)),
    "万亩": Decimal(20_000_000) / 3,
    **dict.fromkeys(("km2", "平方公里", "平方千米"), Decimal(1_000_000)),
    **dict.fromkeys(("acre", "acres", "英亩"), Decimal("4046.8564224")),
}
"""Units of area by their name in a header or behind a number, in m²."""

_UNIT_LAST = re.compile("(.+?)[(\\[/:-]*(" + "|".join(sorted(UNITS_M2, key=len, reverse=True)) + ")[)\\]]*")


class NoSuchField(Refusal):
    """`number_field` names a column the file does not have."""

    code, status = "import.no_such_field", 400
    zh = "文件中没有列“{field}”,只有:{columns}。"
    en = "The file has no column '{field}', only: {columns}."


@dataclass(frozen=True)
class Spec:
    """A column of the register as a file may bring it."""

    field: str
    kind: str
    most: Decimal | None = None


@dataclass(frozen=True)
class Column:
    """A column of the file that was recognised; `unit` is the unit of area its header names, `by` says who recognised it."""

    name: str
    spec: Spec
    unit: str | None = None
    rank: int = 0
    by: str = "header"


@dataclass(frozen=True)
class Told:
    """What was said of columns before: register field → column of the file, an empty one meaning that none is to be taken."""

    columns: Mapping[str, str] = field(default_factory=dict)
    by: str = "person"


@dataclass(frozen=True)
class Columns:
    """What was recognised: register field → column of the file."""

    by_field: dict[str, Column]
    notes: list[Note]
    all: list[str]
    beside: dict[str, str] = field(default_factory=dict)
    """Column that was recognised but not taken → the field that another one fills."""

    def name_of(self, name: str) -> str | None:
        column = self.by_field.get(name)
        return column.name if column else None


@cache
def _headers() -> dict[str, tuple[Spec, int, str | None]]:
    """Normal header → (spec, rank, unit); of names that stand for two fields the first in the file wins."""
    found: dict[str, tuple[Spec, int, str | None]] = {}
    for name_of, entry in _entries().items():
        spec = spec_of(name_of)
        for rank, name in enumerate(entry["names"]):
            found.setdefault(normal(name), (spec, rank, None))
        for name, unit in entry.get("units", {}).items():
            found.setdefault(normal(name), (spec, len(entry["names"]), unit))
    return found


@cache
def _needing_unit() -> dict[str, tuple[Spec, int]]:
    """Headers of areas that say nothing without a unit, and all others of areas."""
    found: dict[str, tuple[Spec, int]] = {}
    for name_of, entry in _entries().items():
        if entry["kind"] == "area":
            names = [*entry["names"], *entry.get("names_with_unit", [])]
            found |= {normal(name): (Spec(name_of, "area"), rank) for rank, name in enumerate(names)}
    return found


@cache
def _entries() -> dict[str, dict[str, Any]]:
    with Path(__file__).with_name("columns.toml").open("rb") as file:
        return tomllib.load(file)


def header(name: str) -> Column | None:
    """What one header stands for.

    >>> header("用地面积(亩)")
    Column(name='用地面积(亩)', spec=Spec(field='area_registered_m2', kind='area', most=None), unit='亩', rank=0, by='header')
    >>> header("AREA") is None, header("area_ha").unit
    (True, 'ha')

    Names of two levels, as tables join them, are known by both together, else by the lower one.

    >>> header("用地面积-亩").unit, header("用地-面积(㎡)").unit, header("规划指标-容积率").spec.field
    ('亩', 'm2', 'plot_ratio')
    >>> header("管护单位-名称").spec.field, header("建筑物-面积") is None
    ('custodian_unit_id', True)
    """
    for rank, key in enumerate(_forms(normal(name))):
        if found := _known(name, key):
            return replace(found, rank=found.rank + rank * DERIVED)
    return None


DERIVED = 100
"""How far a name that is known by a part of it stands behind one that is known as it is."""

VAGUE = frozenset(
    {
        "名称",
        "编号",
        "编码",
        "代码",
        "面积",
        "位置",
        "地址",
        "电话",
        "说明",
        "name",
        "area",
        "size",
        "location",
        "address",
    }
)
"""Names that mean something of what stands above them, and nothing alone."""


def _forms(key: str) -> list[str]:
    """The ways to look a header up: whole; both levels as one word; the upper one for its name; the lower one alone."""
    upper, hyphen, lower = key.rpartition("-")
    if not hyphen or not upper or not lower:
        return [key]
    bare = re.sub(r"[(\[].*", "", lower)
    named = [upper] if lower == "名称" else []
    return [key, upper.rpartition("-")[2] + lower, *named, *([] if bare in VAGUE else [lower])]


def _known(name: str, key: str) -> Column | None:
    if key in _headers():
        spec, rank, unit = _headers()[key]
        return Column(name, spec, unit, rank)
    if (match := _UNIT_LAST.fullmatch(key)) and match[1] in _needing_unit():
        spec, rank = _needing_unit()[match[1]]
        return Column(name, spec, match[2], rank)
    return None


def _fineness(column: Column) -> tuple[int, Decimal]:
    """Of two areas of one name the one in the smaller unit comes first: it was not rounded to 亩."""
    return column.rank, UNITS_M2.get(column.unit or "m2", Decimal(1))


def recognise(
    names: Iterable[str],
    *,
    number_field: str | None = None,
    given: frozenset[str] = frozenset(),
    told: Told | None = None,
) -> Columns:
    """The columns of a file, recognised by their headers.

    What was `told` of columns goes before their headers; a column named as `number_field` holds the parcel numbers; fields
    that are `given` otherwise take no column.
    """
    all_names = list(dict.fromkeys(names))
    said = told or Told()
    if number_field:
        said = replace(said, columns={"parcel_no": number_field} | dict(said.columns))
    taken = _as_told(said, all_names)
    spoken_for = {column.name for column in taken.values()}
    rivals: list[Column] = []
    for column in filter(None, (header(name) for name in all_names if name not in spoken_for)):
        name = column.spec.field
        if name in given or name in said.columns:
            continue
        best, *rest = sorted([*([taken[name]] if name in taken else []), column], key=_fineness)
        taken[name] = best
        rivals += rest
    _pair_plot_use(taken)
    open_names = [name for name in all_names if not ((found := header(name)) and found.spec.field in given)]
    beside = {rival.name: rival.spec.field for rival in rivals}
    return Columns(taken, _notes(taken, rivals, open_names), all_names, beside)


def _as_told(said: Told, all_names: list[str]) -> dict[str, Column]:
    """The columns a person named; what is no column of the register is left to the reader of the file."""
    taken: dict[str, Column] = {}
    for name, column in said.columns.items():
        if not column or name not in _entries():
            continue
        if column not in all_names:
            raise NoSuchField(field=column, columns=listed(all_names, 40))
        taken[name] = Column(column, spec_of(name), unit_in(column), rank=-1, by=said.by)
    return taken


def fields() -> list[str]:
    """The columns of the register that a file may fill, in the order of the list."""
    return list(_entries())


def field_words(name: str) -> tuple[str, str]:
    """What people call a column of the register, in Chinese and in English.

    >>> field_words("right_holder_unit_id")
    ('权属单位', 'right holder')
    """
    entry = _entries()[name]
    return entry["names"][0], entry.get("en") or name.removesuffix("_id").removesuffix("_unit").replace("_", " ")


def spec_of(name: str) -> Spec:
    entry = _entries()[name]
    return Spec(name, entry["kind"], Decimal(str(entry["most"])) if "most" in entry else None)


def unit_in(name: str) -> str | None:
    """The unit of area a header ends with, whatever stands before it.

    >>> unit_in("实测面积(亩)"), unit_in("面积")
    ('亩', None)
    """
    match = _UNIT_LAST.fullmatch(normal(name))
    return match[2] if match else None


def fingerprint(names: Iterable[str]) -> str:
    """The same for the same columns, in whatever order and spacing.

    >>> fingerprint(["地块编号", "Plot Name"]) == fingerprint(["plot_name", " 地块编号"])
    True
    """
    return hashlib.sha256("\n".join(sorted(map(normal, names))).encode()).hexdigest()[:24]


def _pair_plot_use(taken: dict[str, Column]) -> None:
    """In plot files (地块用途 beside 地类编码, DKYT beside DLBM) the code is that of the use, not of the present land."""
    use, code = taken.get("planned_class_name"), taken.get("current_class")
    if (
        use
        and code
        and "planned_class" not in taken
        and code.by == "header"
        and normal(use.name) in ("地块用途", "dkyt")
    ):
        taken["planned_class"] = replace(taken.pop("current_class"), spec=Spec("planned_class", "class"))


def listed(names: list[str], most: int = 12) -> str:
    """Names for a sentence, the first of many."""
    return ", ".join(names[:most]) + (f" … ({len(names)})" if len(names) > most else "") or "—"


def _notes(taken: dict[str, Column], rivals: list[Column], all_names: list[str]) -> list[Note]:
    notes = []
    for rival in rivals:
        filled = rival.spec.field
        facts = {"used": taken[filled].name, "field": filled, "field_zh": field_words(filled)[0]}
        notes.append(Note("column.second", rival.name, facts))
    known = {column.name for column in taken.values()} | {rival.name for rival in rivals}
    left = [name for name in all_names if name not in known]
    if worked_out := [name for name in left if derived(name)]:
        notes.append(Note("column.derived", None, {"columns": listed(worked_out)}))
    if unknown := [name for name in left if not derived(name)]:
        notes.append(Note("column.unknown", None, {"columns": listed(unknown)}))
    return notes
