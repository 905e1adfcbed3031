"""What can be asked of the rows of a file without the register: the same questions as `checks`, in plain Python.

Sentences and levels are those of the catalogue, so a trial and an import say the same. What needs the register is in
`LEFT_OUT`: it is not asked here, and that is told.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

import numpy as np
import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from gis_service.core.srid import STORAGE_SRID
from gis_service.geo import crs, measure, rings
from gis_service.parcels import rules
from gis_service.parcels.imports.checks import register as checks
from gis_service.parcels.imports.checks.catalogue import CATALOGUE, NOISE_M2
from gis_service.parcels.imports.operations import District

MOST_COMPARED, MOST_POINTS, MOST_PAIRS = 20_000, 2_000_000, 200_000
"""Rows, points of their outlines, and pairs up to which outlines are held against each other."""


@dataclass(frozen=True)
class Told:
    """One thing found, at a row where there is one."""

    code: str
    level: str
    zh: str
    en: str
    row: int | None = None


@dataclass
class Land:
    """A row as the checks need it. `refused` says whether reading had something against its outline."""

    row: int
    parcel_no: str
    shape: MultiPolygon | None
    plane: int | None
    registered_m2: Decimal | None
    computed_m2: float | None
    refused: bool
    refused_outline: bool


def found(code: str, row: int | None = None, **facts: Any) -> Told:
    """A finding of the catalogue with its facts."""
    entry = CATALOGUE[code]
    return Told(code, entry.level.value, entry.zh.format(**facts), entry.en.format(**facts), row)


@dataclass
class Questions:
    """The checks of one file: `take` every row as it goes by, then ask `of_all`."""

    district: District
    numbers: dict[str, list[int]] = field(default_factory=dict)
    first_with: dict[str, tuple[int, str]] = field(default_factory=dict)
    compared: list[Land] = field(default_factory=list)
    points: int = 0
    covered_m2: float = 0.0
    left: bool = False
    """Whether the file was too large to hold its outlines against each other."""

    def take(self, land: Land) -> Iterator[Told]:
        """What there is to say of one row by itself, and of an outline that came before."""
        self.numbers.setdefault(land.parcel_no, []).append(land.row)
        if land.shape is None:
            if not land.refused:
                yield found("geometry.missing", land.row)
            return
        yield from _repeated(land)
        yield from _areas(land)
        fault = rings.fault(land.shape)
        if fault is None and not land.shape.is_empty:
            yield from self._placed(land, land.shape)
        elif fault is not None and not land.refused_outline:
            yield found("geometry.invalid", land.row, reason=fault.en, reason_zh=fault.zh)

    def _placed(self, land: Land, shape: MultiPolygon) -> Iterator[Told]:
        area_m2 = measure.ellipsoid_area_m2(shape)
        self.covered_m2 += area_m2
        yield from _size(land.row, area_m2)
        yield from self._outside(land.row, shape)
        digest = hashlib.sha256(shapely.to_wkb(shapely.normalize(shape))).hexdigest()
        other = self.first_with.setdefault(digest, (land.row, land.parcel_no))
        if other[0] != land.row:
            yield found("parcel.same_outline", land.row, other_row=other[0], other=other[1])
            return
        self.points += int(shapely.count_coordinates(shape))
        self.left = self.left or len(self.compared) >= MOST_COMPARED or self.points > MOST_POINTS
        if not self.left:
            self.compared.append(land)

    def _outside(self, row: int, shape: BaseGeometry) -> Iterator[Told]:
        if not shapely.box(*self.district.box).covers(shapely.box(*shape.bounds)):
            west, south, east, north = shape.bounds
            place = {"longitude": f"{(west + east) / 2:.4f}", "latitude": f"{(south + north) / 2:.4f}"}
            yield found("place.outside_district", row, **place)

    def of_all(self) -> Iterator[Told]:
        """What there is to say once all rows are known."""
        for number, rows in self.numbers.items():
            for row in rows if len(rows) > 1 else ():
                yield found("parcel.duplicate_in_file", row, parcel_no=number, times=len(rows))
        if self.covered_m2 > checks.COVERAGE_M2:
            yield found("batch.coverage", area_km2=f"{self.covered_m2 / 1e6:.1f}")

    def pairs(self) -> Iterator[tuple[Land, Land, float]]:
        """Rows that lie on an earlier one, each pair once: the later, the earlier, and the land they share in m²."""
        if self.left:
            return
        shapes = np.array([land.shape for land in self.compared], dtype=object)
        tree = shapely.STRtree(shapes)
        near = ((one, other) for one, shape in enumerate(shapes) for other in sorted(tree.query(shape).tolist()))
        for later, earlier in islice((pair for pair in near if pair[1] < pair[0]), MOST_PAIRS):
            one, other = self.compared[later], self.compared[earlier]
            if (area_m2 := _shared_m2(one, other)) > NOISE_M2:
                yield one, other, area_m2


def _repeated(land: Land) -> Iterator[Told]:
    thinned = shapely.remove_repeated_points(land.shape, checks.SAME_DEGREES)
    more = int(shapely.count_coordinates(land.shape)) - int(shapely.count_coordinates(thinned))
    if more:
        yield found("geometry.repeated_points", land.row, points=more)


def _areas(land: Land) -> Iterator[Told]:
    if land.registered_m2 is None or land.computed_m2 is None:
        return
    computed = Decimal(land.computed_m2).quantize(Decimal("0.01"))
    if rules.areas_differ(float(land.registered_m2), float(computed)):
        facts = {"computed": computed, "difference": abs(land.registered_m2 - computed)}
        yield found("area.differs", land.row, registered=land.registered_m2, **facts)


def _size(row: int, area_m2: float) -> Iterator[Told]:
    if area_m2 < checks.NO_AREA_M2:
        yield found("geometry.no_area", row, area_m2=f"{area_m2:.3f}")
    elif area_m2 < checks.SMALL_M2:
        yield found("geometry.small", row, area_m2=f"{area_m2:.1f}")
    elif area_m2 > checks.HUGE_M2:
        yield found("geometry.huge", row, area_km2=f"{area_m2 / 1e6:.1f}")


def overlap(later: Land, earlier: Land, area_m2: float) -> Told:
    if area_m2 > rules.OVERLAP_TOLERANCE_M2:
        facts = {"other_row": earlier.row, "other": earlier.parcel_no, "area_m2": f"{area_m2:.1f}"}
        return found("parcel.overlap_in_file", later.row, **facts)
    return found("parcel.overlap_slight", later.row, other=earlier.parcel_no, area_cm2=f"{area_m2 * 10_000:.1f}")


def _shared_m2(one: Land, other: Land) -> float:
    """Shared land on the ellipsoid, cut out where edges are straight: in the plane both were surveyed in."""
    if one.plane is not None and one.plane == other.plane:
        flat = [crs.transform(land.shape, STORAGE_SRID, one.plane) for land in (one, other)]
        if all(shape.is_valid for shape in flat):
            part = shapely.intersection(*flat)
            return 0.0 if part.is_empty else _area_m2(crs.transform(part, one.plane, STORAGE_SRID))
    return _area_m2(shapely.intersection(one.shape, other.shape))


def _area_m2(shape: BaseGeometry) -> float:
    """The areas in it, measured; lines and points where outlines touch are none."""
    parts = shapely.get_parts(shape)
    return sum(measure.ellipsoid_area_m2(part) for part in parts if shapely.get_dimensions(part) == 2)


# --- what is not asked -------------------------------------------------------------------------------------------

ASKED = frozenset(
    {
        "geometry.missing", "geometry.invalid", "geometry.no_area", "geometry.small", "geometry.huge",
        "geometry.repeated_points", "place.outside_district", "batch.coverage", "parcel.overlap_in_file",
        "parcel.overlap_slight", "parcel.same_outline", "parcel.duplicate_in_file", "area.differs",
    }
)  # fmt: skip
"""Checks of the catalogue that are asked without the register."""

NEEDING_REGISTER = frozenset({"value.unknown_unit", "value.unknown_area", "value.unknown_class", "value.class_system"})
"""What mapping says only because it knows no units, areas and land classes here."""


def left_out() -> list[str]:
    """Codes of the checks that need the register, in the order of the catalogue."""
    return [code for code in CATALOGUE if code not in ASKED]
