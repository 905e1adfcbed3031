"""From staged rows to parcels, and back: the statements of acceptance, each for all rows of a batch at once."""

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Select,
    and_,
    cast,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.imports.checks.catalogue import SHAPES
from gis_service.parcels.imports.updating import FIELDS
from gis_service.parcels.models import ImportBatch, Parcel, ParcelDocument, StagedRow

TABLE = Parcel.__table__

IN_BULK = {"synchronize_session": False}
"""The rows changed are not among the session's objects."""


def revive(session: Session, batch: ImportBatch) -> None:
    """Bring back parcels that the undoing of an earlier import retired, as the batch has them now."""
    staged, names = _staged(batch, and_(SHAPES.c.known_id.is_not(None), StagedRow.changes.is_(None)))
    now = staged.subquery("now")
    session.execute(text(FORGET_POINTS), {"batch_id": batch.id})
    changed = update(Parcel).where(Parcel.id == now.c.known_id).values({name: now.c[name] for name in names})
    session.execute(changed, execution_options=IN_BULK)


def create(session: Session, batch: ImportBatch) -> None:
    """New parcels for the good rows whose numbers nobody has."""
    staged, names = _staged(batch, SHAPES.c.known_id.is_(None))
    now = staged.subquery("now")
    session.execute(insert(Parcel).from_select(names, select(*(now.c[name] for name in names))))


def attach(session: Session, batch: ImportBatch, document_id: int | None) -> int:
    """What belongs to the parcels: the link from the staged row, boundary points, contacts, the document. How many landed."""
    facts = {"batch_id": batch.id, "district_code": batch.district_code, "srid": STORAGE_SRID}
    landed = _count(session.execute(text(LINK), facts))
    session.execute(text(POINTS), facts)
    session.execute(text(CONTACTS), facts)
    if document_id is not None:
        touched = or_(StagedRow.changes.is_(None), func.jsonb_array_length(StagedRow.changes) > 0)
        landed_ids = (
            select(Parcel.id, literal(document_id, BigInteger))
            .join(StagedRow, StagedRow.parcel_id == Parcel.id)
            .where(StagedRow.batch_id == batch.id, touched)
        )
        fresh = landed_ids.where(
            ~exists().where(ParcelDocument.parcel_id == Parcel.id, ParcelDocument.document_id == document_id)
        )
        session.execute(insert(ParcelDocument).from_select(["parcel_id", "document_id"], fresh))
    return landed


def retire(session: Session, batch: ImportBatch, on: date) -> int:
    """Strike the batch's parcels off the register; their numbers and versions stay."""
    struck = update(Parcel).where(Parcel.import_batch_id == batch.id, Parcel.retired_on.is_(None)).values(retired_on=on)
    return _count(session.execute(struck, execution_options=IN_BULK))


def transaction_id(session: Session) -> str:
    """The writing transaction, as the version tables name it."""
    return str(session.scalar(text("select pg_current_xact_id()::text")))


def _count(done: Any) -> int:
    return int(done.rowcount)


def _staged(batch: ImportBatch, which: ColumnElement[bool]) -> tuple[Select[Any], list[str]]:
    """What each good row says of its parcel: a column for each column of the register (the names), and `known_id`."""
    said = (
        func.jsonb_populate_record(text("null::parcel"), StagedRow.fields)
        .table_valued(*(Column(name, TABLE.c[name].type) for name in FIELDS), name="said")
        .lateral()
    )
    values: dict[str, Any] = {
        "district_code": literal(batch.district_code),
        "parcel_no": StagedRow.parcel_no,
        "area_id": SHAPES.c.area_id,
        "area_registered_m2": StagedRow.area_registered_m2,
        "area_computed_m2": func.greatest(StagedRow.area_computed_m2, 0.01),
        "area_computed_crs": StagedRow.area_computed_crs,
        "import_batch_id": literal(batch.id, BigInteger),
        "retired_on": cast(null(), Date),
        "geom": SHAPES.c.shape,
        **{name: _or_default(name, said.c[name]) for name in FIELDS},
    }
    named = [value.label(name) for name, value in values.items()]
    chosen = (
        select(SHAPES.c.known_id, *named)
        .select_from(StagedRow)
        .join(SHAPES, SHAPES.c.row_no == StagedRow.row_no)
        .join(said, text("true"))
    )
    return chosen.where(StagedRow.batch_id == batch.id, StagedRow.verdict != "error", which), list(values)


def _or_default(name: str, value: ColumnElement[Any]) -> ColumnElement[Any]:
    default: Any = TABLE.c[name].server_default
    return value if default is None else func.coalesce(value, default.arg)


FORGET_POINTS = """
    delete from boundary_point b using staged_row r, import_shape s
     where r.batch_id = :batch_id and r.verdict <> 'error' and r.changes is null and s.row_no = r.row_no and b.parcel_id = s.known_id"""

LINK = """
    update staged_row r
       set parcel_id = (select p.id from parcel p where p.district_code = :district_code and p.parcel_no = r.parcel_no
                                                    and (p.import_batch_id = :batch_id or p.id = r.known_id))
     where r.batch_id = :batch_id and r.verdict <> 'error'"""

POINTS = """
    insert into boundary_point (parcel_id, part_no, ring_no, seq, point_no, northing_text, easting_text, source_crs, geom)
    select r.parcel_id, p.part_no, p.ring_no, p.seq, p.point_no, p.northing_text, p.easting_text, p.source_crs,
           st_setsrid(st_makepoint(p.lon, p.lat), :srid)
      from staged_row r, jsonb_to_recordset(r.boundary_points) as p(
           part_no int, ring_no int, seq int, point_no text, northing_text text, easting_text text, source_crs int,
           lon float8, lat float8)
     where r.batch_id = :batch_id and r.verdict <> 'error' and r.parcel_id is not null and p.lon is not null
       and (r.changes is null or r.changes @> '[{"field": "geom"}]')"""

CONTACTS = """
    insert into parcel_contact (parcel_id, person, phone)
    select r.parcel_id, r.fields ->> 'contact_person', r.fields ->> 'contact_phone' from staged_row r
     where r.batch_id = :batch_id and r.verdict <> 'error' and r.parcel_id is not null and r.fields ?| array['contact_person', 'contact_phone']
       and (r.changes is null or r.changes @> '[{"field": "contact_person"}]' or r.changes @> '[{"field": "contact_phone"}]')
    on conflict (parcel_id) do update set person = coalesce(excluded.person, parcel_contact.person),
                                          phone = coalesce(excluded.phone, parcel_contact.phone)"""
