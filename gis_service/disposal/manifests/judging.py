"""What a load is compared with, read from the register, the project and all other loads; and its flags, kept."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from geoalchemy2 import Geography
from geoalchemy2.shape import to_shape
from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.orm import Session

from gis_service.core import clock, db
from gis_service.core.clock import BEIJING
from gis_service.disposal.manifests import rules
from gis_service.disposal.manifests.models import Manifest, ManifestFlag
from gis_service.disposal.manifests.rules import Flag, Known, ManifestStatus, Trip, Truckload
from gis_service.disposal.models import Disposal
from gis_service.disposal.partners.models import (
    CarrierTruck,
    DisposalCarrier,
    DisposalSite,
    DisposalSiteConsent,
)
from gis_service.parcels.models import Parcel
from gis_service.procedures.models import Proceeding, ProceedingParcel

TWICE = frozenset({"ticket_twice", "no_twice"})
"""Flags of a load that may be another one written twice: it does not count before somebody decides."""


@dataclass
class Ground:
    """What all loads of a project are compared with, read once."""

    session: Session
    proceeding: Proceeding

    @cached_property
    def own(self) -> Disposal:
        return self.session.get_one(Disposal, self.proceeding.id)

    @cached_property
    def parcels(self) -> dict[int, str]:
        """Number of each parcel, by id."""
        return {id_: no for id_, no, _, _ in self._land}

    @cached_property
    def _land(self) -> list[Any]:
        inside = func.st_pointonsurface(Parcel.geom)
        asked = (
            select(Parcel.id, Parcel.parcel_no, func.st_x(inside), func.st_y(inside))
            .join(ProceedingParcel, ProceedingParcel.parcel_id == Parcel.id)
            .where(ProceedingParcel.proceeding_id == self.proceeding.id)
            .order_by(Parcel.id)
        )
        with db.seeing_all(self.session):
            return list(self.session.execute(asked).all())

    def origin(self, parcel_id: int | None) -> tuple[float, float] | None:
        """A place on the land a load comes from."""
        found = [(x, y) for id_, _, x, y in self._land if parcel_id in (None, id_)]
        return found[0] if found else None

    @cached_property
    def _consents(self) -> list[tuple[int, date, date | None]]:
        c = DisposalSiteConsent
        asked = select(c.site_id, c.consented_on, c.ended_on).where(c.proceeding_id == self.proceeding.id)
        return [(site, since, until) for site, since, until in self.session.execute(asked)]

    def consented(self, day: date) -> frozenset[int]:
        return frozenset(
            site for site, since, until in self._consents if since <= day and (until is None or day <= until)
        )

    @cached_property
    def sites(self) -> dict[int, DisposalSite]:
        return {site.id: site for site in self.session.scalars(select(DisposalSite))}

    @cached_property
    def trucks(self) -> dict[str, Decimal]:
        """Limit of each truck of the project's carriers, by plate."""
        asked = (
            select(CarrierTruck.plate, func.min(CarrierTruck.gross_limit_t))
            .join(DisposalCarrier, DisposalCarrier.carrier_id == CarrierTruck.carrier_id)
            .where(DisposalCarrier.proceeding_id == self.proceeding.id)
            .group_by(CarrierTruck.plate)
        )
        return dict(self.session.execute(asked).all())


def judge(session: Session, ground: Ground, manifest: Manifest) -> list[Flag]:
    """The flags of a manifest as it is now, written or not; says whether it counts and where it stands.

    Loads with the same ticket or number queue up here (advisory locks until the end of the transaction), so that of two written in
    the same moment the second sees the first.
    """
    with session.no_autoflush:
        _queue_up(session, manifest)
        found = rules.flags(_load(manifest), _known(session, ground, manifest))
        decided = _decided(session, manifest)
    open_errors = [flag for flag in found if flag.level == "error" and flag.code not in decided]
    manifest.counts = manifest.is_excused or not any(flag.code in TWICE for flag in open_errors)
    manifest.status = rules.standing(
        loaded_at=manifest.loaded_at,
        departed=manifest.departed,
        unloaded_at=manifest.unloaded_at,
        has_errors=bool(open_errors),
    )
    return found


def keep(session: Session, manifest: Manifest, found: list[Flag]) -> None:
    """Write the flags; one that no longer holds and nobody decided is lifted. What was decided stands as it was decided."""
    rows = {
        row.code: row for row in session.scalars(select(ManifestFlag).where(ManifestFlag.manifest_id == manifest.id))
    }
    holding = {flag.code: flag for flag in found}
    for code, row in rows.items():
        if row.verdict is None:
            flag = holding.get(code)
            row.lifted_at = None if flag else row.lifted_at or clock.now()
            row.zh, row.en, row.level = (flag.zh, flag.en, flag.level) if flag else (row.zh, row.en, row.level)
    session.add_all(
        ManifestFlag(manifest_id=manifest.id, code=flag.code, level=flag.level, zh=flag.zh, en=flag.en)
        for code, flag in holding.items()
        if code not in rows
    )
    session.flush()


def _decided(session: Session, manifest: Manifest) -> set[str]:
    asked = select(ManifestFlag.code).where(ManifestFlag.manifest_id == manifest.id, ManifestFlag.verdict.is_not(None))
    return set(session.scalars(asked))


def _queue_up(session: Session, manifest: Manifest) -> None:
    keys = [f"manifest_no:{manifest.district_code}:{manifest.manifest_no}"]
    if manifest.site_id is not None and manifest.ticket_no:
        keys.append(f"ticket:{manifest.site_id}:{manifest.ticket_no}")
    if manifest.loaded_at is not None and manifest.unloaded_at is not None:
        keys.append(f"truck:{manifest.plate}")
    for key in sorted(keys):  # everybody in the same order, so that two never wait for each other
        session.execute(text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


def _load(manifest: Manifest) -> Truckload:
    place = None if manifest.unload_place is None else to_shape(manifest.unload_place)
    return Truckload(
        key=str(manifest.id), manifest_no=manifest.manifest_no, waste_class=manifest.waste_class, plate=manifest.plate,
        loaded_at=manifest.loaded_at, unloaded_at=manifest.unloaded_at, loaded_net_t=manifest.loaded_net_t,
        gross_t=manifest.gross_t, tare_t=manifest.tare_t, net_t=manifest.net_t, site_id=manifest.site_id,
        unload_place=None if place is None else (place.x, place.y), ticket_no=manifest.ticket_no, national_no=manifest.national_no,
    )  # fmt: skip


def _known(session: Session, ground: Ground, manifest: Manifest) -> Known:
    now, own = clock.now(), ground.own
    day = _day(manifest.unloaded_at or manifest.loaded_at or now)
    site = ground.sites.get(manifest.site_id or 0)
    with db.seeing_all(session):
        return Known(
            now=now,
            waste_class=own.waste_class,
            classes=frozenset(own.other_classes or ()),
            removal_from=own.removal_from,
            removal_until=own.removal_until,
            consented=ground.consented(day),
            origin=ground.origin(manifest.parcel_id),
            site_place=None if site is None else _lonlat(site.place),
            inside_a_site=None if manifest.unload_place is None else _inside(session, ground, manifest, day),
            site_is_licensed=site is None or is_licensed(site, day),
            site_accepts=frozenset(site.accepts if site else ()),
            gross_limit_t=ground.trucks.get(manifest.plate),
            truck_is_known=manifest.plate in ground.trucks,
            same_ticket=_others(session, manifest, _same_ticket(manifest)),
            same_no=_others(session, manifest, _same_no(manifest)),
            trips=_trips(session, manifest),
        )


def _day(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()


def _lonlat(place: Any) -> tuple[float, float]:
    point = to_shape(place)
    return point.x, point.y


def is_licensed(site: DisposalSite, day: date) -> bool:
    """Whether the licence of a site holds on a day; a date that is not known does not end it."""
    return bool(
        site.licence_no
        and site.is_active
        and (site.licensed_from is None or site.licensed_from <= day)
        and (site.licensed_until is None or day <= site.licensed_until)
    )


def _inside(session: Session, ground: Ground, manifest: Manifest, day: date) -> bool:
    """Whether it was unloaded on the land of any site that was licensed then."""
    s, earth = DisposalSite, Geography(srid=4326)
    within = or_(
        and_(s.geom.is_not(None), func.st_covers(s.geom, manifest.unload_place)),
        and_(
            s.geom.is_(None),
            func.st_dwithin(
                func.st_setsrid(s.place, 4326).cast(earth),
                func.st_setsrid(manifest.unload_place, 4326).cast(earth),
                s.radius_m,
            ),
        ),
    )
    found = session.scalars(select(s.id).where(within))
    return any(is_licensed(ground.sites[id_], day) for id_ in found if id_ in ground.sites)


def _same_ticket(manifest: Manifest) -> Any:
    if manifest.site_id is None or not manifest.ticket_no:
        return None
    return and_(Manifest.site_id == manifest.site_id, Manifest.ticket_no == manifest.ticket_no)


def _same_no(manifest: Manifest) -> Any:
    return and_(Manifest.district_code == manifest.district_code, Manifest.manifest_no == manifest.manifest_no)


def _others(session: Session, manifest: Manifest, same: Any) -> tuple[str, ...]:
    """Other loads that count, of any project, as "number (project)"."""
    if same is None or manifest.is_excused:
        return ()
    asked = (
        select(Manifest.manifest_no, Proceeding.proceeding_no)
        .join(Proceeding, Proceeding.id == Manifest.proceeding_id)
        .where(same, Manifest.counts, Manifest.id != manifest.id)
        .order_by(Manifest.created_at)
        .limit(5)
    )
    return tuple(f"{no}({project})" for no, project in session.execute(asked))


def _trips(session: Session, manifest: Manifest) -> list[Trip]:
    """Other loads of the truck that were under way while this one was."""
    if manifest.loaded_at is None or manifest.unloaded_at is None:
        return []
    m = Manifest
    asked = select(m.manifest_no, m.loaded_at, m.unloaded_at).where(
        m.plate == manifest.plate, m.id != manifest.id, m.status != ManifestStatus.VOID, m.counts,
        m.loaded_at < manifest.unloaded_at, m.unloaded_at > manifest.loaded_at,
    )  # fmt: skip
    return [
        Trip(no, loaded, unloaded)
        for no, loaded, unloaded in session.execute(asked.order_by(m.loaded_at).limit(5))
        if loaded and unloaded
    ]
