"""Parcels as features: every parcel layer writes the parcel's own facts, whichever status it is coloured by."""

from collections.abc import Sequence
from typing import Any

from gis_service.access.edge import Work
from gis_service.editing.features import validated
from gis_service.editing.nouns import RECEIVED, Facts, Geometry, Noun
from gis_service.parcels import operations
from gis_service.parcels.lineage import operations as lineage
from gis_service.parcels.lineage.operations import Act
from gis_service.parcels.models import Parcel
from gis_service.parcels.operations import Why
from gis_service.parcels.schemas import Facts as Writable
from gis_service.parcels.schemas import ParcelChange, ParcelIn

COLUMNS = {"use_statuses": "use_status"}
"""The layer shows all uses, and the first of them apart for its colours."""


def _columns(facts: Facts) -> Facts:
    """Forms of GIS clients that know no arrays send the uses as one text with commas."""
    uses = facts.get("use_statuses")
    return facts | {"use_statuses": uses.split(",")} if isinstance(uses, str) else facts


def _create(work: Work, facts: Facts, geometry: Geometry, why: Why) -> int:
    body = validated(ParcelIn, _columns(facts), COLUMNS)
    district = work.request.app.state.settings.district_code
    parcel = operations.create(work.session, district_code=district, facts=body.facts(), geometry=geometry, why=why)
    work.note("parcel.create", parcel.parcel_no, door="ogc", by_token=work.actor.by_token)
    return parcel.id


def _change(work: Work, parcel_id: int, seen: int, facts: Facts, geometry: Geometry | None, why: Why) -> None:
    body = validated(ParcelChange, _columns(facts), COLUMNS)
    parcel = operations.change(work.session, parcel_id, seen=seen, facts=body.facts(), geometry=geometry, why=why)
    what = sorted([*body.facts(), *(["geometry"] if geometry else [])])
    work.note("parcel.edit", parcel.parcel_no, door="ogc", by_token=work.actor.by_token, changed=what)


def _withdraw(work: Work, parcel_id: int, seen: int, why: Why) -> None:
    """出库: the parcel is struck off the register; its number and versions stay."""
    act = Act(work.actor, work.request.app.state.settings.district_code, why)
    event = lineage.retire(work.session, act, {parcel_id: seen})
    number = work.session.get_one(Parcel, parcel_id).parcel_no
    work.note("parcel.retire", number, door="ogc", by_token=work.actor.by_token, event=event.id)


def _always(names: Sequence[str]) -> frozenset[str]:
    columns: Any = Parcel.__table__.c
    return frozenset(name for name in names if not columns[COLUMNS.get(name, name)].nullable)


_WRITABLE = sorted({*Writable.model_fields, *COLUMNS} - set(COLUMNS.values()))

PARCELS = Noun(
    layers=("parcel-supply", "parcel-use", "parcel-fence", "parcel-survey", "parcel-disposal", "parcel-handover"),
    permissions={"POST": "parcel.create", "PUT": "parcel.edit", "PATCH": "parcel.edit", "DELETE": "parcel.retire"},
    writable=frozenset(_WRITABLE),
    always=_always(_WRITABLE),
    once=frozenset({"parcel_no"}),
    required=("parcel_no", "geometry"),
    received=RECEIVED,
    create=_create,
    change=_change,
    withdraw=_withdraw,
)
