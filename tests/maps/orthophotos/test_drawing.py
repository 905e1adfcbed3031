"""What is drawn of a picture lies where it belongs, to the pixel; and the file made is a Cloud Optimized GeoTIFF."""

import io
import shutil
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
from numpy.typing import NDArray
from PIL import Image
from pyproj import Transformer
from shapely import Point, box

from gis_service.maps.orthophotos import cog, tiles
from gis_service.maps.orthophotos.cog import Drawn
from gis_service.maps.orthophotos.reading import Said, world_numbers
from tests.maps.orthophotos.making import PIXEL, SIDE, WINDOW, Spot, ground, looked_at, place, spots, write


def drawn(path: Path, out: Path, **said: object) -> Drawn:
    copied = out.with_name(f"copy-{path.name}")
    shutil.copyfile(path, copied)
    return cog.draw(looked_at(copied, **said), out, lambda *_: None)


def around(path: Path, last: int, zoom: int, spot: Spot) -> tuple[NDArray[np.uint8], int, int]:
    """Nine tiles around a spot as one picture (red, green, blue, alpha), and the pixel it begins with."""
    x, y = int(spot.x // 256), int(spot.y // 256)
    whole = np.zeros((768, 768, 4), np.uint8)
    for column in range(3):
        for row in range(3):
            content = tiles.tile(path, last, zoom, x - 1 + column, y - 1 + row, "png")
            if content:
                with Image.open(io.BytesIO(content)) as picture:
                    whole[256 * row : 256 * row + 256, 256 * column : 256 * column + 256] = picture.convert("RGBA")
    return whole, (x - 1) * 256, (y - 1) * 256


def red_middle(whole: NDArray[np.uint8], near: tuple[float, float]) -> tuple[float, float]:
    """The middle of what is red within 20 pixels, each pixel weighed by how red it is."""
    column, row = round(near[0]), round(near[1])
    cut = whole[row - 20 : row + 20, column - 20 : column + 20].astype(float)
    red = np.clip(cut[..., 0] - cut[..., 1] - 60, 0, None)
    rows, columns = np.mgrid[row - 20 : row + 20, column - 20 : column + 20] + 0.5
    return float((red * columns).sum() / red.sum()), float((red * rows).sum() / red.sum())


@pytest.mark.parametrize("epsg", PIXEL)
def test_marks_are_drawn_where_proj_says_they_lie(tmp_path: Path, epsg: int) -> None:
    out = tmp_path / "cog.tif"
    made = drawn(write(tmp_path / "a.tif", epsg=epsg), out)
    worst = 0.0
    for zoom in (made.max_zoom, made.max_zoom - 1, made.max_zoom - 2):
        for spot in spots(epsg, zoom):
            whole, west, north = around(out, made.max_zoom, zoom, spot)
            found = red_middle(whole, (spot.x - west, spot.y - north))
            worst = max(worst, np.hypot(found[0] + west - spot.x, found[1] + north - spot.y))
    assert worst < 0.5


def test_the_file_made_is_cloud_optimized_and_on_the_squares_of_the_web_map(tmp_path: Path) -> None:
    out = tmp_path / "cog.tif"
    made = drawn(write(tmp_path / "a.tif"), out)
    with rasterio.open(out) as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert (file.crs.to_epsg(), file.count, set(file.dtypes)) == (3857, 4, {"uint8"})
        assert set(file.block_shapes) == {(256, 256)}
        assert (file.width % 256, file.height % 256) == (0, 0)
        assert len(file.overviews(1)) >= 2
        tile_m = 256 * 2 * 20037508.342789244 / 256 / 2**made.max_zoom
        assert ((file.transform.c + 20037508.342789244) / tile_m) % 1 == pytest.approx(0, abs=1e-6)
    head = out.read_bytes()[:400]
    assert b"LAYOUT=IFDS_BEFORE_DATA" in head  # of the structure of such files: all directories first
    assert not (tmp_path / "flat.tif").exists()
    assert made.resolution_m == pytest.approx(0.3)


def test_outside_and_where_nothing_was_seen_is_transparent_and_the_outline_knows(tmp_path: Path) -> None:
    """The western half declared as no data, by each of the four ways files have."""
    half = np.full((SIDE, SIDE), 255, np.uint8)
    half[:, : SIDE // 2] = 0
    bands = np.maximum(ground(), 1)
    ways = {
        "nodata": write(tmp_path / "nodata.tif", np.where(half == 0, 0, bands).astype(np.uint8), nodata=0),
        "alpha": write(tmp_path / "alpha.tif", np.vstack((bands, half[None])), alpha="YES"),
    }
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        ways["mask"] = write(tmp_path / "mask.tif", bands)
        with rasterio.open(ways["mask"], "r+") as file:
            file.write_mask(half)
    for name, path in ways.items():
        out = tmp_path / f"{name}.cog.tif"
        made = drawn(path, out)
        move = Transformer.from_crs(4547, 4490, always_xy=True)
        west, east = (Point(move.transform(*(place() @ (x, SIDE / 2)))) for x in (SIDE * 0.2, SIDE * 0.8))
        assert (made.footprint.contains(west), made.footprint.contains(east)) == (False, True), name
        spot = spots(4547, made.max_zoom)[1]  # in the very middle
        whole, *_ = around(out, made.max_zoom, made.max_zoom, spot)
        assert {0, 255} <= set(np.unique(whole[..., 3])), name


def test_a_tile_beside_the_picture_is_nothing_and_one_over_its_edge_is_part(tmp_path: Path) -> None:
    out = tmp_path / "cog.tif"
    made = drawn(write(tmp_path / "a.tif"), out)
    spot = spots(4547, made.max_zoom)[1]
    x, y = int(spot.x // 256), int(spot.y // 256)
    assert tiles.tile(out, made.max_zoom, made.max_zoom, x + 50, y) is None
    assert tiles.tile(out, made.max_zoom, made.max_zoom + 1, 2 * x, 2 * y) is None
    for back in range(1, 9):  # down to the level that shows it in a few pixels
        content = tiles.tile(out, made.max_zoom, made.max_zoom - back, x >> back, y >> back)
        assert content is not None
        assert content[8:12] == b"WEBP"


def test_a_world_file_and_a_system_told_beside_a_plain_tiff_put_it_where_the_geotiff_lies(tmp_path: Path) -> None:
    """The same pixels, the place told beside them."""
    plain = write(tmp_path / "plain.tif", epsg=None, transform=None)
    t = place()
    text = f"{t.a}\n0\n0\n{t.e}\n{t.c + t.a / 2}\n{t.f + t.e / 2}\n"
    world = world_numbers(text.encode(), "plain.tfw")
    told = drawn(plain, tmp_path / "told.tif", crs=4547, world=world)
    own = drawn(write(tmp_path / "own.tif"), tmp_path / "own.cog.tif")
    assert told.footprint.equals_exact(own.footprint, 1e-9)
    assert told.max_zoom == own.max_zoom


def test_what_a_file_beside_says_is_not_read_unless_it_is_sent(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif")
    path.with_suffix(".tfw").write_text("9\n0\n0\n-9\n0\n0\n")
    path.with_name("a.tif.aux.xml").write_text("<PAMDataset><SRS>EPSG:32650</SRS></PAMDataset>")
    assert looked_at(path).epsg == 4547
    assert looked_at(path).transform.almost_equals(place())


def test_both_libraries_with_a_gdal_of_their_own_work_side_by_side(tmp_path: Path) -> None:
    """rasterio and pyogrio bring one each, and a web process uses both."""
    from geopandas import GeoDataFrame

    frame = GeoDataFrame({"name": ["北围"]}, geometry=[box(*WINDOW)], crs=4490)
    pyogrio.write_dataframe(frame, tmp_path / "a.gpkg")
    out = tmp_path / "cog.tif"
    made = drawn(write(tmp_path / "a.tif"), out)
    again = pyogrio.read_dataframe(tmp_path / "a.gpkg").to_crs(4547)
    assert again.total_bounds[0] > 400_000
    spot = spots(4547, made.max_zoom)[0]
    assert tiles.tile(out, made.max_zoom, made.max_zoom, int(spot.x // 256), int(spot.y // 256))
    assert rasterio.__gdal_version__
    assert pyogrio.__gdal_version__
    assert Said() == Said(None, None)
