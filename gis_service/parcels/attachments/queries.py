"""Reads of attachments."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gis_service.parcels.attachments.models import ParcelFile
from gis_service.parcels.models import Parcel, ParcelAlias


def of_parcel(session: Session, parcel_id: int, as_of: datetime | None) -> list[ParcelFile]:
    """The files of a parcel, newest first, as they are now or were at a moment."""
    files = select(ParcelFile).where(ParcelFile.parcel_id == parcel_id).order_by(ParcelFile.id.desc())
    if as_of is None:
        return list(session.scalars(files.where(ParcelFile.removed_at.is_(None))))
    still = or_(ParcelFile.removed_at.is_(None), ParcelFile.removed_at > as_of)
    return list(session.scalars(files.where(ParcelFile.added_at <= as_of, still)))


def present(session: Session, parcel_id: int, sha256: str) -> ParcelFile | None:
    return session.scalar(
        select(ParcelFile).where(
            ParcelFile.parcel_id == parcel_id, ParcelFile.sha256 == sha256, ParcelFile.removed_at.is_(None)
        )
    )


def numbers(session: Session, district_code: str) -> dict[str, int]:
    """Every number a present parcel goes by in this reader's scope → its id; own numbers win over former ones."""
    known: dict[str, int] = {}
    columns: Iterable[Any] = (ParcelAlias.value, ParcelAlias.parcel_id)
    former = select(*columns).join(Parcel, Parcel.id == ParcelAlias.parcel_id)
    for value, parcel_id in session.execute(former.where(Parcel.retired_on.is_(None), ParcelAlias.kind == "former_no")):
        known[value] = parcel_id
    own: Iterable[Any] = (Parcel.parcel_no, Parcel.id)
    for value, parcel_id in session.execute(
        select(*own).where(Parcel.district_code == district_code, Parcel.retired_on.is_(None))
    ):
        known[value] = parcel_id
    return known
