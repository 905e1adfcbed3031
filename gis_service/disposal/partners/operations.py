"""Verbs of sites and carriers: enter them, change them, let them work for a project. Nothing here commits."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from geoalchemy2.shape import from_shape
from shapely.geometry import Point
from sqlalchemy import delete
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.cases.parties.rules import plate as plate_of
from gis_service.core import clock
from gis_service.core.errors import NotFound
from gis_service.core.srid import STORAGE_SRID
from gis_service.disposal.errors import PlateUnreadable, SiteUnknown
from gis_service.disposal.partners.models import (
    CarrierPermit,
    CarrierTruck,
    DisposalCarrier,
    DisposalSite,
    DisposalSiteConsent,
)
from gis_service.disposal.schemas import CarrierChange, CarrierIn, SiteChange, SiteIn, TruckIn
from gis_service.parcels.operations import outline_from


def enter_site(session: Session, actor: Actor, district: str, said: SiteIn) -> DisposalSite:
    outline = None if said.geometry is None else from_shape(outline_from(said.geometry), srid=STORAGE_SRID)
    facts: dict[str, Any] = said.model_dump(exclude={"place", "geometry"}, mode="python")
    made = DisposalSite(
        **{**facts, "kind": said.kind.value, "accepts": [each.value for each in said.accepts]}, district_code=district,
        place=from_shape(Point(said.place), srid=STORAGE_SRID), geom=outline, created_by_name=actor.name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def change_site(session: Session, site_id: int, said: SiteChange) -> DisposalSite:
    found = session.get(DisposalSite, site_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(what="消纳场所", key=site_id)
    for name, value in said.model_dump(exclude_unset=True).items():
        setattr(found, name, [each.value for each in value] if name == "accepts" else value)
    session.flush()
    session.refresh(found)
    return found


def enter_carrier(session: Session, actor: Actor, district: str, said: CarrierIn) -> CarrierPermit:
    facts = said.model_dump(exclude={"trucks"})
    made = CarrierPermit(**facts, district_code=district, created_by_name=actor.name)
    session.add(made)
    session.flush()
    _trucks(session, made.id, said.trucks)
    return made


def change_carrier(session: Session, carrier_id: int, said: CarrierChange) -> CarrierPermit:
    found = session.get(CarrierPermit, carrier_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(what="运输企业", key=carrier_id)
    told = said.model_fields_set
    if "valid_until" in told and said.valid_until is not None:
        found.valid_until = said.valid_until
    if "is_active" in told:
        found.is_active = said.is_active
    session.flush()
    if "trucks" in told:
        session.execute(delete(CarrierTruck).where(CarrierTruck.carrier_id == carrier_id))
        _trucks(session, carrier_id, said.trucks)
    return found


def _trucks(session: Session, carrier_id: int, said: Sequence[TruckIn]) -> None:
    limits = {read_plate(truck.plate): truck.gross_limit_t for truck in said}
    session.add_all(
        CarrierTruck(carrier_id=carrier_id, plate=plate, gross_limit_t=limit) for plate, limit in limits.items()
    )
    session.flush()


def read_plate(text: str) -> str:
    """A plate in one way of writing; raises `PlateUnreadable`."""
    found = plate_of(text)
    if found is None:
        raise PlateUnreadable(plate=text[:20])
    return found


def consent(
    session: Session, actor: Actor, proceeding_id: int, site_id: int, on: date, doc_no: str
) -> DisposalSiteConsent:
    """A site consents to receive a project's waste; one that had taken it back consents anew."""
    if session.get(DisposalSite, site_id) is None:
        raise SiteUnknown(what="消纳场所", what_en="site", key=site_id)
    found = session.get(DisposalSiteConsent, (proceeding_id, site_id))
    if found is None:
        found = DisposalSiteConsent(proceeding_id=proceeding_id, site_id=site_id, consented_on=on)
        session.add(found)
    found.consented_on, found.doc_no, found.ended_on, found.added_by_name = on, doc_no, None, actor.name
    session.flush()
    return found


def carry(session: Session, actor: Actor, proceeding_id: int, carrier_id: int) -> DisposalCarrier:
    """A carrier carries for a project."""
    if session.get(CarrierPermit, carrier_id) is None:
        raise SiteUnknown(what="运输企业", what_en="carrier", key=carrier_id)
    found = session.get(DisposalCarrier, (proceeding_id, carrier_id))
    if found is None:
        found = DisposalCarrier(proceeding_id=proceeding_id, carrier_id=carrier_id, added_on=clock.today())
        session.add(found)
    found.ended_on, found.added_by_name = None, actor.name
    session.flush()
    return found


def leave(
    session: Session, kind: type[DisposalSiteConsent] | type[DisposalCarrier], proceeding_id: int, key: int
) -> None:
    """A site takes its consent back, or a carrier leaves the project: from today on."""
    found: Any = session.get(kind, (proceeding_id, key), with_for_update=True)
    if found is None:
        raise NotFound(what="接收同意或运输企业", key=key)
    found.ended_on = clock.today()
    session.flush()
