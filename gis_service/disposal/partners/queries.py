"""Reads of sites and carriers, and of those of a project."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.core import clock
from gis_service.disposal.partners.models import (
    CarrierPermit,
    CarrierTruck,
    DisposalCarrier,
    DisposalSite,
    DisposalSiteConsent,
)


def sites_out(session: Session) -> list[dict[str, Any]]:
    asked = select(DisposalSite, func.st_x(DisposalSite.place), func.st_y(DisposalSite.place)).order_by(
        DisposalSite.name
    )
    return [site_out(site, (x, y)) for site, x, y in session.execute(asked)]


def site_out(site: DisposalSite, place: tuple[float, float]) -> dict[str, Any]:
    return {
        "id": site.id, "name": site.name, "kind": site.kind, "address": site.address, "licence_no": site.licence_no,
        "licensed_from": site.licensed_from, "licensed_until": site.licensed_until, "accepts": site.accepts,
        "place": [round(each, 7) for each in place], "radius_m": site.radius_m, "has_outline": site.geom is not None,
        "is_active": site.is_active,
    }  # fmt: skip


def place_of(session: Session, site_id: int) -> tuple[float, float]:
    x, y = session.execute(
        select(func.st_x(DisposalSite.place), func.st_y(DisposalSite.place)).where(DisposalSite.id == site_id)
    ).one()
    return x, y


def carriers(session: Session) -> list[dict[str, Any]]:
    found = list(session.scalars(select(CarrierPermit).order_by(CarrierPermit.carrier, CarrierPermit.id)))
    trucks = trucks_of(session, [each.id for each in found])
    return [carrier_out(each, trucks[each.id]) for each in found]


def trucks_of(session: Session, carrier_ids: Iterable[int]) -> dict[int, list[CarrierTruck]]:
    found: dict[int, list[CarrierTruck]] = defaultdict(list)
    asked = select(CarrierTruck).where(CarrierTruck.carrier_id.in_(list(carrier_ids))).order_by(CarrierTruck.plate)
    for truck in session.scalars(asked):
        found[truck.carrier_id].append(truck)
    return found


def carrier_out(carrier: CarrierPermit, trucks: list[CarrierTruck]) -> dict[str, Any]:
    today = clock.today()
    return {
        "id": carrier.id, "carrier": carrier.carrier, "permit_no": carrier.permit_no, "valid_from": carrier.valid_from,
        "valid_until": carrier.valid_until, "is_active": carrier.is_active,
        "is_valid": carrier.is_active and carrier.valid_from <= today <= carrier.valid_until,
        "trucks": [{"plate": truck.plate, "gross_limit_t": truck.gross_limit_t} for truck in trucks],
    }  # fmt: skip


def carriers_out(session: Session, proceeding_id: int) -> list[dict[str, Any]]:
    """The carriers of a project, those that left it too."""
    asked = (
        select(CarrierPermit, DisposalCarrier)
        .join(DisposalCarrier, DisposalCarrier.carrier_id == CarrierPermit.id)
        .where(DisposalCarrier.proceeding_id == proceeding_id)
        .order_by(CarrierPermit.carrier)
    )
    rows = session.execute(asked).all()
    trucks = trucks_of(session, [carrier.id for carrier, _ in rows])
    return [
        {**carrier_out(carrier, trucks[carrier.id]), "added_on": own.added_on, "ended_on": own.ended_on}
        for carrier, own in rows
    ]


def consents_out(session: Session, proceeding_id: int) -> list[dict[str, Any]]:
    """The sites that consented to a project, those that took it back too."""
    s = DisposalSite
    asked = (
        select(s, DisposalSiteConsent, func.st_x(s.place), func.st_y(s.place))
        .join(DisposalSiteConsent, DisposalSiteConsent.site_id == s.id)
        .where(DisposalSiteConsent.proceeding_id == proceeding_id)
        .order_by(s.name)
    )
    return [
        {
            **site_out(site, (x, y)), "consented_on": own.consented_on, "doc_no": own.doc_no, "ended_on": own.ended_on,
        }
        for site, own, x, y in session.execute(asked)
    ]  # fmt: skip
