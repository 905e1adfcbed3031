"""A package of vector tiles is made of the register's own ground: water, roads, hills, and the outlines of areas.

Parcels are not in it: a phone gets those with the pack of the day, as they are now.
"""

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pmtiles.tile import Compression, TileType
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis_service.access.models import Area
from gis_service.core import clock
from gis_service.core.errors import NotFound
from gis_service.core.srid import STORAGE_SRID
from gis_service.patrols.basemaps import rules
from gis_service.patrols.basemaps.errors import NoOutline
from gis_service.patrols.basemaps.rules import Box, Kind, Spot
from gis_service.patrols.basemaps.shelf import Package, Shelf
from gis_service.patrols.basemaps.writing import Tile, tile_id, write

Progress = Callable[[int, int], None]
"""Hears how many tiles of how many are done."""

NAMES_FROM = 13

FIELDS = [
    {"id": "ground", "fields": {"kind": "String", "name": "String"}},
    {"id": "area", "fields": {"code": "String", "name": "String"}},
]

OUTLINE = text(
    "select st_xmin(geom), st_ymin(geom), st_xmax(geom), st_ymax(geom) from area where id = :id and geom is not null"
)

NEEDED = text(
    """
    select x, y from unnest(cast(:xs as int[]), cast(:ys as int[])) as tile (x, y), area
     where area.id = :id and st_intersects(area.geom, st_transform(st_tileenvelope(:z, x, y), cast(:srid as int)))
    """
)

DRAWN = text(
    """
    with edge as (
        select st_tileenvelope(:z, :x, :y) as box,
               st_transform(st_tileenvelope(:z, :x, :y, margin => 64.0 / 4096), cast(:srid as int)) as around)
    select coalesce((select st_asmvt(q, 'ground', 4096, 'geom') from (
               select kind, case when :named then name end as name,
                      st_asmvtgeom(st_transform(st_simplify(geom, :tolerance, true), 3857), edge.box, 4096, 64) as geom
                 from ground, edge where geom && edge.around order by ground.id) q), '')
        || coalesce((select st_asmvt(q, 'area', 4096, 'geom') from (
               select code, name, st_asmvtgeom(st_transform(st_boundary(geom), 3857), edge.box, 4096, 64) as geom
                 from area, edge where geom && edge.around order by area.id) q), '')
    """
)


@dataclass(frozen=True)
class Made:
    package: Package
    tiles: int
    ends_early: bool
    """The area is so large that the package ends before the scale of 1:5000."""


def make(session: Session, shelf: Shelf, area: str, heard: Progress | None = None) -> Made:
    """Makes and offers the package of an area (by its name); raises `NotFound`, `NoOutline`."""
    row = session.execute(select(Area.id, Area.code, Area.name).where(Area.name == area)).first()
    if row is None:
        raise NotFound(what="片区", key=area)
    box = session.execute(OUTLINE, {"id": row.id}).first()
    if box is None:
        raise NoOutline(area=area)
    wanted = _tiles(session, row.id, tuple(box))
    ends_early = rules.largest_m2(wanted) > rules.LIMIT_M2
    if ends_early:
        wanted = {z: spots for z, spots in wanted.items() if z < rules.LARGE_FROM}
    zooms = min(wanted), max(wanted)
    package = Package(
        code=f"{_plain(row.code)}-ground",
        name=f"{row.name} 底图要素",
        area=row.name,
        kind=Kind.VECTOR,
        gcj02=False,
        min_zoom=zooms[0],
        max_zoom=zooms[1],
        box=rules.box_of(zooms[1], wanted[zooms[1]]),
        made_on=clock.today().isoformat(),
    )
    with shelf.room() as file:
        count = _write(session, file, package, wanted, heard)
        return Made(shelf.put(package, file), count, ends_early)


def _plain(code: str) -> str:
    return (
        "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in code.lower()).strip("-")
        or "area"
    )


def _tiles(session: Session, area_id: int, box: Box) -> dict[int, set[Spot]]:
    """By zoom, the tiles that the outline of the area touches."""
    found = {}
    for z in range(rules.FIRST, rules.LAST + 1):
        xs, ys = zip(*rules.tiles_over(box, z), strict=True)
        rows = session.execute(NEEDED, {"xs": list(xs), "ys": list(ys), "z": z, "id": area_id, "srid": STORAGE_SRID})
        found[z] = {(x, y) for x, y in rows}
    return found


def _write(session: Session, file: Path, package: Package, wanted: dict[int, set[Spot]], heard: Progress | None) -> int:
    places = sorted(((z, x, y) for z, spots in wanted.items() for x, y in spots), key=lambda place: tile_id(*place))

    def drawn() -> Iterator[Tile]:
        for done, (z, x, y) in enumerate(places, 1):
            values = {
                "z": z, "x": x, "y": y, "srid": STORAGE_SRID, "named": z >= NAMES_FROM, "tolerance": 360 / 2**z / 2048,
            }  # fmt: skip
            content = bytes(session.execute(DRAWN, values).scalar_one())
            if content:
                yield Tile(z, x, y, gzip.compress(content, mtime=0))
            if heard:
                heard(done, len(places))

    return write(
        file,
        drawn(),
        tile_type=TileType.MVT,
        compression=Compression.GZIP,
        box=package.box,
        zooms=(package.min_zoom, package.max_zoom),
        facts={"name": package.name, "vector_layers": FIELDS},
    )
