"""What cannot be laid truthfully under the map is refused with the remedy; bombs are not unpacked; nothing else is opened."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from fastapi import FastAPI

from gis_service.geo.crs import CrsError
from gis_service.maps.orthophotos import cog, making
from gis_service.maps.orthophotos.refused import OrthophotoRefused
from gis_service.parcels.reading.result import MEGABYTE
from tests.conftest import Person
from tests.maps.orthophotos.conftest import done
from tests.maps.orthophotos.making import SIDE, WINDOW, ground, looked_at, place, write

Made = Callable[[Path], tuple[Path, dict[str, Any]]]


def truncated(folder: Path) -> tuple[Path, dict[str, Any]]:
    path = write(folder / "半截.tif")
    path.write_bytes(path.read_bytes()[:5000])
    return path, {}


def bomb(folder: Path) -> tuple[Path, dict[str, Any]]:
    """100000 × 100000 of nothing, in a few MB."""
    path = folder / "炸弹.tif"
    facts: dict[str, Any] = {
        "width": 100_000,
        "height": 100_000,
        "count": 3,
        "dtype": "uint8",
        "crs": "EPSG:4547",
        "photometric": "RGB",
    }
    tiles = {
        "tiled": True,
        "blockxsize": 4096,
        "blockysize": 4096,
        "compress": "deflate",
        "sparse_ok": True,
        "bigtiff": "YES",
    }
    with rasterio.open(path, "w", driver="GTiff", transform=place(), **facts, **tiles):
        pass
    assert path.stat().st_size < 10 * MEGABYTE
    return path, {}


def one_block(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Few blocks, each of more than a hundred million pixels."""
    path, side = folder / "整块.tif", 11_008
    facts: dict[str, Any] = {
        "count": 3,
        "dtype": "uint8",
        "crs": "EPSG:4547",
        "photometric": "RGB",
        "compress": "deflate",
    }
    blocks = {"width": side, "height": side, "tiled": True, "blockxsize": side, "blockysize": side, "sparse_ok": True}
    with rasterio.open(path, "w", driver="GTiff", transform=place(), **facts, **blocks):
        pass
    return path, {}


def without_place(folder: Path) -> tuple[Path, dict[str, Any]]:
    return write(folder / "无位置.tif", epsg=None, transform=None), {"crs": 4547}


def nan_place(folder: Path) -> tuple[Path, dict[str, Any]]:
    nan = math.nan
    return write(folder / "非数.tif", transform=Affine(nan, 0, nan, 0, nan, nan)), {}


def rotated(folder: Path) -> tuple[Path, dict[str, Any]]:
    return write(folder / "旋转.tif", transform=place() @ Affine.rotation(10)), {}


def two_places(folder: Path) -> tuple[Path, dict[str, Any]]:
    return write(folder / "两处.tif"), {"world": (0.5, 0.0, 0.0, -0.5, 450_000.0, 2_480_000.0)}


def no_system(folder: Path) -> tuple[Path, dict[str, Any]]:
    return write(folder / "无坐标系.tif", epsg=None), {}


def other_system(folder: Path) -> tuple[Path, dict[str, Any]]:
    return write(folder / "两种.tif"), {"crs": 4526}


def local_system(folder: Path) -> tuple[Path, dict[str, Any]]:
    path = write(folder / "地方.tif", epsg=None)
    with rasterio.open(path, "r+") as file:
        file.crs = "+proj=tmerc +lon_0=113.6 +x_0=100000 +y_0=-2000000 +ellps=krass +units=m"
    return path, {}


def elsewhere(folder: Path) -> tuple[Path, dict[str, Any]]:
    return write(folder / "别处.tif", transform=place() @ Affine.translation(200_000, 0)), {}


def other_zone(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Right numbers under the wrong meridian."""
    return write(folder / "带号.tif", epsg=None), {"crs": 4546}


def one_bit(folder: Path) -> tuple[Path, dict[str, Any]]:
    return write(folder / "黑白.tif", (ground()[:1] > 100).astype(np.uint8), nbits=1), {}


def three_of_one_bit(folder: Path) -> tuple[Path, dict[str, Any]]:
    return write(folder / "三个一位.tif", (ground() > 100).astype(np.uint8), nbits=1), {}


def twelve_bands(folder: Path) -> tuple[Path, dict[str, Any]]:
    return write(folder / "多光谱.tif", np.zeros((12, SIDE, SIDE), np.uint8)), {}


def sixteen_bits(folder: Path) -> tuple[Path, dict[str, Any]]:
    return write(folder / "十六位.tif", ground().astype(np.uint16) * 200), {}


def infrared(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Blue, green, red, infrared as satellites have them, and nothing that says so."""
    return write(folder / "高分.tif", np.zeros((4, SIDE, SIDE), np.uint8), photometric="MINISBLACK"), {}


REFUSED: dict[str, tuple[Made, str]] = {
    "truncated": (truncated, "orthophoto.damaged"), "bomb": (bomb, "orthophoto.too_large"), "one block": (one_block, "orthophoto.block_too_large"),
    "no place": (without_place, "orthophoto.no_place"), "nan": (nan_place, "orthophoto.damaged"), "rotated": (rotated, "orthophoto.rotated"),
    "two places": (two_places, "orthophoto.two_places"), "no system": (no_system, "orthophoto.no_crs"),
    "other system": (other_system, "orthophoto.crs_conflict"), "local system": (local_system, "orthophoto.crs_unknown"),
    "elsewhere": (elsewhere, "orthophoto.outside"), "other zone": (other_zone, "orthophoto.outside"),
    "one bit": (one_bit, "orthophoto.not_colour"), "three of one bit": (three_of_one_bit, "orthophoto.not_colour"),
    "twelve bands": (twelve_bands, "orthophoto.not_colour"), "sixteen bits": (sixteen_bits, "orthophoto.not_colour"),
    "infrared": (infrared, "orthophoto.not_colour"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused_with_the_remedy(tmp_path: Path, what: str) -> None:
    made, code = REFUSED[what]
    path, said = made(tmp_path)
    with pytest.raises(OrthophotoRefused) as refused:
        cog.draw(looked_at(path, **said), tmp_path / "cog.tif", lambda *_: None)
    assert refused.value.code == code
    assert path.name in refused.value.zh
    assert str(tmp_path) not in refused.value.zh + refused.value.en
    assert len(refused.value.zh) > 15


def test_a_datum_whose_shift_nobody_may_publish_is_refused(tmp_path: Path) -> None:
    """西安80: PROJ would return the numbers unchanged, tens of metres off."""
    with pytest.raises(CrsError) as refused:
        looked_at(write(tmp_path / "西安80.tif", epsg=None), crs=2383)
    assert refused.value.code.startswith("crs.")


def test_a_blank_picture_and_damage_found_while_reading_end_as_failed(
    app: FastAPI, officer: Person, tmp_path: Path
) -> None:
    blank = write(tmp_path / "空白.tif", np.zeros((3, SIDE, SIDE), np.uint8), nodata=0)
    assert done(app, officer, blank)["failure"]["code"] == "orthophoto.empty"
    hurt = write(tmp_path / "坏块.tif", tiled=True, blockxsize=256, blockysize=256)
    whole = bytearray(hurt.read_bytes())
    whole[len(whole) // 3 : len(whole) // 2] = bytes(len(whole) // 2 - len(whole) // 3)
    hurt.write_bytes(whole)
    told = done(app, officer, hurt)
    assert (told["state"], told["failure"]["code"]) == ("failed", "orthophoto.damaged")
    assert (told["footprint"], told["tiles"]) == (None, None)


def test_work_has_bounds_of_memory_and_time_and_ends_when_it_is_not_wanted(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif")
    asked = {"crs": None, "world": None, "window": list(WINDOW)}
    for limits, wanted, code in (
        (replace(making.LIMITS, memory_bytes=150 * MEGABYTE), True, {"orthophoto.memory", "orthophoto.broken"}),
        (replace(making.LIMITS, wall_seconds=0.3), True, {"orthophoto.time"}),
        (making.LIMITS, False, {"orthophoto.broken"}),
    ):
        with making.made(path, path.name, asked, lambda *_, on=wanted: on, limits) as (told, out):  # type: ignore[misc]
            assert told["refused"]["code"] in code
            assert not out.exists()


def test_the_child_has_no_network_and_sees_no_file_but_its_own(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif")
    asked = {"crs": None, "world": None, "window": list(WINDOW)}
    with making.made(path, "../../etc/passwd", asked, lambda *_: True) as (told, out):
        assert told["network"] in {"namespace", "landlock", "python"}
        assert out.stat().st_size > 1000
        assert told["max_zoom"] == 19
