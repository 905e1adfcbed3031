"""From the attributes of a row, as a file has them, to the columns of the register. Pure: values in, values out."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from gis_service.parcels.imports.columns import classes, values
from gis_service.parcels.imports.columns.classes import Classes, ClassNames, Said
from gis_service.parcels.imports.columns.recognise import Column, Columns, Told, listed, recognise
from gis_service.parcels.imports.columns.spelling import normal
from gis_service.parcels.imports.columns.values import Unusable
from gis_service.parcels.imports.notes import Note

ROW_NUMBERS = re.compile(r"(FID|OBJECTID|OID|ID|序号)[_ ]?\d+", re.IGNORECASE)
"""Numbers of rows that export programs put where a parcel number belongs (FID_0)."""

CLASSES = ("current", "planned")
"""The two land classes of a parcel: 现状 and 规划."""

PINYIN = frozenset({"dkbh", "dkmc", "dkyt", "tfh", "dlbm", "dlmc", "bz", "zddm", "zl", "qlr"})
"""Names of fields that some writers put where the value is missing."""

STORED_AS = {"area": "area_id"}
"""Columns that are kept under another name than they are recognised by."""

TOGETHER = frozenset({"area_unit", "current_class_name", "planned_class_name"})
"""Columns that are read together with another."""


@dataclass(frozen=True)
class Known:
    """What of the register a file may name: units and areas by normal name, land classes by system and code."""

    units: Mapping[str, int] = field(default_factory=dict)
    areas: Mapping[str, int] = field(default_factory=dict)
    classes: ClassNames = field(default_factory=dict)


@dataclass(frozen=True)
class Mapped:
    """What the register would make of a row: `fields` are JSON values by column name."""

    parcel_no: str
    area_registered_m2: Decimal | None
    fields: dict[str, Any]
    notes: list[Note]


@dataclass
class Mapper:
    """Maps the rows of one file, once its columns are recognised."""

    columns: Columns
    known: Known
    classes: Classes
    temporary: str
    """Temporary numbers are this and the row: `IMP-7-` gives IMP-7-12."""
    numbered: bool = True
    """Whether the file has parcel numbers at all; where it has none that is said once, not of every row."""

    @property
    def has_classes(self) -> bool:
        return any(f"{use}_class{part}" in self.columns.by_field for use in CLASSES for part in ("", "_name"))

    def row(
        self,
        row_no: int,
        attributes: Mapping[str, Any],
        *,
        parcel_no: str | None = None,
        parcel_name: str | None = None,
        area_m2: float | None = None,
    ) -> Mapped:
        """One row; number, name and area are given where the format itself tells them."""
        reading = _Reading(self, attributes)
        fields = reading.fields()
        number = reading.number(row_no, fields.pop("parcel_no", None) or parcel_no)
        if not fields.get("parcel_name") and (name := _real_text(parcel_name)):
            fields["parcel_name"] = name
        return Mapped(number, reading.area(area_m2), fields, reading.notes)


class _Reading:
    """The reading of one row: collects what is said of it."""

    def __init__(self, mapper: Mapper, attributes: Mapping[str, Any]):
        self.mapper, self.attributes = mapper, attributes
        self.columns, self.known = mapper.columns, mapper.known
        self.notes: list[Note] = []

    def cell(self, field_name: str) -> Any:
        name = self.columns.name_of(field_name)
        value = self.attributes.get(name) if name else None
        return None if _is_placeholder(value) else value

    def fields(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field_name, column in self.columns.by_field.items():
            value = self._value(column, self.cell(field_name))
            if column.spec.kind == "bounds":
                found = (value or {}) | found
            elif value is not None:
                found[STORED_AS.get(field_name, field_name)] = value
        return found | self._classes()

    def _value(self, column: Column, cell: Any) -> Any:
        """The value of a cell; None for the kinds that are read elsewhere, together with other cells."""
        kind = column.spec.kind
        try:
            if kind in values.READERS and column.spec.field not in TOGETHER:
                return _jsonable(values.READERS[kind](cell, column.spec))
            if kind == "bounds":
                return values.bounds(cell)
            if kind == "unit":
                return _registered(cell, self.known.units, "value.unknown_unit")
            if kind == "area_name":
                return _registered(cell, self.known.areas, "value.unknown_area")
        except Unusable as fault:
            self._note(fault, column.name, cell)
        return None

    def area(self, from_format: float | None) -> Decimal | None:
        """The registered area in m²: from its column, else as the format gives it."""
        column = self.columns.by_field.get("area_registered_m2")
        cell = self.cell("area_registered_m2")
        unit = (column.unit if column else None) or values.text(self.cell("area_unit"))
        try:
            found = values.area_m2(cell, normal(unit) if unit else None)
        except Unusable as fault:
            self._note(fault, column.name if column else None, cell)
            found = None
        return found or values.area_m2(from_format, None)

    def number(self, row_no: int, number: str | None) -> str:
        """The parcel number, or a temporary one that says where the row came from."""
        temporary = f"{self.mapper.temporary}{row_no}"
        column = self.columns.name_of("parcel_no")
        said = _real_text(number) if number else None
        if said and not ROW_NUMBERS.fullmatch(said):
            return said
        if said:
            self.notes.append(Note("parcel.number_is_row", column, {"value": said, "example": temporary}))
        elif self.mapper.numbered:
            self.notes.append(Note("parcel.no_number", column, {"example": temporary}))
        return temporary

    def _classes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for use in CLASSES:
            try:
                found |= self._class(use)
            except Unusable as fault:
                column = self.columns.name_of(f"{use}_class") or self.columns.name_of(f"{use}_class_name")
                self._note(fault, column, self.cell(f"{use}_class") or self.cell(f"{use}_class_name"))
        return found

    def _class(self, use: str) -> dict[str, str]:
        said = self.class_said(use)
        if said is None:
            return {}
        system, code = self.mapper.classes.find(said, self._class_system(use))
        if said.code and code != said.code:
            self.notes.append(
                Note("value.leading_zero", self.columns.name_of(f"{use}_class"), {"value": said.code, "used": code})
            )
        return {f"{use}_class_system": system, f"{use}_class_code": code}

    def _class_system(self, use: str) -> str | None:
        """The system of a class: from a column of its own, else from the one for both."""
        own = classes.system_named(self.cell("current_class_system")) if use == "current" else None
        return own or classes.system_named(self.cell("class_system"))

    def class_said(self, use: str) -> Said | None:
        return classes.said(self.cell(f"{use}_class"), self.cell(f"{use}_class_name"))

    def _note(self, fault: Unusable, column: str | None, cell: Any) -> None:
        self.notes.append(Note(fault.code, column, {"value": values.shown(cell), **fault.facts}))


GIVEN_BY_TXT = frozenset({"parcel_no", "parcel_name", "area_registered_m2"})
"""The 国土 TXT has these at fixed places; its area is in 公顷, whatever the header of a column says elsewhere."""

Rows = Callable[[], Iterable[Mapping[str, Any]]]
"""The attributes of all rows, from the first, as often as asked."""


def mapper_for(
    rows: Rows,
    known: Known,
    *,
    temporary: str,
    number_field: str | None = None,
    class_system: str | None = None,
    given: frozenset[str] = frozenset(),
    names: Iterable[str] | None = None,
    told: Told | None = None,
) -> tuple[Mapper, list[Note]]:
    """Look through a file once: recognise its columns, settle the system of its land classes.

    `names` are those of its columns where they are known already. `given` are fields that the format itself tells of each
    row (`GIVEN_BY_TXT`), whatever its columns hold; `told` is what was said of columns. Returns the mapper, and what there
    is to say of the file as a whole.
    """
    if names is None:
        names = dict.fromkeys(name for row in rows() for name in row)
    columns = recognise(names, number_field=number_field, given=given, told=told)
    numbered = "parcel_no" in columns.by_field or "parcel_no" in given
    mapper = Mapper(columns, known, Classes(known.classes, class_system), temporary, numbered)
    if class_system is None and mapper.has_classes:
        mapper.classes.settle(_all_said(mapper, rows))
    notes = list(columns.notes)
    if not numbered:
        facts = {"example": f"{temporary}1", "columns": listed(columns.all)}
        notes.append(Note("parcel.no_number_column", None, facts))
    return mapper, notes


def _all_said(mapper: Mapper, rows: Rows) -> Iterator[Said]:
    for row in rows():
        reading = _Reading(mapper, row)
        for use in CLASSES:
            with suppress(Unusable):
                said = reading.class_said(use)
                if said:
                    yield said


def _registered(cell: Any, known: Mapping[str, int], code: str) -> int | None:
    """The id of a unit or area by the name in the cell."""
    name = values.text(cell)
    if name is None:
        return None
    if normal(name) not in known:
        raise Unusable(code)
    return known[normal(name)]


def _real_text(value: str | None) -> str | None:
    """A number or name that the format gives, unless it is the name of its own field (DKMC)."""
    said = values.code(value)
    return None if said is None or _is_placeholder(said) else said


def _is_placeholder(value: Any) -> bool:
    return isinstance(value, str) and normal(value) in PINYIN


def _jsonable(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
