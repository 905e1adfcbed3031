"""Writes the sample district into an empty database, as its owner, with the version clock set back to each change."""

from collections.abc import Iterable
from typing import Any

import shapely
from geoalchemy2.shape import from_shape
from shapely import MultiPolygon
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.models import Area, Unit
from gis_service.audit import operations as audit
from gis_service.cases.conduct import CASES
from gis_service.claims.conduct import CLAIMS
from gis_service.core import db
from gis_service.core.srid import STORAGE_SRID
from gis_service.files.store import FileStore
from gis_service.geo import crs
from gis_service.meetings.conduct import CONDUCTS as MEETINGS_AND_ACTIONS
from gis_service.parcels.lineage.models import ParcelEvent, ParcelEventParcel, ParcelLineage
from gis_service.parcels.models import (
    BoundaryPoint,
    Deployment,
    Document,
    Ground,
    Parcel,
    ParcelAlias,
    ParcelContact,
    ParcelDocument,
    ParcelVersion,
)
from gis_service.parcels.search import operations as search
from gis_service.parcels.topology import operations as topology
from gis_service.parcels.topology.models import GridCell
from gis_service.rectification.conduct import RECTIFICATIONS
from gis_service.sample import (
    cases,
    claims,
    disposals,
    grid,
    handovers,
    heaps,
    land,
    layouts,
    meetings,
    orthophotos,
    outlines,
    patrols_plan,
    plans,
    records,
    rectifications,
    register,
    surveys,
)
from gis_service.sample.load_guards import Standing, stored
from gis_service.sample.outlines import METRIC_SRID
from gis_service.sample.proceedings import Teller

MARK = "sample_data"
"""The key in `deployment` that says this database holds sample data, so that every page can say so too."""

UNIT_COLUMNS = {
    "right_holder": "right_holder_unit_id",
    "managing_unit": "managing_unit_id",
    "custodian": "custodian_unit_id",
}
Ids = dict[str, int]


def load(session: Session, *, district_code: str, store: FileStore | None = None) -> bool:
    """Load the sample district unless there is already something in the register; returns whether it was loaded.

    What has papers and photos is told where there is a `store` to keep them.

    The session must be the owner's: nobody else may set the version clock back. The caller commits.
    """
    _require_owner(session)
    db.enter(session, EVERYTHING)
    session.execute(text("select pg_advisory_xact_lock(hashtext(:key))"), {"key": MARK})
    if session.get(Deployment, MARK) or session.scalar(select(Parcel.id).limit(1)):
        return False
    made = register.build()
    units, areas = _units(session, made.units), _areas(session, made.areas, district_code)
    documents = _documents(session, made, district_code)
    parcels = _history(session, made.parcels, _Codes(district_code, areas, units, documents))
    _belongings(session, made.parcels, parcels, documents)
    _acts(session, made.acts, _Codes(district_code, areas, units, documents), parcels)
    _ground(session, made.ground)
    _grid(session, made.areas, district_code)
    topology.check(session, full=True)
    session.add(Deployment(key=MARK, value=str(register.SEED)))
    audit.record(session, "sample.load", district_code, actor_id=SERVICE.id, actor_name=SERVICE.name)
    session.flush()
    search.fill(session, most=100_000)
    layouts.tell(session)
    if store is not None:
        _proceedings(Teller(session, store, district_code))
    return True


def _proceedings(teller: Teller) -> None:
    """What went on on the land, in the order in which one thing led to another."""
    handovers.tell(teller)
    disposals.tell(teller, surveys.tell(teller))
    heaps.tell(teller)
    cases.tell(teller)
    claims.tell(teller)
    rectifications.tell(teller)
    patrols_plan.tell(teller)
    plans.tell(teller)
    orthophotos.tell(teller)
    meetings.tell(teller, (CASES, CLAIMS, RECTIFICATIONS, *MEETINGS_AND_ACTIONS))


def _require_owner(session: Session) -> None:
    """For anybody else the clock would not go back, and two years of history would all happen now."""
    if not session.scalar(text("select pg_has_role(session_user, :owner, 'member')"), {"owner": db.OWNER_ROLE}):
        raise PermissionError(
            "示例数据须由数据库所有者载入 · the sample district is loaded by the owner of the database"
        )


def _units(session: Session, units: Iterable[records.Unit]) -> Ids:
    ids: Ids = {}
    for unit in units:  # parents come first
        row = Unit(code=unit.code, name=unit.name, short_name=unit.short_name, kind=unit.kind)
        row.parent_id = ids[unit.parent_code] if unit.parent_code else None
        session.add(row)
        session.flush()
        ids[unit.code] = row.id
    return ids


def _areas(session: Session, areas: Iterable[records.Area], district_code: str) -> Ids:
    rows = [
        {
            "district_code": district_code,
            "code": area.code,
            "name": area.name,
            "name_en": area.name_en,
            "geom": stored(area.geometry),
        }
        for area in areas
    ]
    return dict(session.execute(insert(Area).returning(Area.code, Area.id), rows).all())


def _ground(session: Session, features: Iterable[land.Feature]) -> None:
    rows = [{"kind": each.kind, "name": each.name, "geom": _ground_shape(each.shape)} for each in features]
    session.execute(insert(Ground), rows)


def _grid(session: Session, areas: tuple[records.Area, ...], district_code: str) -> None:
    cells = grid.cells(areas, district_code)
    rows = [
        {"district_code": district_code, "code": cell.code, "name": cell.name, "geom": _ground_shape(cell.geometry)}
        for cell in cells
    ]
    session.execute(insert(GridCell), rows)


def _ground_shape(shape: MultiPolygon) -> Any:
    """Valid in degrees too: lanes that touch in a point may cross by a hair once they are transformed."""
    moved = shapely.make_valid(crs.transform(shape, METRIC_SRID, STORAGE_SRID))
    areas = shapely.get_parts(shapely.unary_union([part for part in shapely.get_parts(moved) if part.area > 0]))
    return from_shape(MultiPolygon(list(areas)), srid=STORAGE_SRID)


def _documents(session: Session, made: records.Register, district_code: str) -> Ids:
    rows = [
        {
            "district_code": district_code,
            "doc_no": each.doc_no,
            "kind": each.kind,
            "title": each.title,
            "issued_on": each.issued_on,
            "issuer": each.issuer,
        }
        for each in made.documents
    ]
    return dict(session.execute(insert(Document).returning(Document.doc_no, Document.id), rows).all())


class _Codes:
    """Turns the codes of the register into the keys of the database."""

    def __init__(self, district_code: str, areas: Ids, units: Ids, documents: Ids) -> None:
        self.district_code, self.areas, self.units, self.documents = district_code, areas, units, documents

    def columns(self, fields: records.Fields) -> dict[str, Any]:
        return dict(self._column(name, value) for name, value in fields.items())

    def _column(self, name: str, value: Any) -> tuple[str, Any]:
        if name == "geometry":
            return "geom", stored(value)
        if name == "area":
            return "area_id", self.areas[value]
        if name in UNIT_COLUMNS:
            return UNIT_COLUMNS[name], self.units.get(value)
        return name, list(value) if name == "use_status" else value


def _history(session: Session, parcels: Iterable[records.Parcel], codes: _Codes) -> Ids:
    """All changes of all parcels in the order of time, each at its own moment."""
    ids: Ids = {}
    standing = Standing()
    told = sorted(((change.at, parcel.parcel_no, change, parcel) for parcel in parcels for change in parcel.changes), key=lambda each: each[:2])  # fmt: skip
    for at, parcel_no, change, parcel in told:
        moment = {"app_version_at": at.isoformat(), "app_actor_name": change.actor, "app_reason": change.reason}
        db.setting(session, **moment, app_document=str(codes.documents[change.document]))
        columns = codes.columns(change.fields)
        if parcel_no in ids:
            standing.follow(session, ids[parcel_no], parcel_no, change.fields)
            session.execute(update(Parcel).where(Parcel.id == ids[parcel_no]).values(columns))
        else:
            columns |= {"district_code": codes.district_code, "created_at": at, "updated_at": at}
            ids[parcel_no] = session.execute(insert(Parcel).values(columns).returning(Parcel.id)).scalar_one()
            standing.begin(session, ids[parcel_no], parcel_no, change)
        if "geometry" in change.fields:
            _boundary_points(session, ids[parcel_no], change.fields["geometry"], parcel.source_crs)
    db.setting(session, app_version_at="", app_actor_name=SERVICE.name, app_reason="", app_document="")
    return ids


def _boundary_points(session: Session, parcel_id: int, outline: MultiPolygon, source_crs: int) -> None:
    points = outlines.boundary_points(outline, source_crs)
    places = crs.transform(shapely.points([outlines.place(point) for point in points]), METRIC_SRID, STORAGE_SRID)
    session.execute(delete(BoundaryPoint).where(BoundaryPoint.parcel_id == parcel_id))
    rows = [
        {"parcel_id": parcel_id, **vars(point), "geom": from_shape(place, srid=STORAGE_SRID)}
        for point, place in zip(points, places, strict=True)
    ]
    session.execute(insert(BoundaryPoint), rows)


def _belongings(session: Session, parcels: Iterable[records.Parcel], ids: Ids, documents: Ids) -> None:
    """What a parcel has beside its row: other names, papers, somebody to call."""
    aliases, papers, contacts = [], [], []
    for parcel in parcels:
        parcel_id = ids[parcel.parcel_no]
        began = parcel.changes[0].at
        first = {change.document: change.at for change in reversed(parcel.changes)}
        aliases += [
            {"parcel_id": parcel_id, "kind": kind, "value": value, "since": began} for kind, value in parcel.aliases
        ]
        papers += [
            {"parcel_id": parcel_id, "document_id": documents[number], "since": first.get(number, began)}
            for number in parcel.documents
        ]
        if parcel.contact:
            person, phone = parcel.contact
            contacts.append({"parcel_id": parcel_id, "person": person, "phone": phone})
    for table, rows in ((ParcelAlias, aliases), (ParcelDocument, papers), (ParcelContact, contacts)):
        session.execute(insert(table), rows)


def _acts(session: Session, acts: Iterable[records.Act], codes: _Codes, parcels: Ids) -> None:
    """Splits and merges, with what each parcel was before and after; the land of one end is the smaller of both."""
    for act in acts:
        before = [_side(session, parcels[number], act, "before") for number in act.parents]
        after = [_side(session, parcels[number], act, "after") for number in act.children]
        balance = sum(s["area_computed_m2"] for s in after) - sum(s["area_computed_m2"] for s in before)
        paper = {"document_id": codes.documents[act.document], "happened_on": act.at.date()}
        event = ParcelEvent(district_code=codes.district_code, kind=act.kind, reason=act.reason, actor_name=act.actor, at=act.at, balance_m2=balance, **paper)  # fmt: skip
        session.add(event)
        session.flush()
        session.execute(insert(ParcelEventParcel), [{"event_id": event.id, **side} for side in (*before, *after)])
        links = [
            {"event_id": event.id, "parent_id": a["parcel_id"], "child_id": b["parcel_id"], "kind": act.kind,
             "area_m2": min(a["area_computed_m2"], b["area_computed_m2"]), **paper}
            for a in before for b in after
        ]  # fmt: skip
        session.execute(insert(ParcelLineage), links)


def _side(session: Session, parcel_id: int, act: records.Act, side: str) -> dict[str, Any]:
    """A parcel of an act as it was until then, or as the act made it."""
    v = ParcelVersion.c
    made = session.scalar(select(v.version_no).where(v.id == parcel_id, v.valid_from == act.at)) or 0
    version_no = made - 1 if side == "before" else made
    areas = select(v.area_computed_m2, v.area_registered_m2).where(v.id == parcel_id, v.version_no == version_no)
    row = session.execute(areas).mappings().one()
    return {"parcel_id": parcel_id, "side": side, "version_no": version_no, "row_version": made, **row}
