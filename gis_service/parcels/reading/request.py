"""What a reader in the child is asked, and where it puts its rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gis_service.parcels.reading.result import Limits, Row, Summary


@dataclass(frozen=True)
class Request:
    """What is to be read, and what the person said about it. `folder` holds `input`, and room to unpack.

    `columns` says of a table which column (by its header) is which field of the register, or holds which part of the
    coordinates (`tables.roles.ROLES`).
    """

    kind: str
    file: str
    folder: Path
    limits: Limits
    crs: str | None = None
    encoding: str | None = None
    layer: str | None = None
    shift: str | None = None
    """"gcj02" or "bd09": the coordinates are shifted as on internet maps."""
    control_points: tuple[tuple[float, ...], ...] = ()
    """(x, y, easting, northing) each, east before north, the latter in EPSG:4547."""
    affine: bool = False
    """Fit the control points by six parameters instead of four."""
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def source(self) -> Path:
        return self.folder / "input"


Emit = Callable[[Row], None]


Reader = Callable[[Request, Emit], Summary]
