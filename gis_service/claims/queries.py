"""Reads of claims."""

from decimal import Decimal

from sqlalchemy.orm import Session

from gis_service.claims.models import DamageClaim
from gis_service.procedures import queries as engine


def one(session: Session, proceeding_id: int) -> DamageClaim:
    return session.get_one(DamageClaim, proceeding_id)


def amounts(session: Session, proceeding_id: int) -> list[tuple[str, str, Decimal]]:
    """Head, stage and yuan of everything that stands."""
    return [(item.head, item.stage, item.amount_yuan) for item in engine.amounts_of(session, proceeding_id)]
