"""What cannot be compared is refused in words that say what, where and what to do, and nothing of it is half kept."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from fastapi import FastAPI
from rasterio.windows import Window
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.core import clock, db
from gis_service.parcels.reading.result import MEGABYTE
from gis_service.surveys.heaps import comparing, jobs
from gis_service.surveys.heaps.comparing import Model
from tests.conftest import Person
from tests.surveys.heaps.conftest import ROOT, ask, done
from tests.surveys.heaps.making import CELLS, LARGE, a_pair, heights, middle_of, write, write_xyz

AT = middle_of()
Made = Callable[[Path], tuple[Path, Path, dict[str, Any]]]


def good(folder: Path) -> Path:
    return write(folder / "好.tif", heights(AT, 1), AT)


def beside(folder: Path) -> tuple[Path, Path, dict[str, Any]]:
    return good(folder), write(folder / "别处.tif", heights(AT, 2), (AT[0] + 5_000, AT[1])), {}


def other_datum(folder: Path) -> tuple[Path, Path, dict[str, Any]]:
    return *a_pair(folder), {"before_vertical": "1985国家高程基准", "after_vertical": "WGS84 椭球高"}


def in_feet(folder: Path) -> tuple[Path, Path, dict[str, Any]]:
    path = write(folder / "英尺.tif", heights(AT, 2), AT)
    with rasterio.open(path, "r+") as file:
        file.units = ("ft",)
    return good(folder), path, {}


def without_system(folder: Path) -> tuple[Path, Path, dict[str, Any]]:
    return good(folder), write(folder / "无坐标系.tif", heights(AT, 2), AT, epsg=None), {}


def truncated(folder: Path) -> tuple[Path, Path, dict[str, Any]]:
    whole = write(folder / "半截.tif", heights(AT, 2), AT)
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    return good(folder), whole, {}


def huge(folder: Path) -> tuple[Path, Path, dict[str, Any]]:
    """Declared 200000 × 200000, a few MB: hardly anything of it is there."""
    path, side = folder / "巨大.tif", 200_000
    facts: dict[str, Any] = {
        "width": side,
        "height": side,
        "count": 1,
        "dtype": "float32",
        "crs": "EPSG:4547",
        "bigtiff": "yes",
    }
    place = Affine(1, 0, AT[0], 0, -1, AT[1])
    tiles = {"tiled": True, "blockxsize": 4096, "blockysize": 4096}
    with rasterio.open(path, "w", driver="GTiff", transform=place, sparse_ok=True, **tiles, **facts) as file:
        file.write(np.ones((64, 64), np.float32), 1, window=Window(0, 0, 64, 64))
    assert path.stat().st_size < 80 * MEGABYTE
    return good(folder), path, {}


def ragged(folder: Path) -> tuple[Path, Path, dict[str, Any]]:
    path = write_xyz(folder / "缺列.xyz", heights(AT, 2), AT)
    lines = path.read_text().splitlines()
    lines[41] = " ".join(lines[41].split()[:2])
    path.write_text("\n".join(lines))
    return good(folder), path, {"after_crs": 4547}


def scattered(folder: Path) -> tuple[Path, Path, dict[str, Any]]:
    path = folder / "散点.xyz"
    places = np.random.default_rng(4).uniform(-70, 70, (500, 2)) + AT
    np.savetxt(path, np.column_stack((places, np.ones(500))), fmt="%.3f")
    return good(folder), path, {"after_crs": 4547}


def swapped(folder: Path) -> tuple[Path, Path, dict[str, Any]]:
    path = write_xyz(folder / "北在前.xyz", heights(AT, 2), AT)
    table = np.loadtxt(path)
    np.savetxt(path, table[:, [1, 0, 2]], fmt="%.3f")
    return good(folder), path, {"after_crs": 4547}


def nothing_but_gaps(folder: Path) -> tuple[Path, Path, dict[str, Any]]:
    return good(folder), write(folder / "全空.tif", np.full((CELLS, CELLS), np.nan, np.float32), AT), {}


def a_picture(folder: Path) -> tuple[Path, Path, dict[str, Any]]:
    return good(folder), write(folder / "影像.tif", np.full((CELLS, CELLS), 7, np.uint8), AT), {}


def web_mercator(folder: Path) -> tuple[Path, Path, dict[str, Any]]:
    return good(folder), write(folder / "墨卡托.tif", heights(AT, 2), (12_640_000, 2_554_000), epsg=3857), {}


def another_system(folder: Path) -> tuple[Path, Path, dict[str, Any]]:
    return *a_pair(folder), {"after_crs": 32649}


def no_such_system(folder: Path) -> tuple[Path, Path, dict[str, Any]]:
    return good(folder), write(folder / "无坐标系.tif", heights(AT, 2), AT, epsg=None), {"after_crs": 999_999}


def words_only(folder: Path) -> tuple[Path, Path, dict[str, Any]]:
    path = folder / "说明.txt"
    path.write_text("2026年9月航测说明:数据另附\n第 1 页\n")
    return good(folder), path, {"after_crs": 4547}


REFUSED: dict[str, tuple[Made, str]] = {
    "beside": (beside, "elevation.no_overlap"), "datum": (other_datum, "elevation.vertical_conflict"), "feet": (in_feet, "elevation.not_metres"),
    "no system": (without_system, "elevation.no_crs"), "truncated": (truncated, "elevation.damaged"), "huge": (huge, "elevation.too_large"),
    "ragged": (ragged, "elevation.xyz_line"), "scattered": (scattered, "elevation.xyz_irregular"), "swapped": (swapped, "elevation.xyz_swapped"),
    "gaps": (nothing_but_gaps, "elevation.no_heights"), "picture": (a_picture, "elevation.not_heights"),
    "mercator": (web_mercator, "elevation.web_mercator"), "another system": (another_system, "elevation.crs_conflict"),
    "no such system": (no_such_system, "crs.not_understood"), "words": (words_only, "elevation.xyz_line"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_the_job_refuses_with_the_remedy_and_keeps_nothing_by_halves(
    app: FastAPI, officer: Person, tmp_path: Path, what: str
) -> None:
    made, code = REFUSED[what]
    before, after, options = made(tmp_path)
    told = done(app, officer, before, after, options=options)
    assert (told["state"], told["failure"]["code"]) == ("failed", code), told["failure"]
    assert (told["result"], told["extent"], told["heaps"]) == (None, None, {})
    assert after.name in told["failure"]["zh"] or what in {"datum", "no such system"}
    assert len(told["failure"]["zh"]) > 15
    assert len(told["failure"]["en"]) > 30
    assert str(app.state.store.path(told["failure"]["code"].ljust(64, "0")).parent) not in told["failure"]["zh"]


def test_a_small_file_that_unpacks_to_gigabytes_is_not_unpacked(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    """60000 × 60000 zeros in one strip: some KB that stand for 14 GB of heights."""
    after = tmp_path / "炸弹.tif"
    after.write_bytes(_one_strip(60_000))
    told = done(app, officer, good(tmp_path), after, options={"after_crs": 4547})
    assert told["state"] == "failed"
    assert told["failure"]["code"] in {"elevation.too_large", "elevation.block_too_large"}


def _one_strip(side: int) -> bytes:
    """A GeoTIFF of one deflated strip of float32 zeros, written by hand so that nobody has to hold it."""
    packer, packed = zlib.compressobj(9), bytearray()
    row = bytes(4 * side)
    for _ in range(side):
        packed += packer.compress(row)
        if len(packed) > 100_000:
            break  # what is declared and what is there differ, as in a bomb
    packed += packer.flush()
    scale, tie = struct.pack("<3d", 1, 1, 0), struct.pack("<6d", 0, 0, 0, AT[0], AT[1], 0)
    tags = [
        (256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, 32), (259, 3, 1, 8), (262, 3, 1, 1), (277, 3, 1, 1), (278, 4, 1, side),
        (339, 3, 1, 3),
    ]  # fmt: skip
    count = len(tags) + 4
    heap = 8 + 2 + 12 * count + 4
    tags += [(273, 4, 1, heap + len(scale) + len(tie)), (279, 4, 1, len(packed))]
    tags += [(33550, 12, 3, heap), (33922, 12, 6, heap + len(scale))]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    head = struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", count) + entries + bytes(4)
    return head + scale + tie + bytes(packed)


def test_reading_has_bounds_of_memory_and_time(tmp_path: Path) -> None:
    """By the limits alone: what the checks of size do not see."""
    z = np.random.default_rng(3).normal(5, 1, (2600, 2600)).astype(np.float32)
    models = [Model(write(tmp_path / f"{side}.tif", z, AT), f"{side}.tif") for side in ("a", "b")]
    narrow = replace(comparing.LIMITS, memory_bytes=450 * MEGABYTE)
    told = comparing.compared(*models, {}, lambda _: True, narrow)
    assert told["refused"]["code"] == "elevation.memory"
    hurried = replace(comparing.LIMITS, wall_seconds=0.3)
    told = comparing.compared(*models, {}, lambda _: True, hurried)
    assert told["refused"]["code"] == "elevation.time"


def test_a_file_that_is_gone_from_the_store_ends_as_failed_and_not_as_waiting(
    app: FastAPI, officer: Person, tmp_path: Path
) -> None:
    sent = ask(officer, *a_pair(tmp_path)).json()
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        sha256 = session.scalar(text("select before_sha256 from elevation_comparison"))
    app.state.store.path(sha256).unlink()
    with pytest.raises(FileNotFoundError):
        jobs.compare(app.state.sessions, app.state.store, sent["id"])
    told = officer.get(f"{ROOT}/{sent['id']}").json()
    assert (told["state"], told["failure"]["code"]) == ("failed", "elevation.broken")


# --- refused at the door ----------------------------------------------------------------------------------------------


def kept_rows(app: FastAPI) -> list[int]:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        asked = "select count(*) from {}"
        return [session.scalar(text(asked.format(table))) for table in ("elevation_comparison", "stored_file", "heap")]


def test_the_first_survey_must_be_the_earlier_and_none_of_tomorrow(
    app: FastAPI, officer: Person, tmp_path: Path
) -> None:
    pair = a_pair(tmp_path)
    for days in (
        {"before_on": "2026-09-01", "after_on": "2026-03-01"}, {"before_on": "2026-03-01", "after_on": "2026-03-01"},
        {"after_on": str(clock.today().replace(year=clock.today().year + 1))},
    ):  # fmt: skip
        refused = ask(officer, *pair, **days)
        assert (refused.status_code, refused.json()["code"]) == (422, "elevation.days")
    assert kept_rows(app) == [0, 0, 0]


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(200), b"PK\x03\x04" + bytes(200), b"%PDF-1.7\x00"]
)
def test_what_is_no_model_at_all_is_not_even_kept(
    app: FastAPI, officer: Person, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "图.tif").write_bytes(content)
    refused = ask(officer, good(tmp_path), tmp_path / "图.tif")
    assert (refused.status_code, refused.json()["code"]) == (422, "elevation.not_a_model")
    assert "图.tif" in refused.text
    assert kept_rows(app) == [0, 0, 0]


def test_the_same_file_twice_shows_no_change(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    refused = ask(officer, good(tmp_path), good(tmp_path))
    assert (refused.status_code, refused.json()["code"]) == (422, "elevation.same_file")
    assert kept_rows(app) == [0, 0, 0]


@pytest.mark.parametrize("options", [{"least_m3": -5}, {"coregister": "perhaps"}, {"secret": 1}, {"after_crs": 12}])
def test_options_that_mean_nothing_are_named(officer: Person, tmp_path: Path, options: dict[str, Any]) -> None:
    refused = ask(officer, *a_pair(tmp_path), options=options)
    assert (refused.status_code, refused.json()["code"]) == (422, "elevation.options")
    assert next(iter(options)) in refused.text


def test_more_than_an_upload_may_have_is_refused_before_the_first_byte(
    app: FastAPI, officer: Person, tmp_path: Path
) -> None:
    app.state.settings = app.state.settings.model_copy(update={"max_upload_mb": 1})
    at = AT
    z = np.random.default_rng(1).normal(0, 1, (700, 700)).astype(np.float32)
    refused = ask(officer, write(tmp_path / "大.tif", z, at), good(tmp_path))
    assert (refused.status_code, kept_rows(app)) == (413, [0, 0, 0])


def test_a_name_that_looks_like_a_path_is_only_a_name(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    before, after = good(tmp_path), write(tmp_path / "b.tif", heights(AT, 2, (LARGE,)), AT)
    form = {"title": "北围", "before_on": "2026-03-01", "after_on": "2026-09-01"}
    names = "../../etc/前\x01期 😀.tif", "/vsicurl/http:x.tif"
    files = {
        side: (name, path.read_bytes())
        for side, name, path in zip(("before", "after"), names, (before, after), strict=True)
    }
    sent = officer.post(ROOT, files=files, data=form)
    assert sent.status_code == 202, sent.text
    jobs.compare(app.state.sessions, app.state.store, sent.json()["id"])
    assert officer.get(f"{ROOT}/{sent.json()['id']}").json()["heaps"] == {"offered": 1}
