"""Which column of a file is which column of the register."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from gis_service.core.errors import Refusal
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
    """A column of the file that was recognised; `unit` is the unit of area its header names."""

    name: str
    spec: Spec
    unit: str | None = None
    rank: int = 0


@dataclass(frozen=True)
class Columns:
    """What was recognised: register field → column of the file."""

    by_field: dict[str, Column]
    notes: list[Note]
    all: list[str]

    def name_of(self, field: str) -> str | None:
        column = self.by_field.get(field)
        return column.name if column else None


def normal(name: str) -> str:
    """A header as it is compared: full-width forms folded, lower case, no blanks, underscores or line breaks.

    >>> normal("用地面积 （㎡）"), normal("Parcel_No"), normal("宗地四至－东")
    ('用地面积(m2)', 'parcelno', '宗地四至-东')
    """
    return re.sub(r"[\s_]+", "", unicodedata.normalize("NFKC", name)).casefold()


@cache
def _headers() -> dict[str, tuple[Spec, int, str | None]]:
    """Normal header → (spec, rank, unit); of names that stand for two fields the first in the file wins."""
    found: dict[str, tuple[Spec, int, str | None]] = {}
    for field, entry in _entries().items():
        spec = Spec(field, entry["kind"], Decimal(str(entry["most"])) if "most" in entry else None)
        for rank, name in enumerate(entry["names"]):
            found.setdefault(normal(name), (spec, rank, None))
        for name, unit in entry.get("units", {}).items():
            found.setdefault(normal(name), (spec, len(entry["names"]), unit))
    return found


@cache
def _needing_unit() -> dict[str, tuple[Spec, int]]:
    """Headers of areas that say nothing without a unit, and all others of areas."""
    found: dict[str, tuple[Spec, int]] = {}
    for field, entry in _entries().items():
        if entry["kind"] == "area":
            names = [*entry["names"], *entry.get("names_with_unit", [])]
            found |= {normal(name): (Spec(field, "area"), rank) for rank, name in enumerate(names)}
    return found


@cache
def _entries() -> dict[str, dict[str, Any]]:
    with Path(__file__).with_name("columns.toml").open("rb") as file:
        return tomllib.load(file)


def header(name: str) -> Column | None:
    """What one header stands for.

    >>> header("用地面积(亩)")
    Column(name='用地面积(亩)', spec=Spec(field='area_registered_m2', kind='area', most=None), unit='亩', rank=0)
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


def recognise(names: Iterable[str], *, number_field: str | None = None, given: frozenset[str] = frozenset()) -> Columns:
    """The columns of a file, recognised by their headers.

    A column named as `number_field` holds the parcel numbers; fields that are `given` otherwise take no column.
    """
    all_names = list(dict.fromkeys(names))
    if number_field is not None and number_field not in all_names:
        raise NoSuchField(field=number_field, columns=listed(all_names, 40))
    taken: dict[str, Column] = {}
    rivals: list[Column] = []
    if number_field is not None:
        taken["parcel_no"] = Column(number_field, Spec("parcel_no", "parcel_no"), rank=-1)
    for column in filter(None, (header(name) for name in all_names if name != number_field)):
        field = column.spec.field
        if field in given:
            continue
        best, *rest = sorted([*([taken[field]] if field in taken else []), column], key=_fineness)
        taken[field] = best
        rivals += rest
    _pair_plot_use(taken)
    told = [name for name in all_names if not ((found := header(name)) and found.spec.field in given)]
    return Columns(taken, _notes(taken, rivals, told), all_names)


def _pair_plot_use(taken: dict[str, Column]) -> None:
    """In plot files (地块用途 beside 地类编码, DKYT beside DLBM) the code is that of the use, not of the present land."""
    use, code = taken.get("planned_class_name"), taken.get("current_class")
    if use and code and "planned_class" not in taken and normal(use.name) in ("地块用途", "dkyt"):
        taken["planned_class"] = replace(taken.pop("current_class"), spec=Spec("planned_class", "class"))


def listed(names: list[str], most: int = 12) -> str:
    """Names for a sentence, the first of many."""
    return ", ".join(names[:most]) + (f" … ({len(names)})" if len(names) > most else "") or "—"


def _notes(taken: dict[str, Column], rivals: list[Column], all_names: list[str]) -> list[Note]:
    notes = []
    for rival in rivals:
        field = rival.spec.field
        facts = {"used": taken[field].name, "field": field, "field_zh": _entries()[field]["names"][0]}
        notes.append(Note("column.second", rival.name, facts))
    known = {column.name for column in taken.values()} | {rival.name for rival in rivals}
    if unknown := [name for name in all_names if name not in known]:
        notes.append(Note("column.unknown", None, {"columns": listed(unknown)}))
    return notes
