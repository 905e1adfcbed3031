"""Every read of an export: the parcels with all their columns, and what some formats want beside them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    FromClause,
    Select,
    and_,
    any_,
    case,
    cast,
    column,
    func,
    literal,
    null,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.orm import Session, aliased

from gis_service.access.models import Area
from gis_service.core.errors import NotFound
from gis_service.exports.models import Export
from gis_service.exports.rules import FORMATS, State
from gis_service.maps.catalogue import Layer
from gis_service.parcels.lineage.models import ParcelEvent, ParcelLineage
from gis_service.parcels.models import (
    BoundaryPoint,
    BoundaryPointVersion,
    Deployment,
    Document,
    ImportBatch,
    LandClass,
    Parcel,
    ParcelContact,
    ParcelVersion,
    StagedRow,
)
from gis_service.parcels.queries import Custodian, Managing, RightHolder, conditions, joined, register

PORTION = 500
FORMAT_OF = Export.asked["said"]["format"].astext
CurrentClass = aliased(LandClass)

PLAIN = (
    "id", "parcel_no", "parcel_name", "location_text", "bounds_east", "bounds_south", "bounds_west", "bounds_north",
    "parcel_code", "real_estate_unit_no", "certificate_no", "plan_plot_no", "area_registered_m2", "area_computed_m2",
    "ownership", "current_class_system", "current_class_code", "planned_class_system", "planned_class_code",
    "plot_ratio", "building_density", "green_rate", "height_limit_m", "source_type", "acquired_on", "is_undeveloped",
    "planned_supply_mode", "planned_supply_year", "supply_status", "use_status", "fence_status", "survey_status",
    "fence_length_m", "sign_count", "camera_count", "waste_found", "waste_volume_m3", "waste_class", "disposal_status", "handover_status", "handed_over_on",
    "risk_level", "soil_survey_status", "geom_source", "geom_accuracy_m", "secrecy_level", "remark", "import_batch_id",
)  # fmt: skip
"""Columns of a parcel that leave as they are stored."""


def count(session: Session, filters: Mapping[str, Any], as_of: datetime | None) -> int:
    parcels = register(as_of)
    return session.scalar(joined(parcels, select(func.count())).where(*conditions(parcels, filters))) or 0


def portions(
    session: Session,
    filters: Mapping[str, Any],
    as_of: datetime | None,
    *,
    contacts: bool = False,
    as_imported: int | None = None,
) -> Iterator[Sequence[Mapping[str, Any]]]:
    """The parcels in portions, through a cursor of the server: by area and number, or in the order of an import's file."""
    parcels = register(as_of)
    statement = _all_columns(parcels, contacts=contacts).where(*conditions(parcels, filters))
    order: list[Any] = [Area.code.asc().nulls_last(), parcels.c.parcel_no, parcels.c.id]
    if as_imported is not None:
        row = and_(StagedRow.batch_id == as_imported, StagedRow.parcel_id == parcels.c.id)
        statement, order = statement.outerjoin(StagedRow, row), [StagedRow.row_no, *order]
    stream = {"stream_results": True, "yield_per": PORTION}
    found = session.execute(statement.order_by(*order), execution_options=stream)
    for part in found.mappings().partitions(PORTION):
        yield [dict(row) for row in part]


def _all_columns(parcels: FromClause, *, contacts: bool) -> Select[Any]:
    c = parcels.c
    person = (ParcelContact.person, ParcelContact.phone) if contacts else (null(), null())
    chosen = joined(
        parcels,
        select(
            *(c[name] for name in PLAIN),
            (c.area_registered_m2 * 3 / 2000).label("area_mu"),
            func.round(c.fence_ratio * 100, 2).label("fence_ratio"),
            Area.code.label("area_code"),
            Area.name.label("area_name"),
            RightHolder.name.label("right_holder"),
            Managing.name.label("managing_unit"),
            Custodian.name.label("custodian_unit"),
            person[0].label("contact_person"),
            person[1].label("contact_phone"),
            CurrentClass.name.label("current_class_name"),
            LandClass.name.label("planned_class_name"),
            func.st_asbinary(c.geom).label("wkb"),
        ),
    )
    chosen = chosen.outerjoin(
        CurrentClass,
        and_(CurrentClass.system == c.current_class_system, CurrentClass.code == c.current_class_code),
    )
    return chosen.outerjoin(ParcelContact, ParcelContact.parcel_id == c.id) if contacts else chosen


def batches(session: Session, filters: Mapping[str, Any], as_of: datetime | None) -> list[int | None]:
    """The imports the parcels came with, two at most: enough to know whether it is one."""
    parcels = register(as_of)
    statement = joined(parcels, select(parcels.c.import_batch_id).distinct()).where(*conditions(parcels, filters))
    return list(session.scalars(statement.limit(2)))


def batch(session: Session, batch_id: int, format_: str) -> ImportBatch | None:
    """An import the reader may see, of a format."""
    found = session.get(ImportBatch, batch_id)
    return found if found and found.format == format_ else None


def rows_as_they_came(session: Session, ids: Sequence[int], format_: str) -> dict[tuple[int, int], dict[str, Any]]:
    """(batch, parcel) → the row of the file it came with: its texts, and what the register made of them."""
    statement = (
        select(
            StagedRow.batch_id,
            StagedRow.parcel_id,
            StagedRow.attributes,
            StagedRow.area_registered_m2,
            StagedRow.fields["planned_class_system"].astext.label("planned_class_system"),
            StagedRow.fields["planned_class_code"].astext.label("planned_class_code"),
        )
        .join(ImportBatch, ImportBatch.id == StagedRow.batch_id)
        .where(StagedRow.parcel_id == _any(ids), ImportBatch.format == format_)
    )
    return {(row["batch_id"], row["parcel_id"]): dict(row) for row in session.execute(statement).mappings()}


def boundary_points(
    session: Session, ids: Sequence[int], as_of: datetime | None, epsg: int
) -> dict[int, list[tuple[int, int, str, str, str]]]:
    """Parcel → (part, ring, number, northing, easting) of its points in order, where their texts are in that system."""
    b: Any = BoundaryPoint.__table__.c if as_of is None else BoundaryPointVersion.c
    statement = select(b.parcel_id, b.part_no, b.ring_no, b.point_no, b.northing_text, b.easting_text).where(
        b.parcel_id == _any(ids), b.source_crs == epsg
    )
    if as_of is not None:
        statement = statement.where(b.valid.op("@>")(_moment(as_of)))
    found: dict[int, list[tuple[int, int, str, str, str]]] = {}
    for parcel_id, *point in session.execute(statement.order_by(b.parcel_id, b.part_no, b.ring_no, b.seq)):
        found.setdefault(parcel_id, []).append((point[0], point[1], point[2], point[3], point[4]))
    return found


def _any(ids: Sequence[int]) -> Any:
    return any_(cast(list(ids), ARRAY(BigInteger)))


def _moment(as_of: datetime) -> Any:
    return cast(literal(as_of), TIMESTAMP(timezone=True))


# --- what a GeoPackage holds beside the parcels --------------------------------------------------------------------


def layer_rows(
    session: Session, layer: Layer, as_of: datetime | None, ids: Sequence[int] | None
) -> Iterator[Sequence[Any]]:
    """Rows of a layer in portions: id, declared attributes, WKB. With `ids`, only what belongs to those parcels."""
    past = as_of is not None and layer.history is not None
    schema, name = (layer.history if past and layer.history else layer.source).split(".")
    wanted = [layer.id_column, *layer.by_name, "geom"]
    view = table(name, *(column(each) for each in {*wanted, "valid", "parcel_id"}), schema=schema)
    attributes = (view.c[each] for each in layer.by_name)
    statement = select(view.c[layer.id_column], *attributes, func.st_asbinary(view.c.geom))
    if past and as_of is not None:
        statement = statement.where(view.c.valid.op("@>")(_moment(as_of)))
    if ids is not None:
        statement = statement.where(view.c.parcel_id == _any(ids))
    stream = {"stream_results": True, "yield_per": PORTION}
    found = session.execute(statement.order_by(view.c[layer.id_column]), execution_options=stream)
    yield from found.partitions(PORTION)


HISTORY = (
    "parcel_id", "parcel_no", "version_no", "valid_from", "valid_to", "act", "actor", "reason", "document",
    "area_registered_m2", "area_computed_m2", "supply_status", "use_status", "fence_status", "survey_status",
    "disposal_status", "handover_status", "risk_level", "wkt",
)  # fmt: skip


def history(session: Session, ids: Sequence[int]) -> Iterator[Sequence[Any]]:
    """Every version of parcels, in the order of `HISTORY`."""
    v = ParcelVersion.c
    plain = ("area_registered_m2", "area_computed_m2", "supply_status", "use_status", "fence_status", "survey_status",
             "disposal_status", "handover_status", "risk_level")  # fmt: skip
    statement = (
        select(
            v.id,
            v.parcel_no,
            v.version_no,
            func.lower(v.valid),
            func.upper(v.valid),
            case((v.op == "INSERT", "create"), (v.retired_on.is_not(None), "retire"), else_="change"),
            v.actor_name,
            v.reason,
            Document.doc_no,
            *(v[name] for name in plain),
            func.st_astext(v.geom, 9),
        )
        .outerjoin(Document, Document.id == v.version_document_id)
        .where(v.id == _any(ids))
        .order_by(v.id, v.version_no)
    )
    yield from session.execute(statement)


LINEAGE = ("parent_no", "child_no", "kind", "happened_on", "document", "area_m2", "reason")


def lineage(session: Session, ids: Sequence[int], as_of: datetime | None) -> list[Sequence[Any]]:
    """What parcels came from and became, in the order of `LINEAGE`; acts that were taken back did not happen.

    A link is there where both its parcels may be seen.
    """
    parent, child = aliased(Parcel), aliased(Parcel)
    e = ParcelEvent
    stands = e.undone_at.is_(None) if as_of is None else or_(e.undone_at.is_(None), e.undone_at > _moment(as_of))
    known = true() if as_of is None else e.at <= _moment(as_of)
    link = ParcelLineage
    statement = (
        select(parent.parcel_no, child.parcel_no, link.kind, link.happened_on, Document.doc_no, link.area_m2, e.reason)
        .join(e, e.id == link.event_id)
        .join(parent, parent.id == link.parent_id)
        .join(child, child.id == link.child_id)
        .outerjoin(Document, Document.id == link.document_id)
        .where(or_(link.parent_id == _any(ids), link.child_id == _any(ids)), stands, known)
        .order_by(link.happened_on, link.event_id, parent.parcel_no, child.parcel_no)
    )
    return list(session.execute(statement))


# --- exports that are made as jobs ---------------------------------------------------------------------------------


def exports(after: int | None, limit: int, formats: Collection[str] = FORMATS) -> Select[Export]:
    """Newest first; the row policy shows each person their own. Other rooms keep files of other formats in the same table."""
    statement = select(Export).where(FORMAT_OF.in_(formats)).order_by(Export.id.desc()).limit(limit)
    return statement if after is None else statement.where(Export.id < after)


def one(session: Session, export_id: int, formats: Collection[str] = FORMATS) -> Export:
    """The export of that number, for who asked for it; raises `NotFound`."""
    found = session.scalar(select(Export).where(Export.id == export_id, FORMAT_OF.in_(formats)))
    if found is None:
        raise NotFound(what="导出", key=export_id)
    return found


def outdated(at: datetime) -> Select[Export]:
    return select(Export).where(Export.state == State.DONE, Export.expires_at < at)


def in_use(sha256: str, but: int) -> Select[int]:
    """Other exports whose file has the same bytes and is still kept."""
    return select(Export.id).where(Export.file_sha256 == sha256, Export.state == State.DONE, Export.id != but).limit(1)


def is_sample(session: Session) -> bool:
    return session.get(Deployment, "sample_data") is not None
