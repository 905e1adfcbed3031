"""Packages of tiles: made of the register's ground, taken from files of other people, refused where the law says so."""

import gzip
import json
from pathlib import Path

import mapbox_vector_tile
import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import TileType
from sqlalchemy import text
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.errors import NotFound
from gis_service.patrols.basemaps import cli, rules
from gis_service.patrols.basemaps.errors import BadCode, CoversTooMuch, NoOutline, NotTiles, ShiftedVector, UnknownBase
from gis_service.patrols.basemaps.making import make
from gis_service.patrols.basemaps.shelf import Shelf
from gis_service.patrols.basemaps.taking import take
from tests.commands import installed
from tests.conftest import CloneServices
from tests.patrols.basemaps.tiles import AT_17, folder, mbtiles, picture, square

SMALL = [*square(*AT_17, 3), (16, 53439, 28568)]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "basemaps")


def held(shelf: Shelf, sha256: str) -> dict[tuple[int, int, int], bytes]:
    with shelf.file(sha256).open("rb") as file:
        return dict(all_tiles(MmapSource(file)))


def area(session: Session, side: float) -> None:
    """A square area with a lake that lies across its edge."""
    session.execute(
        text(
            "insert into area (district_code, code, name, geom) values ('440402', 'BW', '北围',"
            " st_multi(st_makeenvelope(113.53, 22.40, 113.53 + :side, 22.40 + :side, 4490)))"
        ),
        {"side": side},
    )
    session.execute(
        text(
            "insert into ground (kind, name, geom) values ('pond', '鱼塘',"
            " st_multi(st_makeenvelope(113.529, 22.401, 113.533, 22.404, 4490)))"
        )
    )


def test_an_area_becomes_tiles_of_its_ground_and_outline(session: Session, shelf: Shelf) -> None:
    area(session, 0.01)
    made = make(session, shelf, "北围")
    assert (made.package.min_zoom, made.package.max_zoom, made.ends_early) == (12, 17, False)
    assert shelf.packages() == [made.package]
    tiles = held(shelf, made.package.sha256)
    assert len(tiles) == made.tiles > 10
    (spot,) = rules.tiles_over((113.532, 22.4015, 113.532, 22.4015), 17)
    content = mapbox_vector_tile.decode(gzip.decompress(tiles[17, *spot]))
    assert [f["properties"] for f in content["ground"]["features"]] == [{"kind": "pond", "name": "鱼塘"}]


def test_the_same_ground_makes_the_same_file(session: Session, shelf: Shelf) -> None:
    area(session, 0.005)
    assert make(session, shelf, "北围").package == make(session, shelf, "北围").package
    assert len(list(shelf.folder.iterdir())) == 2


def test_a_large_area_ends_before_the_scale_of_secrets(session: Session, shelf: Shelf) -> None:
    area(session, 0.06)  # 6.2 km by 6.7 km
    made = make(session, shelf, "北围")
    assert (made.package.max_zoom, made.ends_early) == (16, True)
    assert max(z for z, _, _ in held(shelf, made.package.sha256)) == 16


def test_an_area_must_be_known_and_have_an_outline(session: Session, shelf: Shelf) -> None:
    with pytest.raises(NotFound):
        make(session, shelf, "没有")
    session.execute(text("insert into area (district_code, code, name) values ('440402', 'X', '无界')"))
    with pytest.raises(NoOutline):
        make(session, shelf, "无界")


@pytest.mark.parametrize("how", ["mbtiles", "folder", "pmtiles"])
def test_own_imagery_is_taken_tile_by_tile(shelf: Shelf, tmp_path: Path, how: str) -> None:
    source = mbtiles(tmp_path / "a.mbtiles", SMALL) if how != "folder" else folder(tmp_path / "a", SMALL)
    package, count = take(shelf, source, code="bw", name="北围 2026 航拍", area="北围")
    if how == "pmtiles":
        again = (tmp_path / "b.pmtiles").write_bytes(shelf.file(package.sha256).read_bytes())
        assert again
        package, count = take(shelf, tmp_path / "b.pmtiles", code="bw", name="北围 2026 航拍", area="北围")
    assert count == len(SMALL)
    assert (package.kind, package.min_zoom, package.max_zoom) == ("raster", 16, 17)
    tiles = held(shelf, package.sha256)
    assert set(tiles) == set(SMALL)
    assert tiles[SMALL[0]] == picture()
    with shelf.file(package.sha256).open("rb") as file:
        assert Reader(MmapSource(file)).header()["tile_type"] is TileType.PNG


def test_imagery_over_25_km2_in_one_piece_is_refused_in_a_sentence(shelf: Shelf, tmp_path: Path) -> None:
    wide = mbtiles(tmp_path / "全区.mbtiles", square(*AT_17, 18))  # 5 km by 5 km
    with pytest.raises(CoversTooMuch, match=r"'全区\.mbtiles' covers 25\.9 km²") as refused:
        take(shelf, wide, code="all", name="全区", area=None)
    assert "国家秘密" in refused.value.sentence("zh")
    assert shelf.packages() == []


def test_the_same_ground_at_a_small_scale_or_in_pieces_is_taken(shelf: Shelf, tmp_path: Path) -> None:
    z, x, y = AT_17
    coarse = mbtiles(tmp_path / "a.mbtiles", square(16, x // 2, y // 2, 12))
    pieces = mbtiles(tmp_path / "b.mbtiles", square(z, x, y, 12) + square(z, x + 14, y, 12))
    assert take(shelf, coarse, code="a", name="a", area=None)[1] == 144
    assert take(shelf, pieces, code="b", name="b", area=None)[1] == 288


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.mbtiles", b"no database"),
        ("a.pmtiles", b"PMTilesX" + bytes(200)),
        ("a.pmtiles", b"xx"),
        ("a.pmtiles", b""),
        ("a.zip", b"PK"),
    ],
)
def test_what_is_not_tiles_is_refused(shelf: Shelf, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NotTiles):
        take(shelf, tmp_path / name, code="a", name="a", area=None)
    assert shelf.packages() == []


def test_strange_tiles_are_refused(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    odd = {
        tmp_path / "empty": "no tiles",
        mbtiles(tmp_path / "text.mbtiles", SMALL, b"<html>"): "none of PNG",
        mbtiles(tmp_path / "far.mbtiles", [(3, 9, 1)]): "cannot be",
    }
    for source, words in odd.items():
        with pytest.raises(NotTiles, match=words):
            take(shelf, source, code="a", name="a", area=None)
    mixed = folder(tmp_path / "mixed", SMALL[:2])
    (mixed / "17" / str(SMALL[0][1]) / f"{SMALL[0][2]}.png").write_bytes(gzip.compress(b"x"))
    with pytest.raises(NotTiles, match="mixed"):
        take(shelf, mixed, code="a", name="a", area=None)
    assert list(shelf.folder.iterdir()) == []


def test_shifted_coordinates_are_for_pictures_only(shelf: Shelf, tmp_path: Path) -> None:
    vector = mbtiles(tmp_path / "v.mbtiles", SMALL, gzip.compress(b""))
    with pytest.raises(ShiftedVector):
        take(shelf, vector, code="v", name="v", area=None, gcj02=True)
    package, _ = take(shelf, mbtiles(tmp_path / "r.mbtiles", SMALL), code="r", name="r", area=None, gcj02=True)
    assert package.gcj02


def test_a_newer_package_replaces_the_older_and_its_file(shelf: Shelf, tmp_path: Path) -> None:
    old, _ = take(shelf, mbtiles(tmp_path / "a.mbtiles", SMALL), code="bw", name="旧", area="北围")
    new, _ = take(shelf, mbtiles(tmp_path / "b.mbtiles", SMALL[:2]), code="bw", name="新", area="北围")
    assert shelf.packages() == [new]
    with pytest.raises(UnknownBase):
        shelf.file(old.sha256)
    shelf.remove("bw")
    assert list(shelf.folder.iterdir()) == []
    with pytest.raises(UnknownBase):
        shelf.remove("bw")


@pytest.mark.parametrize("code", ["../up", "Ab", "", "a/b", "a" * 41])
def test_a_code_is_a_plain_word(shelf: Shelf, tmp_path: Path, code: str) -> None:
    with pytest.raises(BadCode):
        take(shelf, mbtiles(tmp_path / "a.mbtiles", SMALL), code=code, name="a", area=None)
    with pytest.raises(UnknownBase):
        shelf.remove(code)


def test_the_command_makes_takes_lists_and_takes_back(services: CloneServices, tmp_path: Path) -> None:
    with services.sessions.begin() as opened:
        db.enter(opened, EVERYTHING)
        area(opened, 0.005)
    app = installed(lambda commands, service: cli.install(commands, service, lambda: tmp_path / "shelf"), services)

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["basemap", *words], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "还没有" in run()
    assert json.loads(run("--area", "北围", "--json"))["code"] == "bw-ground"
    assert "imagery-" in run("--from", str(mbtiles(tmp_path / "航拍.mbtiles", SMALL)), "--area", "北围")
    codes = [one["code"] for one in json.loads(run("--json"))]
    assert codes == ["bw-ground", "imagery-5317-56f4"]
    run("--remove", "bw-ground")
    assert "bw-ground" not in run()
