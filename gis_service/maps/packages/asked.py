"""What somebody asks of a package, understood and checked before a tile is drawn."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from math import isfinite
from typing import Any

import shapely
from psycopg import sql
from shapely.geometry.base import BaseGeometry

from gis_service.core.clock import BEIJING
from gis_service.core.db import Scope
from gis_service.core.errors import BadRequest, NotFound
from gis_service.core.reader import Reader
from gis_service.core.srid import STORAGE_SRID
from gis_service.maps.asked import Asked, day
from gis_service.maps.catalogue import Catalogue, Layer
from gis_service.maps.packages import rules
from gis_service.maps.packages.errors import NothingToPack, TooManyTiles
from gis_service.maps.packages.rules import Box, Kind
from gis_service.patrols.basemaps.errors import NoOutline


@dataclass(frozen=True)
class Said:
    """The words of who asks. Either an area or a box; neither means all that may be seen of the layers."""

    format: str = "pmtiles"
    layers: Sequence[str] = ()
    area: str | None = None
    """Name or code."""
    bbox: str | None = None
    """West, south, east, north in degrees."""
    min_zoom: int = 8
    max_zoom: int = 15
    as_of: str | None = None

    def kept(self) -> dict[str, Any]:
        """As the record of a job has it; the format is marked, since files of other rooms lie in the same table."""
        return {**asdict(self), "layers": list(self.layers), "format": f"package-{self.format}"}

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Said":
        return cls(**{**kept, "format": kept["format"].removeprefix("package-")})


@dataclass(frozen=True)
class Wish:
    """The same, understood."""

    kind: Kind
    layers: tuple[Layer, ...]
    place: str
    """What the area is called."""
    box: Box
    outline: BaseGeometry
    zooms: range
    as_of: datetime | None

    def asked(self, at: datetime) -> Asked:
        """The question to the layers: features that touch the outline, at the moment wished for, or at `at`."""
        ewkb = shapely.to_wkb(shapely.set_srid(self.outline, STORAGE_SRID), hex=True, include_srid=True)
        return Asked(window=str(ewkb), as_of=self.as_of or at)

    @property
    def title(self) -> str:
        names = self.layers[0].title if len(self.layers) == 1 else f"{self.layers[0].title}等{len(self.layers)}层"
        return f"{self.place} {names}".strip()

    @property
    def file_name(self) -> str:
        day_ = f"_{self.as_of.astimezone(BEIJING).date().isoformat()}" if self.as_of else ""
        plain = "".join(letter for letter in self.title if letter not in '/\\:*?"<>|').replace(" · ", "-")
        return f"{plain.replace(' ', '_')}{day_}.{self.kind.suffix}"

    def described(self) -> dict[str, Any]:
        """For the audit trail."""
        return {
            "format": f"package-{self.kind.name}",
            "layers": [layer.id for layer in self.layers],
            "area": self.place,
            "box": list(self.box),
            "zooms": [self.zooms[0], self.zooms[-1]],
            "as_of": self.as_of.isoformat() if self.as_of else None,
        }


def understood(said: Said, reader: Reader, scope: Scope, catalogue: Catalogue) -> Wish:
    """The wish behind the words; raises a refusal that says what to change."""
    if said.format not in rules.KINDS:
        raise BadRequest(parameter="format", value=said.format)
    if not said.layers:
        raise BadRequest(parameter="layers", value="")
    if not 0 <= said.min_zoom <= said.max_zoom <= rules.DEEPEST:
        raise BadRequest(parameter="min_zoom/max_zoom", value=f"{said.min_zoom}-{said.max_zoom}")
    if said.area and said.bbox:
        raise BadRequest(parameter="bbox", value=said.bbox)
    layers = tuple(catalogue.named(name) for name in dict.fromkeys(said.layers))
    place, outline = _outline(said, reader, scope, layers)
    wish = Wish(
        kind=rules.KINDS[said.format],
        layers=layers,
        place=place,
        box=tuple(outline.bounds),
        outline=outline,
        zooms=range(said.min_zoom, said.max_zoom + 1),
        as_of=day(said.as_of),
    )
    if said.format != "gpkg" and (many := rules.count(wish.box, wish.zooms)) > rules.MOST_TILES:
        raise TooManyTiles(first=said.min_zoom, last=said.max_zoom, count=many, most=rules.MOST_TILES)
    return wish


def _outline(said: Said, reader: Reader, scope: Scope, layers: Sequence[Layer]) -> tuple[str, BaseGeometry]:
    """What the place is called, and its outline in stored coordinates."""
    if said.bbox:
        return "", shapely.box(*_sides(said.bbox))
    if said.area:
        query = "select name, st_asbinary(geom) from layer.area where name = %(area)s or code = %(area)s order by id limit 1"
        row = reader.row(scope, query, {"area": said.area})
        if row is None:
            raise NotFound(what="片区", key=said.area)
        if row[1] is None:
            raise NoOutline(area=said.area)
        return row[0], shapely.from_wkb(row[1])
    boxes = [box for box in (_extent(reader, scope, layer) for layer in layers) if box]
    if not boxes:
        raise NothingToPack()
    west, south, east, north = zip(*boxes, strict=True)
    return "", shapely.box(min(west), min(south), max(east), max(north)).buffer(1e-6, join_style="mitre")


def _sides(text: str) -> Box:
    try:
        west, south, east, north = (float(word) for word in text.split(","))
    except ValueError:
        raise BadRequest(parameter="bbox", value=text) from None
    ordered = -180 <= west < east <= 180 and -90 <= south < north <= 90
    if not (all(map(isfinite, (west, south, east, north))) and ordered):
        raise BadRequest(parameter="bbox", value=text)
    return west, south, east, north


def _extent(reader: Reader, scope: Scope, layer: Layer) -> Box | None:
    """Of all that is seen of a layer, whenever."""
    view = sql.Identifier(*(layer.history or layer.source).split("."))
    sides = "select st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e) from (select st_extent(geom) as e from {}) q"
    row = reader.row(scope, sql.SQL(sides).format(view))
    return None if row is None or row[0] is None else (row[0], row[1], row[2], row[3])
