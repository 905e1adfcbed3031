"""Reads of disposal projects: their rows, what decides over their steps, what was removed, densities, waivers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.core import clock, db
from gis_service.disposal import quantities
from gis_service.disposal.manifests import queries as manifests
from gis_service.disposal.manifests.rules import DEFAULTS, UNDER_WAY
from gis_service.disposal.models import DensityObservation, Disposal, DisposalBody, ParcelWaiver
from gis_service.disposal.partners.models import CarrierPermit, DisposalCarrier, DisposalSite, DisposalSiteConsent
from gis_service.disposal.quantities import Density, Load, Observation, Removed
from gis_service.disposal.rules import AFTER, BEFORE, STOPS, Situation, Standing
from gis_service.geo.volumes.quantities import Weighed
from gis_service.procedures import queries as engine
from gis_service.procedures.models import Proceeding, ProceedingFile, ProceedingParcel


def one(session: Session, proceeding_id: int) -> Disposal:
    return session.get_one(Disposal, proceeding_id)


# --- densities --------------------------------------------------------------------------------------------------------


def densities(session: Session, but: int | None = None, on: date | None = None) -> dict[str, Density]:
    """t for each m³ of each class of waste: the default and what finished projects weighed, of the whole district.

    `but` leaves one project out, so that it is not measured by itself; `on`: as they were known at the end of a day.
    """
    asked = select(
        DensityObservation.waste_class, DensityObservation.net_t, DensityObservation.loose_m3, DensityObservation.in_place_m3
    )  # fmt: skip
    if but is not None:
        asked = asked.where(DensityObservation.proceeding_id != but)
    if on is not None:
        asked = asked.where(DensityObservation.observed_on <= on)
    with db.seeing_all(session):
        rows = session.execute(asked).all()
    return quantities.table(Observation(*row) for row in rows)


def factors(session: Session, but: int | None = None, on: date | None = None) -> dict[str, Decimal]:
    """t for each m³ in place, as they are used now, or were at the end of a day."""
    return {code: density.in_place for code, density in densities(session, but, on).items()}


def weighed(session: Session) -> dict[str, Weighed]:
    """Densities that finished projects weighed, for who estimates what still lies there."""
    found = {code: (each, each.n_in_place or each.n_loose) for code, each in densities(session).items()}
    return {code: Weighed(float(each.in_place), n) for code, (each, n) in found.items() if n}


# --- what decides -----------------------------------------------------------------------------------------------------


def situation(session: Session, proceeding: Proceeding) -> Situation:
    own = one(session, proceeding.id)
    loads = manifests.loads_of(session, [proceeding.id])[proceeding.id]
    statuses = manifests.by_status(session, proceeding.id)
    labels = _photo_labels(session, proceeding.id)
    log = engine.log_of(session, proceeding.id)
    audited = [entry.action for entry in log if entry.action in ("audit", "reopen", "accept")]
    return Situation(
        method=own.method,
        approved_m3=own.approved_m3,
        measured_m3=own.measured_m3,
        removed_m3=quantities.total(loads, factors(session, proceeding.id)).in_place_m3,
        loads=len(loads),
        under_way=sum(statuses[each] for each in UNDER_WAY),
        undecided=manifests.undecided(session, proceeding.id),
        carriers=len(carriers_of(session, proceeding.id)),
        sites=len(sites_of(session, proceeding.id)),
        base_is_clean=own.base_is_clean,
        photos_before=BEFORE in labels,
        photos_after=AFTER in labels,
        is_audited=bool(audited) and audited[-1] == "audit",
        stopped_at=own.stopped_at,
        stop=proceeding.state if proceeding.state in STOPS else None,
        hazard_settled=own.hazard_settled,
    )


def _photo_labels(session: Session, proceeding_id: int) -> set[str]:
    f = ProceedingFile
    asked = select(f.label).where(
        f.proceeding_id == proceeding_id, f.removed_at.is_(None), f.media_type.like("image/%")
    )
    found = set(session.scalars(asked))
    return {label for label in (BEFORE, AFTER) if any(each.startswith(label) for each in found)}


def carriers_of(session: Session, proceeding_id: int) -> list[CarrierPermit]:
    """Carriers that carry for a project, with a permit that holds today."""
    today = clock.today()
    asked = (
        select(CarrierPermit)
        .join(DisposalCarrier, DisposalCarrier.carrier_id == CarrierPermit.id)
        .where(
            DisposalCarrier.proceeding_id == proceeding_id, DisposalCarrier.ended_on.is_(None), CarrierPermit.is_active,
            CarrierPermit.valid_from <= today, CarrierPermit.valid_until >= today,
        )
        .order_by(CarrierPermit.carrier)
    )  # fmt: skip
    return list(session.scalars(asked))


def sites_of(session: Session, proceeding_id: int) -> list[DisposalSite]:
    """Sites that consented to a project and still do."""
    asked = (
        select(DisposalSite)
        .join(DisposalSiteConsent, DisposalSiteConsent.site_id == DisposalSite.id)
        .where(
            DisposalSiteConsent.proceeding_id == proceeding_id,
            DisposalSiteConsent.ended_on.is_(None),
            DisposalSite.is_active,
        )
        .order_by(DisposalSite.name)
    )
    return list(session.scalars(asked))


# --- the register -----------------------------------------------------------------------------------------------------


def standings(session: Session, parcel_id: int) -> dict[int, Standing]:
    """Where every project of a parcel stands, whoever may see them."""
    asked = (
        select(Proceeding.id, Proceeding.state, Disposal.stopped_at)
        .join(ProceedingParcel, ProceedingParcel.proceeding_id == Proceeding.id)
        .join(Disposal, Disposal.proceeding_id == Proceeding.id)
        .where(ProceedingParcel.parcel_id == parcel_id, Proceeding.noun == "disposal")
    )
    with db.seeing_all(session):
        return {id_: Standing(state, stopped) for id_, state, stopped in session.execute(asked)}


def bodies_of(session: Session, proceeding_id: int) -> list[int]:
    asked = select(DisposalBody.waste_body_id).where(DisposalBody.proceeding_id == proceeding_id)
    return list(session.scalars(asked.order_by(DisposalBody.waste_body_id)))


def open_project_of(session: Session, bodies: Iterable[int]) -> Proceeding | None:
    """The open project that clears one of these bodies."""
    asked = (
        select(Proceeding)
        .join(DisposalBody, DisposalBody.proceeding_id == Proceeding.id)
        .where(DisposalBody.waste_body_id.in_(list(bodies)), DisposalBody.is_open)
        .order_by(Proceeding.id)
        .limit(1)
    )
    with db.seeing_all(session):
        return session.scalar(asked)


# --- removed against estimated ----------------------------------------------------------------------------------------


def removed_out(removed: Removed) -> dict[str, Any]:
    """m³ with one decimal, tonnes with three."""
    return {
        "trucks": removed.trucks, "loose_m3": round(removed.loose_m3, 1), "net_t": round(removed.net_t, 3),
        "in_place_m3": round(removed.in_place_m3, 1), "unweighed": removed.unweighed,
    }  # fmt: skip


def balance(session: Session, own: Disposal, loads: Sequence[Load], t_per_m3: Mapping[str, Decimal]) -> dict[str, Any]:
    """What was removed, all together, by class and by day, against the estimate; with the factors it was made with."""
    whole = quantities.total(loads, t_per_m3)
    removed_m3 = round(whole.in_place_m3, 1)
    statuses = manifests.by_status(session, own.proceeding_id)
    return {
        "removed": removed_out(whole),
        "against_estimate": quantities.against(removed_m3, own.estimate_low_m3, own.estimate_best_m3, own.estimate_high_m3),
        "against_approved": quantities.against(removed_m3, None, own.approved_m3, None)["off_share"],
        "measured_m3": own.measured_m3,
        "by_class": [{"waste_class": key, **removed_out(each)} for key, each in quantities.grouped(loads, "waste_class", t_per_m3).items()],
        "by_day": [{"day": key, **removed_out(each)} for key, each in quantities.grouped(loads, "on", t_per_m3).items()],
        "factors": {
            "bulking": quantities.bulking(),
            "t_per_m3_in_place": {code: round(t_per_m3[code], 4) for code in sorted({own.waste_class, *(load.waste_class for load in loads)})},
        },
        "manifests": statuses,
        "undecided": manifests.undecided(session, own.proceeding_id),
        "overdue": manifests.late(session, own.proceeding_id, clock.now() - DEFAULTS.receive_within),
    }  # fmt: skip


# --- waivers ----------------------------------------------------------------------------------------------------------


def waivers(session: Session, parcel_ids: Iterable[int], *, all_of_them: bool = False) -> list[ParcelWaiver]:
    """Waivers of land, newest first; those that were revoked too, if asked."""
    asked = select(ParcelWaiver).where(ParcelWaiver.parcel_id.in_(list(parcel_ids)))
    if not all_of_them:
        asked = asked.where(ParcelWaiver.revoked_at.is_(None))
    return list(session.scalars(asked.order_by(ParcelWaiver.id.desc())))


def waived_for_handover(session: Session, parcel_ids: Iterable[int]) -> set[int]:
    """Parcels that may be handed over with their waste."""
    asked = select(ParcelWaiver.parcel_id).where(
        ParcelWaiver.parcel_id.in_(list(parcel_ids)), ParcelWaiver.for_handover, ParcelWaiver.revoked_at.is_(None)
    )
    return set(session.scalars(asked))
