"""Reads of imports: batches, their rows and issues, and what of the register a file may name."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, not_, or_, select, text, true, union
from sqlalchemy.orm import Session

from gis_service.access.models import Area, Unit
from gis_service.parcels.imports.columns.mapping import Known
from gis_service.parcels.imports.columns.spelling import normal
from gis_service.parcels.models import (
    BoundaryPointVersion,
    ImportBatch,
    ImportIssue,
    LandClass,
    Parcel,
    ParcelAlias,
    ParcelDocument,
    ParcelVersion,
    StagedRow,
)


def known(session: Session, district_code: str) -> Known:
    """Units by name and short name, areas by name and code, land classes by system: what a file may name."""
    units: dict[str, int] = {}
    for unit_id, *names in session.execute(select(Unit.id, Unit.short_name, Unit.name).order_by(Unit.id.desc())):
        units |= {normal(name): unit_id for name in names if name}
    areas: dict[str, int] = {}
    rows = session.execute(
        select(Area.id, Area.code, Area.name, Area.name_en).where(Area.district_code == district_code)
    )
    for area_id, *names in rows:
        areas |= {normal(name): area_id for name in names if name}
    classes: dict[str, dict[str, str]] = {}
    for system, code, name in session.execute(select(LandClass.system, LandClass.code, LandClass.name)):
        classes.setdefault(system, {})[code] = name
    return Known(units, areas, classes)


def batches(after: int | None, limit: int) -> Select[ImportBatch]:
    """Newest first, from before the batch `after`."""
    before = ImportBatch.id < after if after is not None else true()
    return select(ImportBatch).where(before).order_by(ImportBatch.id.desc()).limit(limit)


def rows(batch_id: int, *, after: int = 0, limit: int | None = None, verdict: str | None = None) -> Select[Any]:
    wanted: list[ColumnElement[bool]] = [StagedRow.batch_id == batch_id, StagedRow.row_no > after]
    wanted += [StagedRow.verdict == verdict] if verdict else []
    columns: list[Any] = [
        StagedRow.row_no, StagedRow.layer, StagedRow.parcel_no, StagedRow.fields["parcel_name"].astext.label("parcel_name"),
        StagedRow.area_registered_m2, StagedRow.area_computed_m2, StagedRow.area_computed_crs, StagedRow.verdict,
        StagedRow.parcel_id, StagedRow.fields, StagedRow.attributes, StagedRow.known_id, StagedRow.changes, StagedRow.fixes,
    ]  # fmt: skip
    return select(*columns).where(*wanted).order_by(StagedRow.row_no).limit(limit)


def issues(
    batch_id: int,
    *,
    after: int = 0,
    limit: int | None = None,
    level: str | None = None,
    code: str | None = None,
    row_nos: list[int] | None = None,
    of_file: bool = False,
) -> Select[Any]:
    """Issues in the order they were found, with the place of a fault as [lon, lat]."""
    wanted: list[ColumnElement[bool]] = [ImportIssue.batch_id == batch_id, ImportIssue.id > after]
    wanted += [ImportIssue.level == level] if level else []
    wanted += [ImportIssue.code == code] if code else []
    wanted += [ImportIssue.row_no.in_(row_nos)] if row_nos is not None else []
    wanted += [ImportIssue.row_no.is_(None)] if of_file else []
    place = case(
        (
            ImportIssue.place.is_not(None),
            func.json_build_array(func.st_x(ImportIssue.place), func.st_y(ImportIssue.place)),
        )
    )
    columns: list[Any] = [
        ImportIssue.id, ImportIssue.row_no, ImportIssue.level, ImportIssue.code, ImportIssue.field, ImportIssue.zh,
        ImportIssue.en, place.label("place"),
    ]  # fmt: skip
    return select(*columns).where(*wanted).order_by(ImportIssue.id).limit(limit)


def geojson(session: Session, batch_id: int, *, after: int, limit: int) -> str:
    """The outlines of a batch as they would land, as one FeatureCollection written by the database."""
    statement = text(
        """
        select '{"type":"FeatureCollection","features":[' || coalesce(string_agg(
                   '{"type":"Feature","id":' || row_no || ',"geometry":' || st_asgeojson(geom, 8, 0) || ',"properties":'
                   || json_build_object('row', row_no, 'parcel_no', parcel_no, 'verdict', verdict, 'parcel_id', parcel_id)
                   || '}', ',' order by row_no), '') || ']}'
          from (select * from staged_row where batch_id = :batch_id and row_no > :after and geom is not null
                 order by row_no limit :limit) r"""
    )
    return str(session.scalar(statement, {"batch_id": batch_id, "after": after, "limit": limit}))


def predecessor(
    session: Session, district_code: str, file_name: str, sender: str | None, chosen: int | None
) -> int | None:
    """The import that a file corrects: the chosen one, else the last one of this name and sender."""
    if chosen is not None:
        return session.scalar(select(ImportBatch.id).where(ImportBatch.id == chosen))
    same = and_(
        ImportBatch.district_code == district_code,
        ImportBatch.file_name == file_name,
        func.coalesce(ImportBatch.options["sender"].astext, "") == (sender or ""),
    )
    return session.scalar(select(func.max(ImportBatch.id)).where(same, ImportBatch.state != "failed"))


def acts(session: Session, batch_id: int) -> dict[str, int]:
    """What the good rows of an update do: add a parcel, change one, or nothing."""
    good = and_(StagedRow.batch_id == batch_id, StagedRow.verdict != "error")
    some = func.jsonb_array_length(StagedRow.changes)
    counted = select(
        func.count().filter(StagedRow.changes.is_(None)),
        func.count().filter(some > 0),
        func.count().filter(some == 0),
    ).where(good)
    return dict(zip(("new", "changed", "unchanged"), session.execute(counted).one(), strict=True))


def errors_without_row(session: Session, batch_id: int) -> int:
    """Errors of the file as a whole."""
    counted = select(func.count()).where(
        ImportIssue.batch_id == batch_id, ImportIssue.row_no.is_(None), ImportIssue.level == "error"
    )
    return session.scalar(counted) or 0


def verdicts(session: Session, batch_id: int) -> dict[str, int]:
    counted = select(StagedRow.verdict, func.count()).where(StagedRow.batch_id == batch_id).group_by(StagedRow.verdict)
    return {str(verdict): count for verdict, count in session.execute(counted)}


def issue_counts(session: Session, batch_id: int) -> dict[str, int]:
    counted = select(ImportIssue.code, func.count()).where(ImportIssue.batch_id == batch_id).group_by(ImportIssue.code)
    return {str(code): count for code, count in session.execute(counted)}


def built_on(batch: ImportBatch) -> Select[Any]:
    """Numbers of the batch's parcels that somebody changed or used after it was accepted.

    Versions name the transaction that wrote them: a point of the batch that no longer holds was deleted or moved.
    """
    accepted_tx = literal(batch.options.get("accepted_tx", ""))
    version, point = ParcelVersion.c, BoundaryPointVersion.c
    theirs, holds = point.tx != accepted_tx, func.upper_inf(point.valid)
    papers: list[Any] = [ParcelDocument.parcel_id]
    given = batch.options.get("document_id")
    used = union(
        select(version.id).where(func.upper_inf(version.valid), version.tx != accepted_tx, _of(batch, version.id)),
        select(point.parcel_id).where(
            or_(and_(theirs, holds), and_(not_(theirs), not_(holds))), _of(batch, point.parcel_id)
        ),
        select(ParcelAlias.parcel_id).where(_of(batch, ParcelAlias.parcel_id)),
        select(*papers).where(
            ParcelDocument.document_id != given if given else true(), _of(batch, ParcelDocument.parcel_id)
        ),
    ).subquery("used")
    return select(Parcel.parcel_no).where(Parcel.id.in_(select(used))).order_by(Parcel.parcel_no)


def _of(batch: ImportBatch, parcel_id: Any) -> ColumnElement[bool]:
    inside: ColumnElement[bool] = parcel_id.in_(select(Parcel.id).where(Parcel.import_batch_id == batch.id))
    return inside
