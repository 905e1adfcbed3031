"""An import that changes registered parcels: what each row changes is laid out before, and every change can be taken back.

A row changes the parcel of its number: only the columns the file has, and of these only cells that say something. A text
that differs only in what reading settles (blanks, forms of characters) is the same. The outline changes where the file has
one that lies more than a millimetre off. A row that changes nothing writes nothing.
"""

import json
from typing import Any

import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.core import db
from gis_service.parcels.imports.columns.recognise import fields, spec_of
from gis_service.parcels.imports.lines import numbered_points
from gis_service.parcels.models import ImportBatch, Parcel

FIELDS = (
    "parcel_name", "location_text", "bounds_east", "bounds_south", "bounds_west", "bounds_north", "parcel_code",
    "real_estate_unit_no", "certificate_no", "plan_plot_no", "ownership", "right_holder_unit_id", "managing_unit_id",
    "custodian_unit_id", "current_class_system", "current_class_code", "planned_class_system", "planned_class_code",
    "plot_ratio", "building_density", "green_rate", "height_limit_m", "source_type", "acquired_on", "is_undeveloped",
    "planned_supply_mode", "planned_supply_year", "supply_status", "use_status", "fence_status", "survey_status",
    "disposal_status", "handover_status", "waste_found", "waste_volume_m3", "waste_class", "risk_level",
    "soil_survey_status", "handed_over_on", "geom_source", "geom_accuracy_m", "secrecy_level", "remark",
)  # fmt: skip
"""Columns of a parcel that `staged_row.fields` may fill; those the file leaves open take the register's default."""

PLAIN = ("area_registered_m2", *FIELDS)
"""What a row may change beside the outline and the contact."""

SAME_OUTLINE_M = 0.001
"""Outlines nearer than this are the same one, written and read again."""

CONTACT = ("contact_person", "contact_phone")
HIDDEN = "***"
"""A contact that is replaced is told, but not by name: who may see it sees it on the parcel's page."""


CODES = [name for name in fields() if spec_of(name).kind in ("code", "parcel_code")]
LINES = [name for name in fields() if spec_of(name).kind == "lines"]
"""Columns whose texts reading settles otherwise than those of one line (`values.code`, `values.lines`)."""

BLANKS = r"\s\u001c-\u001f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


def _of(alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in PLAIN)


def _squeezed(said: str) -> str:
    return f"regexp_replace(regexp_replace({said}, '^[{BLANKS}]+|[{BLANKS}]+$', '', 'g'), '[{BLANKS}]+', ' ', 'g')"


def _settled(said: str, name: str) -> str:
    """SQL: a text of the column `name` as reading a file would have it."""
    return f"""case when {name} = any (cast(:codes as text[])) then {_squeezed(f"normalize({said}, NFKC)")}
                    when {name} = any (cast(:lines as text[]))
                    then regexp_replace(regexp_replace(normalize({said}, NFC), E'\\r\\n?', E'\\n', 'g'), '^[{BLANKS}]+|[{BLANKS}]+$', '', 'g')
                    else {_squeezed(f"normalize({said}, NFC)")} end"""


COMPARE = text(
    f"""
    with compared as (
        select r.id, p.id as known_id,
               coalesce((select jsonb_agg(jsonb_build_object('field', k.name, 'before', was.v -> k.name, 'after', now.v -> k.name)
                                          order by k.at)
                           from unnest(cast(:plain as text[])) with ordinality k(name, at)
                          where said.v ? k.name and was.v -> k.name is distinct from now.v -> k.name
                            and {_settled("was.v ->> k.name", "k.name")} is distinct from {_settled("now.v ->> k.name", "k.name")}), '[]')
               || coalesce((select jsonb_agg(jsonb_build_object('field', c.name, 'before', case when c.was <> '' then :hidden end,
                                                                'after', r.fields -> c.name) order by c.name)
                              from (values ('contact_person', t.person), ('contact_phone', t.phone)) c(name, was)
                             where r.fields ? c.name and {_settled("r.fields ->> c.name", "c.name")} is distinct from {_settled("c.was", "c.name")}), '[]')
               || case when o.moved_m > :same then jsonb_build_array(jsonb_build_object(
                            'field', 'geom', 'before', p.area_computed_m2, 'after', r.area_computed_m2, 'moved_m', round(o.moved_m::numeric, 3)))
                       else '[]' end as changes
          from staged_row r
          join import_shape s on s.row_no = r.row_no
          join parcel p on p.id = s.known_id and p.retired_on is null
          left join parcel_contact t on t.parcel_id = p.id
         cross join lateral (
                select r.fields || case when r.area_registered_m2 is null then '{{}}'
                                        else jsonb_build_object('area_registered_m2', r.area_registered_m2) end as v offset 0) said
         cross join lateral (select to_jsonb(x) as v from (select {_of("p")}) x offset 0) was
         cross join lateral (select to_jsonb(x) as v from (select {_of("n")} from jsonb_populate_record(null::parcel, said.v) n) x offset 0) now
         cross join lateral (
                select case when s.shape is null or st_orderingequals(s.shape, p.geom) then 0
                            else st_hausdorffdistance(st_transform(s.shape, r.area_computed_crs),
                                                      st_transform(p.geom, r.area_computed_crs)) end as moved_m offset 0) o
         where r.batch_id = :batch_id)
    update staged_row r set known_id = c.known_id, changes = c.changes from compared c where r.id = c.id"""  # noqa: S608  (our own names)
)
"""What each row would change. The register's own types do the comparing: 2.5 is 2.50, and 2026-5-2 a day."""

FORGET = text(
    "update staged_row set known_id = null, changes = null where batch_id = :batch_id and known_id is not null"
)


def compare(session: Session, batch_id: int) -> None:
    """Lay out what the rows of a batch change; `import_shape` knows the parcel of each."""
    seen = session.scalar(text("select current_setting('app.see_contacts', true)")) or ""
    db.setting(session, app_see_contacts="on")
    session.execute(FORGET, {"batch_id": batch_id})
    facts = {"batch_id": batch_id, "plain": list(PLAIN), "hidden": HIDDEN, "same": SAME_OUTLINE_M}
    facts |= {"codes": CODES, "lines": LINES}
    session.execute(COMPARE, facts)
    db.setting(session, app_see_contacts=seen)


def foreseen(session: Session, batch_id: int) -> dict[int, str]:
    """Row → fingerprint of what it changes; to notice that the register moved on since somebody looked."""
    found = session.execute(
        text("select row_no, md5(changes::text) as digest from staged_row where batch_id = :b and changes is not null"),
        {"b": batch_id},
    )
    return {row.row_no: row.digest for row in found}


# --- landing -----------------------------------------------------------------------------------------------------

OUTLINE = 'r.changes @> \'[{"field": "geom"}]\''
"""The row replaces the outline."""

CHANGING = "r.batch_id = :batch_id and r.verdict <> 'error' and jsonb_array_length(r.changes) > 0"
"""Good rows that change something."""

NEEDING_POINTS = text(
    f"""
    select r.id, st_asbinary(r.geom), r.area_computed_crs from staged_row r
     where {CHANGING} and {OUTLINE} and r.boundary_points is null
       and exists (select from boundary_point b where b.parcel_id = r.known_id)"""  # noqa: S608  (our own names)
)

GIVE_POINTS = text("update staged_row set boundary_points = cast(:points as jsonb) where id = :id")

KEEP_CONTACTS = text(
    f"""
    update staged_row r set former = jsonb_build_object('person', c.person, 'phone', c.phone) from parcel_contact c
     where {CHANGING} and c.parcel_id = r.known_id and r.fields ?| array['contact_person', 'contact_phone']"""  # noqa: S608
)

FORGET_POINTS = text(
    f"delete from boundary_point b using staged_row r where {CHANGING} and {OUTLINE} and b.parcel_id = r.known_id"  # noqa: S608
)


def _change() -> str:
    """The update of all parcels at once; a column the row does not change keeps its value to the letter."""
    sets = [
        f'{name} = case when r.changes @> \'[{{"field": "{name}"}}]\' then n.{name} else p.{name} end'
        for name in FIELDS
        if name != "geom_source"
    ]
    sets += [
        "area_registered_m2 = coalesce(r.area_registered_m2, p.area_registered_m2)",
        f"geom_source = case when r.fields ? 'geom_source' then n.geom_source when {OUTLINE} then 'imported' else p.geom_source end",
        *(
            f"{name} = case when {OUTLINE} then {value} else p.{name} end"
            for name, value in (
                ("geom", "s.shape"),
                ("area_computed_m2", "greatest(r.area_computed_m2, 0.01)"),
                ("area_computed_crs", "r.area_computed_crs"),
                ("area_id", "s.area_id"),
            )
        ),
    ]
    return f"""
    update parcel p set {", ".join(sets)}
      from staged_row r join import_shape s on s.row_no = r.row_no
     cross join lateral jsonb_populate_record(null::parcel, r.fields) n
     where {CHANGING} and r.known_id = p.id"""  # noqa: S608  (our own names)


CHANGE = text(_change())


def land(session: Session, batch: ImportBatch) -> int:
    """Change the parcels of a batch, as laid out; how many rows changed one."""
    here = {"batch_id": batch.id}
    for row_id, wkb, crs in session.execute(NEEDING_POINTS, here).all():
        points = numbered_points(shapely.from_wkb(bytes(wkb)), crs)
        session.execute(GIVE_POINTS, {"id": row_id, "points": json.dumps(points)})
    session.execute(KEEP_CONTACTS, here)
    session.execute(FORGET_POINTS, here)
    done: Any = session.execute(CHANGE, here)
    return int(done.rowcount)


# --- taking back -------------------------------------------------------------------------------------------------

BUILT_ON = text(
    """
    select p.parcel_no from parcel p
     where p.id in (
        select r.known_id from staged_row r
          join parcel_version v on v.id = r.known_id and v.tx = :accepted_tx
         where r.batch_id = :batch_id and r.known_id = r.parcel_id and jsonb_array_length(r.changes) > 0
           and (not upper_inf(v.valid)
                or exists (select from boundary_point_version b
                            where b.parcel_id = v.id and b.tx <> :accepted_tx and lower(b.valid) > lower(v.valid))
                or exists (select from boundary_point_version b
                            where b.parcel_id = v.id and not upper_inf(b.valid) and upper(b.valid) > lower(v.valid) + interval '1 microsecond')))
     order by p.parcel_no"""
)
"""Updated parcels of which the version of the acceptance is no longer the last, or whose points moved on."""

RESTORED = "r.batch_id = :batch_id and r.known_id = r.parcel_id and jsonb_array_length(r.changes) > 0"

UNDO_POINTS = text(
    f"delete from boundary_point b using staged_row r where {RESTORED} and {OUTLINE} and b.parcel_id = r.known_id"  # noqa: S608
)

REDO_POINTS = text(
    f"""
    insert into boundary_point (parcel_id, part_no, ring_no, seq, point_no, northing_text, easting_text, source_crs, geom)
    select b.parcel_id, b.part_no, b.ring_no, b.seq, b.point_no, b.northing_text, b.easting_text, b.source_crs, b.geom
      from staged_row r
      join parcel_version v on v.id = r.known_id and v.tx = :accepted_tx
      join boundary_point_version b on b.parcel_id = r.known_id and b.valid @> (lower(v.valid) - interval '1 microsecond')
     where {RESTORED} and {OUTLINE}"""  # noqa: S608  (our own names)
)

KEPT = [
    column.name
    for column in Parcel.__table__.columns
    if column.computed is None and column.name not in ("id", "row_version", "updated_at", "created_at")
]

RESTORE = text(
    f"""
    update parcel p set {", ".join(f"{name} = b.{name}" for name in KEPT)}
      from staged_row r
      join parcel_version v on v.id = r.known_id and v.tx = :accepted_tx
      join parcel_version b on b.id = v.id and b.version_no = v.version_no - 1
     where {RESTORED} and p.id = r.known_id"""  # noqa: S608  (our own names)
)

RESTORE_CONTACTS = (
    text(
        f"""
    delete from parcel_contact c using staged_row r
     where {RESTORED} and c.parcel_id = r.known_id and r.former is null and r.fields ?| array['contact_person', 'contact_phone']"""  # noqa: S608
    ),
    text(
        f"""
    update parcel_contact c set person = r.former ->> 'person', phone = r.former ->> 'phone' from staged_row r
     where {RESTORED} and c.parcel_id = r.known_id and r.former is not null"""  # noqa: S608
    ),
)

VERSIONED = text(
    """
    select count(*) from staged_row r where r.batch_id = :batch_id and r.known_id = r.parcel_id
       and exists (select from jsonb_array_elements(r.changes) c where c ->> 'field' <> all(cast(:contact as text[])))"""
)


def built_on(session: Session, batch: ImportBatch) -> list[str]:
    """Numbers of updated parcels that somebody changed since."""
    facts = {"batch_id": batch.id, "accepted_tx": batch.options.get("accepted_tx", "")}
    return list(session.scalars(BUILT_ON, facts))


def restore(session: Session, batch: ImportBatch) -> int:
    """Give the updated parcels back what they had, as a new version each; how many could not be reached."""
    facts = {"batch_id": batch.id, "accepted_tx": batch.options.get("accepted_tx", "")}
    expected = session.scalar(VERSIONED, {"batch_id": batch.id, "contact": list(CONTACT)}) or 0
    session.execute(UNDO_POINTS, facts)
    session.execute(REDO_POINTS, facts)
    for statement in RESTORE_CONTACTS:
        session.execute(statement, facts)
    done: Any = session.execute(RESTORE, facts)
    return expected - int(done.rowcount)
