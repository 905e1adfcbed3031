"""Mending outlines of staged rows: what is offered, what it would do, doing it, and taking it back before acceptance.

The geometry is in `geo.repair`. A mend is offered where an issue it answers was found and where it changes something;
the row as it came is kept, every mend is recorded on the row.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import from_shape
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import RowMapping, func, insert, literal, null, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.operations import note
from gis_service.core import clock
from gis_service.core.db import Scope
from gis_service.core.srid import STORAGE_SRID
from gis_service.geo import crs, repair
from gis_service.parcels.imports import errors, lines, operations, outlines
from gis_service.parcels.imports.operations import District
from gis_service.parcels.imports.rules import ANSWERS
from gis_service.parcels.models import ImportBatch, ImportIssue, StagedRow

MOST_AT_ONCE = 1000
"""Rows mended in one request."""


@dataclass(frozen=True)
class Mend:
    """A mend as it is asked for; the tolerance is that of snapping."""

    fix: str
    tolerance_m: float = repair.SNAP_M


@dataclass(frozen=True)
class Mended:
    """What a mend makes of a row: the outline in degrees, and what it changed, in metres."""

    row_no: int
    before: BaseGeometry | None
    after: MultiPolygon
    plane: int
    area_before_m2: float | None
    area_after_m2: float
    parts_before: int
    parts_after: int
    points_before: int
    points_after: int
    moved_m: float | None
    gap_m: float | None
    is_valid: bool

    def told(self) -> dict[str, Any]:
        """The figures, for a page and for the record of the row."""
        shapes = ("before", "after")
        plain = {name: value for name, value in vars(self).items() if name not in shapes}
        before, after = self.area_before_m2, self.area_after_m2
        return plain | {"area_difference_m2": None if before is None else round(after - before, 2)}

    def drawn(self) -> dict[str, Any]:
        shapes = {"before": self.before, "after": self.after}
        return self.told() | {name: shape and json.loads(shapely.to_geojson(shape)) for name, shape in shapes.items()}


# --- what a mend would do ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """A row to be mended."""

    row_no: int
    geom: BaseGeometry | None
    raw: BaseGeometry | None
    points: list[dict[str, Any]] | None
    plane: int | None
    known_id: int | None
    file_crs: int | None


def subjects(session: Session, batch: ImportBatch, row_nos: Sequence[int]) -> list[Subject]:
    columns = (StagedRow.row_no, StagedRow.boundary_points, StagedRow.area_computed_crs, StagedRow.known_id)
    shapes = (func.st_asbinary(StagedRow.geom).label("geom"), func.st_asewkb(StagedRow.raw_geom).label("raw"))
    wanted = select(*columns, *shapes).where(StagedRow.batch_id == batch.id, StagedRow.row_no.in_(row_nos))
    epsg = (batch.crs or {}).get("epsg")
    found = session.execute(wanted.order_by(StagedRow.row_no)).mappings()
    return [
        Subject(
            row["row_no"], _shape(row["geom"]), _shape(row["raw"]), row["boundary_points"], row["area_computed_crs"],
            row["known_id"], epsg,
        )
        for row in found
    ]  # fmt: skip


def _shape(wkb: Any) -> BaseGeometry | None:
    return None if wkb is None else shapely.from_wkb(bytes(wkb))


def tried(session: Session, batch: ImportBatch, subject: Subject, mend: Mend, district: District) -> Mended | None:
    """What a mend makes of a row; None where it does not apply."""
    snaps = mend.fix == "snap" and subject.geom is not None
    return tried_beside(
        subject, mend, district, _neighbours(session, batch, subject, mend.tolerance_m) if snaps else []
    )


def tried_beside(
    subject: Subject, mend: Mend, district: District, beside: Sequence[BaseGeometry] = ()
) -> Mended | None:
    """The same where the outlines beside a row are at hand already."""
    if mend.fix == "swap_axes":
        return _swapped(subject, district)
    if mend.fix == "close_ring":
        return _closed(subject)
    if subject.geom is None:
        return None
    plane = lines.plane_of(subject.geom, subject.plane)
    flat = crs.transform(subject.geom, STORAGE_SRID, plane)
    after = _IN_PLANE[mend.fix](flat, [crs.transform(one, STORAGE_SRID, plane) for one in beside], mend)
    if after is None:
        return None
    mended = _mended(subject, subject.geom, flat, after, plane, beside=beside)
    only_more_points = mend.fix == "snap" and (mended.moved_m or 0) < repair.SAME_PLACE_M / 2
    return None if only_more_points else mended


_IN_PLANE: dict[str, Callable[[BaseGeometry, list[BaseGeometry], Mend], MultiPolygon | None]] = {
    "drop_duplicate_points": lambda flat, _, __: repair.drop_duplicate_points(flat),
    "make_valid": lambda flat, _, __: repair.make_valid(flat),
    "snap": lambda flat, beside, mend: repair.snap(flat, beside, mend.tolerance_m),
}


def _neighbours(session: Session, batch: ImportBatch, subject: Subject, tolerance_m: float) -> list[BaseGeometry]:
    found = outlines.neighbours(session, batch.id, subject.row_no, within_m=tolerance_m * 2, known_id=subject.known_id)
    return [shapely.from_wkb(bytes(row["wkb"])) for row in found]


def _mended(
    subject: Subject,
    before: BaseGeometry,
    flat: BaseGeometry,
    after: MultiPolygon,
    plane: int,
    gap_m: float | None = None,
    beside: Sequence[BaseGeometry] = (),
) -> Mended:
    changed = repair.difference(flat, after)
    is_area = shapely.get_dimensions(flat) == 2
    return Mended(
        row_no=subject.row_no,
        before=before,
        after=lines.in_degrees(after, plane, known=[before, *beside]),
        plane=plane,
        area_before_m2=round(changed.area_before, 2) if is_area else None,
        area_after_m2=round(changed.area_after, 2),
        parts_before=changed.parts_before,
        parts_after=changed.parts_after,
        points_before=changed.points_before,
        points_after=changed.points_after,
        moved_m=round(changed.moved, 4),
        gap_m=gap_m,
        is_valid=bool(after.is_valid),
    )


def _closed(subject: Subject) -> Mended | None:
    """Lines that came in degrees, closed to an area."""
    if subject.raw is None or shapely.get_srid(subject.raw) != STORAGE_SRID:
        return None
    plane = lines.plane_of(subject.raw, subject.file_crs)
    flat = crs.transform(subject.raw, STORAGE_SRID, plane)
    after = repair.close_ring(flat)
    return after and _mended(subject, subject.raw, flat, after, plane, round(repair.gap(flat), 3))


def _swapped(subject: Subject, district: District) -> Mended | None:
    """What came, with east and north exchanged in its own system, where that brings it into the district."""
    came, system = _as_it_came(subject)
    if came is None or system is None:
        return None
    swapped = repair.as_area(repair.swap_axes(came))
    if swapped is None:
        return None
    degrees = crs.transform(swapped, system, STORAGE_SRID)
    if not _inside(degrees, district):
        return None
    plane = lines.plane_of(degrees, system)
    flat = crs.transform(degrees, STORAGE_SRID, plane)
    told = _mended(subject, degrees, flat, repair.as_area(flat) or MultiPolygon(), plane)
    return Mended(**{**vars(told), "before": subject.geom, "after": degrees, "area_before_m2": None, "moved_m": None})


def _as_it_came(subject: Subject) -> tuple[BaseGeometry | None, int | None]:
    if subject.raw is not None:
        return subject.raw, int(shapely.get_srid(subject.raw)) or None
    if subject.geom is None or subject.file_crs is None:
        return None, None
    return crs.transform(subject.geom, STORAGE_SRID, subject.file_crs), subject.file_crs


def _inside(shape: BaseGeometry, district: District) -> bool:
    bounds = np.array(shape.bounds)
    west, south, east, north = district.box
    return bool(np.isfinite(bounds).all()) and bool(
        west <= bounds[0] and south <= bounds[1] and bounds[2] <= east and bounds[3] <= north
    )


# --- doing it ----------------------------------------------------------------------------------------------------


def chosen(session: Session, batch: ImportBatch, mend: Mend, rows: Sequence[int] | None, code: str | None) -> list[int]:
    """The rows a mend is asked for: those named, or all with an issue; only where one is told that the mend answers."""
    answered = ANSWERS.get(mend.fix)
    if answered is None:
        raise errors.NoSuchFix(fix=mend.fix, known=", ".join(ANSWERS))
    wanted = {code} & answered if code else answered
    found = select(ImportIssue.row_no).where(ImportIssue.batch_id == batch.id, ImportIssue.code.in_(sorted(wanted)))
    found = found.where(ImportIssue.row_no.in_(rows)) if rows is not None else found
    return sorted({row for row in session.scalars(found) if row is not None})


def preview(session: Session, batch: ImportBatch, mend: Mend, rows: Sequence[int], district: District) -> list[Mended]:
    """What a mend would do, row by row; nothing is changed."""
    found = (
        tried(session, batch, subject, mend, district) for subject in subjects(session, batch, rows[:MOST_AT_ONCE])
    )
    return [one for one in found if one is not None]


def apply(
    session: Session, actor: Actor, scope: Scope, batch_id: int, mend: Mend, *,
    rows: Sequence[int] | None, code: str | None, district: District,
) -> tuple[ImportBatch, list[Mended]]:  # fmt: skip
    """Mend rows of a batch; each sees those mended before it. The checks must be asked again afterwards."""
    batch = operations.locked(session, batch_id, "mend")
    done = []
    for row_no in chosen(session, batch, mend, rows, code)[:MOST_AT_ONCE]:
        (subject,) = subjects(session, batch, [row_no])
        mended = tried(session, batch, subject, mend, district)
        if mended is not None:
            _write(session, batch, actor, mend, subject, mended)
            done.append(mended)
    if not done:
        raise errors.NothingToMend()
    detail = {"act": "mend", "fix": mend.fix, "rows": [mended.row_no for mended in done][:100], "count": len(done)}
    note(session, actor, "parcel.import", batch.id, detail=detail, request_id=scope.request_id)
    return batch, done


def _write(session: Session, batch: ImportBatch, actor: Actor, mend: Mend, subject: Subject, mended: Mended) -> None:
    _keep_original(session, batch.id, subject.row_no)
    tolerance = {"tolerance_m": mend.tolerance_m} if mend.fix == "snap" else {}
    record = {"fix": mend.fix, "by": actor.name, "at": clock.now().isoformat(), **mended.told(), **tolerance}
    points = _points(mend, subject, mended)
    session.execute(
        update(StagedRow)
        .where(StagedRow.batch_id == batch.id, StagedRow.row_no == subject.row_no)
        .values(
            geom=from_shape(mended.after, srid=STORAGE_SRID),
            area_computed_m2=mended.area_after_m2,
            area_computed_crs=mended.plane,
            boundary_points=null() if points is None else points,
            fixes=StagedRow.fixes.op("||")(literal([record], JSONB)),
        )
    )


def _points(mend: Mend, subject: Subject, mended: Mended) -> list[dict[str, Any]] | None:
    """Boundary points of the mended outline: with exchanged texts where only the axes were, else numbered anew."""
    if subject.points is None:
        return None
    if mend.fix == "swap_axes":
        return _swapped_points(subject.points, mended)
    fresh = lines.numbered_points(mended.after, mended.plane)
    before = {(point["northing_text"], point["easting_text"]) for point in subject.points}
    now = {(point["northing_text"], point["easting_text"]) for point in fresh}
    return subject.points if before == now and len(subject.points) == len(fresh) else fresh


def _swapped_points(points: list[dict[str, Any]], mended: Mended) -> list[dict[str, Any]]:
    system = points[0]["source_crs"]
    try:
        pairs = np.array([(float(p["northing_text"]), float(p["easting_text"])) for p in points])
    except ValueError:
        return lines.numbered_points(mended.after, mended.plane)
    lon, lat = crs.transform_xy(pairs[:, 0], pairs[:, 1], system, STORAGE_SRID)
    swapped = zip(points, lon.tolist(), lat.tolist(), strict=True)
    return [
        {**p, "northing_text": p["easting_text"], "easting_text": p["northing_text"], "lon": x, "lat": y}
        for p, x, y in swapped
    ]


KEEP = text(
    """
    update staged_row r
       set original = jsonb_build_object(
               'geom', encode(st_asbinary(r.geom), 'hex'), 'area_computed_m2', r.area_computed_m2,
               'area_computed_crs', r.area_computed_crs, 'boundary_points', r.boundary_points,
               'issues', coalesce((select jsonb_agg(jsonb_build_object('level', i.level, 'code', i.code, 'field', i.field, 'zh', i.zh,
                                                                       'en', i.en) order by i.id)
                                     from import_issue i where i.batch_id = r.batch_id and i.row_no = r.row_no and i.source = 'read'
                                      and i.level = 'error' and i.code like 'geometry.%'), '[]'))
     where r.batch_id = :batch_id and r.row_no = :row_no and r.original is null"""
)

SETTLED = text(
    """
    delete from import_issue where batch_id = :batch_id and row_no = :row_no and source = 'read' and level = 'error'
       and code like 'geometry.%'"""
)


def _keep_original(session: Session, batch_id: int, row_no: int) -> None:
    """Keep a row as it came, with what reading said against it, before it is mended for the first time."""
    facts = {"batch_id": batch_id, "row_no": row_no}
    session.execute(KEEP, facts)
    session.execute(SETTLED, facts)


def take_back(
    session: Session, actor: Actor, scope: Scope, batch_id: int, rows: Sequence[int] | None = None
) -> tuple[ImportBatch, int]:
    """Give mended rows back what they came with; all of the batch, or those named."""
    batch = operations.locked(session, batch_id, "mend")
    mended = select(StagedRow.row_no, StagedRow.original).where(
        StagedRow.batch_id == batch_id, StagedRow.original.is_not(None)
    )
    mended = mended.where(StagedRow.row_no.in_(rows)) if rows is not None else mended
    found = session.execute(mended).mappings().all()
    for row in found:
        _put_back(session, batch_id, row)
    if not found:
        raise errors.NothingToMend()
    detail = {"act": "unmend", "rows": [row["row_no"] for row in found][:100], "count": len(found)}
    note(session, actor, "parcel.import", batch.id, detail=detail, request_id=scope.request_id)
    return batch, len(found)


def _put_back(session: Session, batch_id: int, row: RowMapping) -> None:
    first = row["original"]
    shape = first["geom"] and shapely.from_wkb(bytes.fromhex(first["geom"]))
    session.execute(
        update(StagedRow)
        .where(StagedRow.batch_id == batch_id, StagedRow.row_no == row["row_no"])
        .values(
            geom=from_shape(shape, srid=STORAGE_SRID) if shape else None,
            area_computed_m2=first["area_computed_m2"],
            area_computed_crs=first["area_computed_crs"],
            boundary_points=null() if first["boundary_points"] is None else first["boundary_points"],
            fixes=[],
            original=null(),
        )
    )
    for issue in first["issues"]:
        session.execute(insert(ImportIssue).values(batch_id=batch_id, row_no=row["row_no"], source="read", **issue))
