"""What a survey that found waste leads to: a proposed disposal project for its bodies, in the transaction of its approval."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import db
from gis_service.disposal import queries
from gis_service.disposal.conduct import CONDUCT
from gis_service.parcels.models import Parcel
from gis_service.procedures import operations
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.models import Proceeding, ProceedingParcel, ProceedingStep
from gis_service.procedures.operations import Opening
from gis_service.surveys.bodies.models import WasteBody, WasteBodyParcel
from gis_service.surveys.rules import WasteClass

APPROVED, RESULT, POSITIVE = "approve", "survey_result", "positive"


@dataclass(frozen=True)
class Quantities:
    """m³ in place, of all bodies together; None where not every body was estimated."""

    low_m3: Decimal | None = None
    best_m3: Decimal | None = None
    high_m3: Decimal | None = None

    def facts(self) -> dict[str, str]:
        told = {"low": self.low_m3, "best": self.best_m3, "high": self.high_m3}
        return {f"estimate_{name}_m3": format(value, "f") for name, value in told.items() if value is not None}


def propose(
    session: Session, actor: Actor, district: str, parcel_ids: Sequence[int], waste_bodies: Sequence[int], quantities: Quantities,
    survey_no: str, *, survey: Proceeding | None = None, classes: Sequence[str] = (),
) -> Proceeding:  # fmt: skip
    """The open project of these bodies, or a new one in `proposed`; the scope of the survey's own step does not bind it.

    Where no body was drawn, the open project that was proposed for the same survey is meant.
    """
    known = queries.open_project_of(session, waste_bodies) if waste_bodies else _of_survey(session, survey_no)
    if known is not None:
        return known
    first, *others = list(dict.fromkeys(classes)) or [WasteClass.UNKNOWN.value]
    facts: dict[str, Any] = {"waste_class": first, "survey_no": survey_no, **quantities.facts()}
    if waste_bodies:
        facts["waste_bodies"] = ",".join(map(str, waste_bodies))
    if others:
        facts["other_classes"] = others
    opening = Opening(
        title=_title(session, parcel_ids), facts=facts, parcel_ids=parcel_ids, reason=f"摸排 {survey_no} 查明地下固废",
        area_id=survey.area_id if survey else None, unit_id=survey.unit_id if survey else None, parent_id=survey.id if survey else None,
    )  # fmt: skip
    with db.seeing_all(session):
        return operations.open_proceeding(session, CONDUCT, actor, district, opening)


def _of_survey(session: Session, survey_no: str) -> Proceeding | None:
    asked = select(Proceeding).where(
        Proceeding.noun == CONDUCT.procedure.noun,
        ~Proceeding.is_closed,
        Proceeding.facts["survey_no"].as_string() == survey_no,
    )
    with db.seeing_all(session):
        return session.scalar(asked.order_by(Proceeding.id).limit(1))


def _title(session: Session, parcel_ids: Sequence[int]) -> str:
    with db.seeing_all(session):
        rows = session.execute(
            select(Parcel.parcel_no, Parcel.parcel_name)
            .where(Parcel.id.in_(list(parcel_ids)))
            .order_by(Parcel.parcel_no)
        ).all()
    named = [name or no for no, name in rows]
    return f"{'、'.join(named[:3])}{'等' if len(named) > 3 else ''}地下固废处置"


def with_proposals(conduct: Conduct) -> Conduct:
    """The conduct of surveys, after whose approval of a positive result a project is proposed."""
    inner = conduct.follows

    def follows(session: Session, actor: Actor, proceeding: Proceeding, entry: ProceedingStep) -> None:
        inner(session, actor, proceeding, entry)
        if entry.action == APPROVED and {**proceeding.facts, **entry.facts}.get(RESULT) == POSITIVE:
            _propose_for(session, actor, proceeding)

    return replace(conduct, follows=follows)


def _propose_for(session: Session, actor: Actor, survey: Proceeding) -> Proceeding:
    """From the bodies of a survey and the land they lie in; the survey's own land where none was drawn."""
    with db.seeing_all(session):
        bodies = list(session.scalars(select(WasteBody).where(WasteBody.survey_id == survey.id).order_by(WasteBody.id)))
        ids = [body.id for body in bodies]
        link, own = WasteBodyParcel, ProceedingParcel
        land = list(
            session.scalars(
                select(link.parcel_id).where(link.waste_body_id.in_(ids)).distinct().order_by(link.parcel_id)
            )
        )
        land = land or list(session.scalars(select(own.parcel_id).where(own.proceeding_id == survey.id)))
    largest_first = sorted(bodies, key=lambda body: -(body.volume_best_m3 or 0))
    quantities = Quantities(
        *(_sum([getattr(body, f"volume_{name}_m3") for body in bodies]) for name in ("low", "best", "high"))
    )
    return propose(
        session, actor, survey.district_code, land, ids, quantities, survey.proceeding_no, survey=survey,
        classes=[body.waste_class for body in largest_first],
    )  # fmt: skip


def _sum(volumes: Sequence[Decimal | None]) -> Decimal | None:
    """All of them together; None where one is unknown."""
    known = [each for each in volumes if each is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(volumes) else None
