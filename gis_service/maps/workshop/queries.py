"""Reads of versions."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.core.errors import NotFound
from gis_service.maps.workshop.models import LayerVersion


def versions(session: Session, layer_id: str) -> list[LayerVersion]:
    """The versions of a layer, newest first."""
    wanted = select(LayerVersion).where(LayerVersion.layer_id == layer_id).order_by(LayerVersion.version.desc())
    return list(session.scalars(wanted))


def latest(session: Session, layer_id: str) -> int:
    """The number of the newest version; 0 where there is none."""
    wanted = select(LayerVersion.version).where(LayerVersion.layer_id == layer_id).order_by(LayerVersion.version.desc())
    return session.scalar(wanted.limit(1)) or 0


def version(session: Session, layer_id: str, number: int) -> LayerVersion:
    """One version that was saved; raises `NotFound`."""
    found = session.get(LayerVersion, (layer_id, number))
    if found is None:
        raise NotFound(what="图层版本", key=f"{layer_id}/{number}")
    return found
