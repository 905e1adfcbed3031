"""Reads of rectifications: one, what came before it on its parcel, the lines of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.access.models import Area, Unit
from gis_service.core import db
from gis_service.core.clock import BEIJING
from gis_service.parcels.models import Parcel
from gis_service.procedures import queries as engine
from gis_service.procedures.clocks import Stand, most_pressing
from gis_service.procedures.models import Proceeding, ProceedingFile, ProceedingPaper
from gis_service.rectification.models import Rectification
from gis_service.rectification.rules import PROCEDURE

MOST = 5_000
"""Lines of a list; more than a district has open at once."""


def one(session: Session, proceeding_id: int) -> Rectification:
    return session.get_one(Rectification, proceeding_id)


def before(session: Session, parcel_id: int, item_code: str, but: int) -> list[tuple[date, date | None]]:
    """Days on which the same was found on the parcel, and struck off; over all land, since it is the land that counts."""
    closed_on = func.timezone("Asia/Shanghai", Proceeding.closed_at).label("closed_on")
    with db.seeing_all(session):
        rows = session.execute(
            select(Rectification.found_on, closed_on)
            .join(Proceeding, Proceeding.id == Rectification.proceeding_id)
            .where(
                Rectification.parcel_id == parcel_id,
                Rectification.item_code == item_code,
                Rectification.proceeding_id != but,
                Proceeding.state != "withdrawn",
            )
        ).all()
    return [(found, closed.date() if closed else None) for found, closed in rows]


def photos(session: Session, proceeding_id: int, label: str, since: datetime | None = None) -> list[ProceedingFile]:
    """Photos under a label, later than a moment."""
    files = engine.files_of(session, proceeding_id)
    return [
        file
        for file in files
        if file.label.startswith(label) and (since is None or file.added_at > since) and file.media_type.startswith("image/")
    ]  # fmt: skip


def number_of_notice(session: Session, proceeding_id: int) -> str | None:
    """The number of the notice that stands."""
    asked = select(ProceedingPaper.doc_no).where(
        ProceedingPaper.proceeding_id == proceeding_id,
        ProceedingPaper.kind == "rectification_notice",
        ProceedingPaper.withdrawn_at.is_(None),
    )
    return session.scalar(asked.order_by(ProceedingPaper.id.desc()).limit(1))


@dataclass(frozen=True)
class Wanted:
    """Which rectifications a list holds: of an area, a unit in charge, a campaign; open ones only, or all."""

    area_id: int | None = None
    unit_id: int | None = None
    campaign: str = ""
    only_open: bool = True


def listed(session: Session, wanted: Wanted, now: datetime) -> list[dict[str, Any]]:
    """The lines of a list: what is wrong where, who answers until when, how it stands; the longest ago first."""
    asked = (
        select(Rectification, Proceeding, Parcel.parcel_no, Parcel.parcel_name, Area.name, Unit.name)
        .join(Proceeding, Proceeding.id == Rectification.proceeding_id)
        .outerjoin(Parcel, Parcel.id == Rectification.parcel_id)
        .outerjoin(Area, Area.id == Proceeding.area_id)
        .outerjoin(Unit, Unit.id == Proceeding.counterpart_unit_id)
        .order_by(Rectification.found_on, Rectification.proceeding_id)
        .limit(MOST)
    )
    if wanted.area_id is not None:
        asked = asked.where(Proceeding.area_id == wanted.area_id)
    if wanted.unit_id is not None:
        asked = asked.where(Proceeding.counterpart_unit_id == wanted.unit_id)
    if wanted.campaign:
        asked = asked.where(Rectification.campaign == wanted.campaign)
    if wanted.only_open:
        asked = asked.where(~Proceeding.is_closed)
    return _lines(session, session.execute(asked).all(), now)


def _lines(session: Session, found: Sequence[Any], now: datetime) -> list[dict[str, Any]]:
    clocks = engine.clocks_of(session, PROCEDURE, [row[1] for row in found], now)
    conducting = engine.names_of_units(session, [row[1].unit_id for row in found])
    lines = []
    for own, proceeding, parcel_no, parcel_name, area, unit in found:
        late = most_pressing([each for each in clocks[proceeding.id] if each.stand is Stand.LATE])
        closed = proceeding.closed_at
        lines.append(
            {
                "no": proceeding.proceeding_no, "parcel_no": parcel_no, "parcel_name": parcel_name, "area": area,
                "place": proceeding.place_text, "item": own.item_code, "severity": own.severity, "source": own.source,
                "description": own.description, "demand": own.demand, "found_on": own.found_on, "recurred": own.recurred,
                "unit": unit, "conducting": conducting.get(proceeding.unit_id or 0), "correct_by": own.correct_by,
                "state": proceeding.state, "campaign": own.campaign, "late": late.clock.code if late else None,
                "closed_on": closed.astimezone(BEIJING).date() if closed else None,
            }
        )  # fmt: skip
    return lines


def campaigns(session: Session) -> list[str]:
    """Names of the campaigns in sight."""
    asked = select(Rectification.campaign).where(Rectification.campaign.is_not(None)).distinct()
    return list(session.scalars(asked.order_by(Rectification.campaign)))
