"""Verbs on programmes: make, change while it is a draft, freeze, close, open the surveys that are wanting. Nothing here commits."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import clock
from gis_service.core.errors import Stale
from gis_service.procedures.models import Proceeding
from gis_service.procedures.operations import Opening, open_proceeding
from gis_service.surveys.conduct import SURVEYS
from gis_service.surveys.errors import EmptyRule, NothingToSurvey, ProgrammeFrozen
from gis_service.surveys.programmes import queries
from gis_service.surveys.programmes.models import SurveyProgramme, SurveyTarget
from gis_service.surveys.programmes.rules import ProgrammeState, Rule, Stand


def make(
    session: Session, actor: Actor, district_code: str, *, title: str, rule: Rule, due_on: date | None, note: str
) -> SurveyProgramme:
    """A draft, whose rule may still be changed."""
    require_condition(rule)
    made = SurveyProgramme(
        district_code=district_code, title=title.strip(), rule=rule.kept(), due_on=due_on, note=note.strip(), made_by_name=actor.name
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def require_condition(rule: Rule) -> None:
    if not rule.undeveloped and rule.supply_year_to is None:
        raise EmptyRule()


def change(session: Session, programme: SurveyProgramme, seen: int, facts: Mapping[str, Any]) -> None:
    """Change a draft; raises `ProgrammeFrozen` afterwards."""
    _require_draft(programme)
    _require_seen(programme, seen)
    for name, value in facts.items():
        if name == "rule":
            require_condition(value)
            value = value.kept()  # noqa: PLW2901  (as it is stored)
        setattr(programme, name, value)
    programme.row_version += 1
    session.flush()


def freeze(session: Session, actor: Actor, programme: SurveyProgramme, seen: int, on: date | None) -> int:
    """Fix the targets as the register had them at the end of a day; returns how many. Raises `NothingToSurvey`."""
    _require_draft(programme)
    _require_seen(programme, seen)
    day = on or clock.today()
    found = queries.meant_by(
        session, Rule.of(programme.rule), programme.district_code, None if day == clock.today() else day
    )
    if not found:
        raise NothingToSurvey()
    session.add_all(
        SurveyTarget(
            programme_id=programme.id, parcel_id=row["id"], parcel_no=row["parcel_no"], area_m2=row["area_computed_m2"], because=because
        )
        for row, because in found
    )  # fmt: skip
    programme.state, programme.frozen_on, programme.frozen_by_name = ProgrammeState.FROZEN, day, actor.name
    programme.row_version += 1
    session.flush()
    return len(found)


def close(session: Session, programme: SurveyProgramme, seen: int) -> None:
    _require_seen(programme, seen)
    programme.state = ProgrammeState.CLOSED
    programme.row_version += 1
    session.flush()


def open_wanting(session: Session, actor: Actor, programme: SurveyProgramme) -> list[Proceeding]:
    """A survey for every target that is not done and has none under way; returns those opened."""
    found = queries.targets(session, programme.id)
    there = queries.parcels_still_there(session, [each["parcel_id"] for each in found])
    wanting = [each for each in found if each["parcel_id"] in there and each["stand"] == Stand.WANTING]
    return [
        open_proceeding(
            session, SURVEYS, actor, programme.district_code,
            Opening(f"{each['parcel_no']} 地下固废摸排", {"purpose": programme.title}, parcel_ids=[each["parcel_id"]]),
        )
        for each in wanting
    ]  # fmt: skip


def _require_draft(programme: SurveyProgramme) -> None:
    if programme.state != ProgrammeState.DRAFT:
        raise ProgrammeFrozen(title=programme.title, on=programme.frozen_on)


def _require_seen(programme: SurveyProgramme, seen: int) -> None:
    if programme.row_version != seen:
        raise Stale(what="摸排方案", key=programme.title)
