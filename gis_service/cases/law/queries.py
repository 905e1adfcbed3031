"""Reads of law: what was in force, what a case rests on."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gis_service.cases.law.models import CaseBasis, LegalBasis
from gis_service.cases.law.rules import Force


def force_of(basis: LegalBasis) -> Force:
    return Force(basis.effective_from, basis.effective_to)


def in_force(
    session: Session, first: date, last: date | None = None, *, subject: str | None = None, kind: str | None = None,
    unconfirmed: bool = False,
) -> list[LegalBasis]:  # fmt: skip
    """Texts in force on a day, or on any day of an act from `first` to `last`; unconfirmed ones only when asked for."""
    b, end = LegalBasis, last or first
    asked = select(b).where(
        or_(b.effective_from.is_(None), b.effective_from <= end), or_(b.effective_to.is_(None), b.effective_to > first)
    )
    if not unconfirmed:
        asked = asked.where(b.confirmed)
    if subject:
        asked = asked.where(b.subject == subject)
    if kind:
        asked = asked.where(or_(func.cardinality(b.kinds) == 0, b.kinds.contains([kind])))
    return list(session.scalars(asked.order_by(b.subject, b.effective_from.nulls_first(), b.law, b.article)))


def of_case(session: Session, proceeding_id: int) -> list[CaseBasis]:
    """What a case rests on now."""
    asked = select(CaseBasis).where(CaseBasis.proceeding_id == proceeding_id, CaseBasis.removed_at.is_(None))
    return list(session.scalars(asked.order_by(CaseBasis.id)))


def named(session: Session, ids: Sequence[int]) -> list[LegalBasis]:
    return list(session.scalars(select(LegalBasis).where(LegalBasis.id.in_(ids)).order_by(LegalBasis.id)))
