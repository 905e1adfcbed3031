"""带病移交、供地: letting land go on with its waste, by name; and taking that back. Nothing here commits."""

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import clock
from gis_service.core.errors import NotFound
from gis_service.disposal.errors import NothingBuried, WaiverRevoked
from gis_service.disposal.models import ParcelWaiver
from gis_service.parcels.models import Parcel
from gis_service.procedures.errors import ReasonWanting

ACCEPTED = frozenset({"audited", "closed_out"})


def is_needed(parcel: Parcel) -> bool:
    """Whether waste is known on the land and its removal is not accepted."""
    return bool(parcel.waste_found) and parcel.disposal_status not in ACCEPTED


def give(
    session: Session, actor: Actor, parcel: Parcel, covers: str, reason: str, measures: str = "", proceeding_id: int | None = None
) -> ParcelWaiver:  # fmt: skip
    """Waive by name; raises `NothingBuried` where nothing stands in the way, `ReasonWanting`."""
    if not is_needed(parcel):
        raise NothingBuried(parcel_no=parcel.parcel_no)
    _require(reason, "批准带病移交、供地", "a waiver")
    made = ParcelWaiver(
        parcel_id=parcel.id, proceeding_id=proceeding_id, for_supply=covers in ("supply", "both"),
        for_handover=covers in ("handover", "both"), reason=reason.strip(), measures=measures.strip(), given_at=clock.now(),
        given_by=actor.id, given_by_name=actor.name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def revoke(session: Session, actor: Actor, waiver_id: int, reason: str) -> ParcelWaiver:
    """What was done under it meanwhile stays as it is."""
    found = session.get(ParcelWaiver, waiver_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(what="带病移交、供地批准", key=waiver_id)
    if found.revoked_at is not None:
        raise WaiverRevoked(
            who=found.revoked_by_name or "", day=found.revoked_at.astimezone(clock.BEIJING).date().isoformat()
        )
    _require(reason, "撤销批准", "revoking a waiver")
    found.revoked_at, found.revoked_by_name, found.revoked_reason = clock.now(), actor.name, reason.strip()
    session.flush()
    return found


def _require(reason: str, zh: str, en: str) -> None:
    if not reason.strip():
        raise ReasonWanting(action_zh=zh, action_en=en)
