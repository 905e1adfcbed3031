"""What a noun adds to the engine: what blocks its steps, what follows from them, what its papers and pages tell beside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.procedures.models import Proceeding, ProceedingStep
from gis_service.procedures.rules import Blocker, Procedure, Step


@dataclass(frozen=True)
class Signing:
    """Signing for a side; `drawn` on the screen, or by the account alone."""

    side: str
    drawn: bool


Act = Step | Signing

NO_MORE: Mapping[str, Any] = {}


def no_blockers(_session: Session, _proceeding: Proceeding, _step: Step) -> list[Blocker]:
    return []


def nothing_follows(_session: Session, _actor: Actor, _proceeding: Proceeding, _entry: ProceedingStep) -> None:
    return None


def nothing_more(_session: Session, _proceeding: Proceeding) -> Mapping[str, Any]:
    return NO_MORE


def nobody_kept_off(_session: Session, _actor: Actor, _proceeding: Proceeding, _act: Act) -> tuple[str, str] | None:
    return None


@dataclass(frozen=True)
class Conduct:
    """One procedure and its noun's own rules. All of it runs in the transaction of the act."""

    procedure: Procedure
    blockers: Callable[[Session, Proceeding, Step], list[Blocker]] = no_blockers
    """What stands in the way of a step just now."""
    follows: Callable[[Session, Actor, Proceeding, ProceedingStep], None] = nothing_follows
    """What becomes of other things by a step that was taken: a custodian, a status of the parcel."""
    details: Callable[[Session, Proceeding], Mapping[str, Any]] = nothing_more
    """The noun's own part of what a page is told."""
    paper_facts: Callable[[Session, Proceeding], Mapping[str, Any]] = nothing_more
    """The noun's own part of what its papers are told, by the groups of `papers/facts.py`."""
    keeps_off: Callable[[Session, Actor, Proceeding, Act], tuple[str, str] | None] = nobody_kept_off
    """Why this person may not do it here though their role may, in both languages: the giving unit does not answer for the
    receiving one."""
    from_counterpart: tuple[str, ...] = ()
    """Kinds of paper that the other unit writes to the one that conducts it: a reply."""
    opens_directly: bool = True
    """Whether `POST /{plural}` opens one; a handover is opened by its batch."""
