"""A package is made of tiles that somebody else cut: an .mbtiles or .pmtiles file, or a folder of z/x/y.png."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pmtiles.reader import MmapSource, all_tiles
from pmtiles.tile import Compression, MagicNumberNotFound, SpecVersionUnsupported, TileType

from gis_service.core import clock
from gis_service.patrols.basemaps import rules
from gis_service.patrols.basemaps.errors import CoversTooMuch, NotTiles, ShiftedVector
from gis_service.patrols.basemaps.rules import Kind, Spot
from gis_service.patrols.basemaps.shelf import Package, Shelf
from gis_service.patrols.basemaps.writing import Tile, tile_id, write

MARKS = {
    b"\x89PNG": TileType.PNG,
    b"\xff\xd8\xff": TileType.JPEG,
    b"RIFF": TileType.WEBP,
    b"\x1f\x8b": TileType.MVT,
}
"""How the content of a tile begins. Vector tiles are kept zipped."""
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}
PIXELS = "a tile is none of PNG, JPEG, WebP or zipped MVT", "有图块不是 PNG、JPEG、WebP 或压缩的 MVT"


class Cut(Protocol):
    """Tiles that lie somewhere: where they are, and one after the other."""

    def spots(self) -> Iterator[tuple[int, int, int]]: ...
    def tiles(self) -> Iterator[Tile]: ...


@dataclass(frozen=True)
class Mbtiles:
    """SQLite; rows count from the south."""

    base: sqlite3.Connection

    def spots(self) -> Iterator[tuple[int, int, int]]:
        for z, x, row in self.base.execute("select zoom_level, tile_column, tile_row from tiles"):
            yield z, x, 2**z - 1 - row

    def tiles(self) -> Iterator[Tile]:
        content = "select tile_data from tiles where zoom_level = ? and tile_column = ? and tile_row = ?"
        for z, x, y in _ordered(self.spots()):
            found = self.base.execute(content, (z, x, 2**z - 1 - y)).fetchone()
            yield Tile(z, x, y, bytes(found[0]))


@dataclass(frozen=True)
class Folder:
    """z/x/y.png, rows from the north, as web maps have them."""

    path: Path

    def _files(self) -> Iterator[tuple[int, int, int, Path]]:
        for file in self.path.glob("*/*/*"):
            words = (*file.parts[-3:-1], file.stem)
            if file.suffix.lower() in SUFFIXES and all(word.isascii() and word.isdigit() for word in words):
                z, x, y = map(int, words)
                yield z, x, y, file

    def spots(self) -> Iterator[tuple[int, int, int]]:
        return ((z, x, y) for z, x, y, _ in self._files())

    def tiles(self) -> Iterator[Tile]:
        files = {(z, x, y): file for z, x, y, file in self._files()}
        for z, x, y in _ordered(iter(files)):
            yield Tile(z, x, y, files[z, x, y].read_bytes())


@dataclass(frozen=True)
class Pmtiles:
    source: Callable[[int, int], bytes]

    def spots(self) -> Iterator[tuple[int, int, int]]:
        return (place for place, _ in all_tiles(self.source))  # type: ignore[no-untyped-call]

    def tiles(self) -> Iterator[Tile]:
        for (z, x, y), content in all_tiles(self.source):  # type: ignore[no-untyped-call]
            yield Tile(z, x, y, bytes(content))


def _ordered(spots: Iterator[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    return sorted(spots, key=lambda place: tile_id(*place))


@contextmanager
def cut(path: Path) -> Iterator[Cut]:
    """The tiles of a file or folder; raises `NotTiles`."""
    if path.is_dir():
        yield Folder(path)
    elif path.suffix.lower() == ".mbtiles":
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as base:
            yield Mbtiles(base)
    elif path.suffix.lower() == ".pmtiles":
        with path.open("rb") as file:
            yield Pmtiles(MmapSource(file))  # type: ignore[no-untyped-call]
    else:
        raise NotTiles(file=path.name, fault="its kind is not known", fault_zh="不认识这种文件")


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Whatever is wrong with somebody's file is told in a sentence."""
    try:
        yield
    except (sqlite3.Error, ValueError, EOFError, KeyError, MagicNumberNotFound, SpecVersionUnsupported) as error:
        raise NotTiles(
            file=path.name, fault="it cannot be read or is damaged", fault_zh="文件打不开或已损坏"
        ) from error


def take(
    shelf: Shelf, path: Path, *, code: str, name: str, area: str | None, gcj02: bool = False
) -> tuple[Package, int]:
    """Offers tiles of somebody's own as a package; gives it and the number of tiles. Raises `NotTiles`, `CoversTooMuch`,
    `ShiftedVector`. `gcj02`: the picture is in the shifted coordinates of internet maps, and is drawn back by the phone."""
    with readable(path), cut(path) as found:
        spots = _spots(path, found)
        km2 = rules.largest_m2(spots) / 1e6
        if km2 * 1e6 > rules.LIMIT_M2:
            large = rules.LARGE_FROM
            raise CoversTooMuch(file=path.name, km2=round(km2, 1), zoom=large, coarser=large - 1)
        tile_type = _type(path, found)
        kind = Kind.VECTOR if tile_type is TileType.MVT else Kind.RASTER
        if gcj02 and kind is Kind.VECTOR:
            raise ShiftedVector(file=path.name)
        zooms = min(spots), max(spots)
        package = Package(
            code=code,
            name=name,
            area=area,
            kind=kind,
            gcj02=gcj02,
            min_zoom=zooms[0],
            max_zoom=zooms[1],
            box=rules.box_of(zooms[1], spots[zooms[1]]),
            made_on=clock.today().isoformat(),
        )
        with shelf.room() as file:
            count = write(
                file,
                _alike(path, found, tile_type),
                tile_type=tile_type,
                compression=Compression.GZIP if kind is Kind.VECTOR else Compression.NONE,
                box=package.box,
                zooms=zooms,
                facts={"name": name},
            )
            return shelf.put(package, file), count


def _spots(path: Path, found: Cut) -> dict[int, set[Spot]]:
    by_zoom: dict[int, set[Spot]] = defaultdict(set)
    for count, (z, x, y) in enumerate(found.spots(), 1):
        if count > rules.MOST_TILES:
            raise NotTiles(
                file=path.name, fault=f"more than {rules.MOST_TILES} tiles", fault_zh=f"图块超过 {rules.MOST_TILES} 个"
            )
        if not (0 <= z <= 24 and 0 <= x < 2**z and 0 <= y < 2**z):
            raise NotTiles(file=path.name, fault=f"tile {z}/{x}/{y} cannot be", fault_zh=f"图块 {z}/{x}/{y} 不存在")
        by_zoom[z].add((x, y))
    if not by_zoom:
        raise NotTiles(file=path.name, fault="there are no tiles in it", fault_zh="里面没有图块")
    return dict(by_zoom)


def _type(path: Path, found: Cut) -> TileType:
    """What the first tile is."""
    return _type_of(path, next(iter(found.tiles())))


def _type_of(path: Path, tile: Tile) -> TileType:
    for mark, tile_type in MARKS.items():
        if tile.content.startswith(mark):
            return tile_type
    raise NotTiles(file=path.name, fault=PIXELS[0], fault_zh=PIXELS[1])


def _alike(path: Path, found: Cut, tile_type: TileType) -> Iterator[Tile]:
    """All tiles: pictures of any kind together, or vector tiles only."""
    for tile in found.tiles():
        if (_type_of(path, tile) is TileType.MVT) != (tile_type is TileType.MVT):
            raise NotTiles(
                file=path.name, fault="pictures and vector tiles are mixed", fault_zh="影像与矢量图块混在一起"
            )
        yield tile
