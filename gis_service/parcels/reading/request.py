"""What a reader in the child is asked, and where it puts its rows."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gis_service.parcels.reading.result import Limits, Row, Summary


@dataclass(frozen=True)
class Request:
    """What is to be read, and what the person said about it. `folder` holds `input`, and room to unpack."""

    kind: str
    file: str
    folder: Path
    limits: Limits
    crs: str | None = None
    encoding: str | None = None
    layer: str | None = None
    shift: str | None = None
    control_points: list[list[float]] | None = None
    columns: dict[str, str] | None = None

    @property
    def source(self) -> Path:
        return self.folder / "input"


Emit = Callable[[Row], None]


Reader = Callable[[Request, Emit], Summary]
