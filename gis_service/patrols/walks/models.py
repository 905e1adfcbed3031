"""The table of sketches of tracks."""

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base


class TrackSketch(Base):
    """A track as its place every five seconds, by which a replay of it is known; goes when the track is thinned."""

    __tablename__ = "track_sketch"
    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id"), primary_key=True)
    places: Mapped[bytes] = mapped_column(
        LargeBinary, doc="rows of three little-endian float64: seconds, east m, north m"
    )
