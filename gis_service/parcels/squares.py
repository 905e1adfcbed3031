"""Housekeeping of the counts that tiles of low zooms are drawn from (`migrations/objects/140_parcel_squares.sql`, ADR 0063)."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker


def fold(sessions: sessionmaker[Session]) -> None:
    """Add what parcels changed to the counts. Right with or without it: it only keeps reading short."""
    with sessions.begin() as session:
        session.execute(select(func.fold_parcel_squares()))


def amiss(session: Session) -> int:
    """In how many squares the counts are not those of the parcels; 0 unless somebody wrote past the triggers, after which
    the owner of the database calls `fill_parcel_squares()`. Reads the whole register: ten seconds for 100,000 parcels, minutes for a million."""
    return int(session.scalar(select(func.parcel_squares_amiss())) or 0)
