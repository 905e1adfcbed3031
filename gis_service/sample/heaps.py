"""The sample's two drone flights over a parcel where soil is tipped: what stands there since is worked out as anybody's flights are."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from geoalchemy2.shape import to_shape
from numpy.typing import NDArray
from sqlalchemy import select

from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.files.noting import note_file
from gis_service.geo import crs
from gis_service.parcels.models import Parcel
from gis_service.parcels.rules import UseStatus
from gis_service.sample.proceedings import Teller, at, person
from gis_service.sample.register import SEED
from gis_service.sample.stories import WASTE
from gis_service.surveys.heaps import operations, working
from gis_service.surveys.heaps.models import ElevationComparison, Heap
from gis_service.surveys.heaps.rules import HeapState

CELLS, CELL_M, NOISE_M = 260, 0.5, 0.03
BEFORE, AFTER, COMPARED = date(2026, 6, 18), date(2026, 10, 22), date(2026, 10, 26)
DATUM = "1985国家高程基准"
LEFT = "施工单位临时堆放的表土,已登记,11 月底前回铺(示例)。"


@dataclass(frozen=True)
class Cone:
    """A heap of tipped soil so many metres east and north of the middle."""

    east_m: float
    north_m: float
    radius_m: float
    height_m: float

    @property
    def volume_m3(self) -> float:
        return math.pi * self.radius_m**2 * self.height_m / 3


CONES = (Cone(-22, 14, 9.0, 3.1), Cone(8, 20, 6.5, 2.2), Cone(20, -16, 4.5, 1.6))


def tell(teller: Teller) -> None:
    """One comparison with its heaps: the smallest left with a reason, the others to be looked at."""
    parcel = teller.session.scalars(
        select(Parcel).where(Parcel.use_status.contains([UseStatus.STOCKPILE]), Parcel.retired_on.is_(None)).order_by(Parcel.parcel_no)
    ).first()  # fmt: skip
    if parcel is None:
        return
    inside = crs.transform(to_shape(parcel.geom).representative_point(), STORAGE_SRID, METRIC_SRID)
    with tempfile.TemporaryDirectory(prefix="flights-") as folder:
        middle = (round(inside.x), round(inside.y))
        flights = [
            _written(Path(folder) / f"{parcel.parcel_no}_DSM_{day:%Y%m%d}(示例).tif", heights(seed, cones), middle)
            for day, seed, cones in ((BEFORE, SEED, ()), (AFTER, SEED + 1, CONES))
        ]
        comparison = _compared(teller, parcel.parcel_no, flights)
    smallest = teller.session.scalars(
        select(Heap).where(Heap.comparison_id == comparison.id).order_by(Heap.best_m3)
    ).first()
    if smallest is not None:
        operations.decide(teller.session, person(WASTE), smallest, HeapState.LEFT, LEFT)
        smallest.decided_at = at("2026-10-27", "09:20")
    teller.session.flush()


def heights(seed: int, cones: Sequence[Cone] = ()) -> NDArray[np.float32]:
    """Levelled ground with slopes and ditches, the noise of a photogrammetric model, and heaps; metres, north up."""
    offset = (np.arange(CELLS) + 0.5) * CELL_M - CELLS * CELL_M / 2
    east, north = np.meshgrid(offset, -offset)
    z = 4.2 + 0.7 * np.sin(east / 17) + 0.9 * np.cos(north / 21 + 1) + 0.004 * (east + 2 * north)
    for cone in cones:
        away = np.hypot(east - cone.east_m, north - cone.north_m)
        z += cone.height_m * np.maximum(1 - away / cone.radius_m, 0)
    noisy: NDArray[np.float32] = (z + np.random.default_rng([seed, 11]).normal(0, NOISE_M, z.shape)).astype(np.float32)
    return noisy


def _written(path: Path, z: NDArray[np.float32], middle: tuple[float, float]) -> Path:
    half = CELLS * CELL_M / 2
    transform = Affine(CELL_M, 0, middle[0] - half, 0, -CELL_M, middle[1] + half)
    facts = {"driver": "GTiff", "count": 1, "dtype": "float32", "height": CELLS, "width": CELLS, "compress": "deflate"}
    with rasterio.open(path, "w", crs=f"EPSG:{METRIC_SRID}", transform=transform, **facts) as file:
        file.write(z, 1)
    return path


def _compared(teller: Teller, parcel_no: str, flights: Sequence[Path]) -> ElevationComparison:
    """Worked out here: our own files need no cell to be read in."""
    session = teller.session
    kept = []
    for path in flights:
        with path.open("rb") as source:
            sha256, size = teller.store.put(source, limit_bytes=1 << 24)
        note_file(session, sha256, path.name, size)
        kept.append(sha256)
    before, after = (working.Side(str(path), vertical=DATUM) for path in flights)
    made = ElevationComparison(
        district_code=teller.district_code, title=f"{parcel_no} 无人机航测比对(示例)", before_sha256=kept[0], after_sha256=kept[1],
        before_name=flights[0].name, after_name=flights[1].name, before_on=BEFORE, after_on=AFTER, made_by_name=WASTE,
        made_at=at(str(COMPARED), "15:10"), options={"before_vertical": DATUM, "after_vertical": DATUM},
    )  # fmt: skip
    session.add(made)
    session.flush()
    operations.finish(session, made.id, working.worked_out(working.Asked(before, after), lambda _: None))
    made.ended_at = at(str(COMPARED), "15:12")
    return made
