"""Where every proceeding stood at a moment: its log up to then, played again; nothing of what came later is known."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.models import User
from gis_service.cases.rules import DUMPING_CASE
from gis_service.claims.rules import PROCEDURE as CLAIM
from gis_service.core.clock import BEIJING
from gis_service.disposal.rules import PROCEDURE as DISPOSAL
from gis_service.handover.rules import HANDOVER
from gis_service.meetings.models import ActionItem
from gis_service.meetings.rules import ACTION_ITEM, MEETING
from gis_service.procedures import queries as engine
from gis_service.procedures.clocks import Reading, Stand, most_pressing, readings
from gis_service.procedures.models import Proceeding, ProceedingParcel, ProceedingStep
from gis_service.procedures.rules import Procedure, State
from gis_service.rectification.rules import PROCEDURE as RECTIFICATION
from gis_service.surveys.procedure import SURVEY

PROCEDURES: dict[str, Procedure] = {
    each.noun: each for each in (RECTIFICATION, DUMPING_CASE, DISPOSAL, HANDOVER, SURVEY, CLAIM, ACTION_ITEM, MEETING)
}
WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Standing:
    """A proceeding as it stood."""

    proceeding: Proceeding
    procedure: Procedure
    log: tuple[ProceedingStep, ...]
    clocks: tuple[Reading, ...]
    parcels: tuple[int, ...]
    unit: str | None
    """Who must act: the unit it is put to, else the one that conducts it."""
    person: str | None

    @property
    def noun(self) -> str:
        return self.procedure.noun

    @property
    def no(self) -> str:
        return self.proceeding.proceeding_no

    @cached_property
    def state(self) -> State:
        return self.procedure.by_code[self.log[-1].after]

    @property
    def is_open(self) -> bool:
        return not self.state.final

    @property
    def counts(self) -> bool:
        """It was not taken back."""
        return self.state.code != WITHDRAWN

    @cached_property
    def pressing(self) -> Reading | None:
        """The open clock that ends first."""
        return most_pressing(self.clocks) if self.is_open else None

    @property
    def late(self) -> Reading | None:
        """The clock that ran out the longest ago."""
        return most_pressing([each for each in self.clocks if each.stand is Stand.LATE]) if self.is_open else None

    @property
    def opened_on(self) -> date:
        return self.log[0].happened_on

    @property
    def ended_on(self) -> date | None:
        return self.log[-1].happened_on if self.state.final else None

    def days_late(self, at: datetime) -> int:
        return (at.astimezone(BEIJING).date() - self.late.due_on).days if self.late else 0


def standings(session: Session, at: datetime) -> list[Standing]:
    """Every proceeding in sight that had begun, by its number."""
    found = list(session.scalars(select(Proceeding).where(Proceeding.noun.in_(PROCEDURES), Proceeding.opened_at <= at)))
    ids = [each.id for each in found]
    logs, parcels, calendar = _logs(session, ids, at), _parcels(session, ids), engine.workdays(session)
    units = engine.names_of_units(session, [id_ for each in found for id_ in (each.unit_id, each.counterpart_unit_id)])
    people = _people(session, found)
    made = [
        Standing(
            each, PROCEDURES[each.noun], logs[each.id], tuple(readings(PROCEDURES[each.noun], logs[each.id], calendar, at)),
            parcels[each.id], units.get(each.counterpart_unit_id or 0) or units.get(each.unit_id or 0), people.get(each.id),
        )
        for each in found
        if each.id in logs
    ]  # fmt: skip
    return sorted(made, key=lambda each: each.no)


def _logs(session: Session, ids: Sequence[int], at: datetime) -> dict[int, tuple[ProceedingStep, ...]]:
    asked = select(ProceedingStep).where(ProceedingStep.proceeding_id.in_(ids), ProceedingStep.at <= at)
    found: dict[int, list[ProceedingStep]] = defaultdict(list)
    for entry in session.scalars(asked.order_by(ProceedingStep.proceeding_id, ProceedingStep.seq)):
        found[entry.proceeding_id].append(entry)
    return {id_: tuple(log) for id_, log in found.items()}


def _parcels(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    asked = select(ProceedingParcel).where(ProceedingParcel.proceeding_id.in_(ids))
    found: dict[int, tuple[int, ...]] = defaultdict(tuple)
    for each in session.scalars(asked.order_by(ProceedingParcel.proceeding_id, ProceedingParcel.parcel_id)):
        found[each.proceeding_id] += (each.parcel_id,)
    return found


def _people(session: Session, found: Sequence[Proceeding]) -> dict[int, str]:
    """责任人: whom the meeting named, else the officer in charge."""
    officers = {each.officer_id for each in found if each.officer_id is not None}
    names = dict(session.execute(select(User.id, User.display_name).where(User.id.in_(officers))).all())
    people = {each.id: names[each.officer_id] for each in found if each.officer_id in names}
    asked = select(ActionItem.proceeding_id, ActionItem.responsible).where(ActionItem.responsible.is_not(None))
    return people | {id_: person for id_, person in session.execute(asked) if person}
