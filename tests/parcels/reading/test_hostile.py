"""Files sent by somebody who means harm, made here from a script: each ends in a sentence, in time, with nothing read."""

import contextlib
import copy
import io
import json
import socket
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyogrio import raw

from gis_service.parcels.reading import sandbox, shapefile
from gis_service.parcels.reading.result import MEGABYTE, Limits, Unreadable

Reading = Callable[..., Any]
Refusing = Callable[..., Unreadable]

CANARY = "canary-71c9"
SQUARE = [[113.537, 22.402], [113.538, 22.402], [113.538, 22.401], [113.537, 22.401], [113.537, 22.402]]
GOOD = {
    "type": "FeatureCollection",
    "features": [{"type": "Feature", "properties": {"n": 1}, "geometry": {"type": "Polygon", "coordinates": [SQUARE]}}],
}


@pytest.fixture(autouse=True)
def _nothing_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every cell is swept away, whatever happened in it."""
    cells = tmp_path / "cells"
    cells.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(cells))
    yield
    assert list(cells.iterdir()) == []


@pytest.fixture
def vrt(tmp_path: Path) -> str:
    """An OGR virtual data source that would hand out another file of the server as features."""
    secret = tmp_path / "secret.csv"
    secret.write_text(f'id,WKT\n{CANARY},"POLYGON((113 22,114 22,114 23,113 22))"\n')
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource>'
        '<GeometryType>wkbPolygon</GeometryType><GeometryField encoding="WKT" field="WKT"/>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )


def zipped(members: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, bytes]:
    """The parts of a good shapefile, by suffix."""
    folder = tmp_path / "good"
    folder.mkdir()
    boxes = [shapely.box(38452000 + i * 100, 2478000, 38452080 + i * 100, 2478080) for i in range(3)]
    raw.write(
        folder / "good.shp",
        geometry=shapely.to_wkb(np.array(boxes, dtype=object)),
        field_data=[np.array(["a", "b", "c"], dtype=object)],
        fields=["NO"],
        geometry_type="Polygon",
        crs="EPSG:4526",
        driver="ESRI Shapefile",
    )
    return {part.suffix: part.read_bytes() for part in folder.iterdir()}


# --- disguises ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.geojson", "a.json", "a.gpkg", "a.shp", "a.txt", "a.zip", "a.dbf", "a.vrt"])
@pytest.mark.parametrize("before", ["", "\ufeff \n"])
def test_a_virtual_data_source_is_refused_under_any_name(refused: Refusing, vrt: str, name: str, before: str) -> None:
    refusal = refused(before + vrt, name)
    assert refusal.code in ("read.kind_mismatch", "read.kind_unknown")
    assert "VRT" in refusal.zh
    assert CANARY not in refusal.zh + refusal.en


@pytest.mark.parametrize("suffix", [".shp", ".dbf", ".shx", ".prj", ".cpg"])
def test_a_virtual_data_source_as_a_part_in_a_zip_reads_nothing(
    read_file: Reading, parts: dict[str, bytes], vrt: str, suffix: str
) -> None:
    members = {f"x{s}": (vrt if s == suffix else content) for s, content in (parts | {suffix: b""}).items()}
    try:
        got = read_file(zipped(members), "x.zip")
    except Unreadable as refusal:
        said = refusal.zh + refusal.en
    else:
        assert suffix in (".shx", ".prj", ".cpg")
        said = json.dumps([row.attributes for row in got.rows]) + str(got.codes)
    assert CANARY not in said


@pytest.mark.parametrize(
    "name",
    [
        "PG:dbname=x.geojson",
        "CSV:/etc/passwd",
        "/vsistdin/.geojson",
        "/vsicurl/http://127.0.0.1/x.geojson",
        "../../x.json",
    ],
)
def test_names_that_mean_something_to_gdal_mean_nothing_here(tmp_path: Path, read_file: Reading, name: str) -> None:
    with contextlib.suppress(Unreadable):  # "/vsistdin/.geojson" has no ending at all
        assert read_file(json.dumps(GOOD), name).summary.row_count == 1


LAUGHS = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><kml>&b;</kml>'


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "空.geojson", "空文件"),
        (b"", "a.zip", "空文件"),
        (b"\xef\xbb\xbf \r\n", "a.txt", "空文件"),
        (b"\x00" * 5000, "a.shp", "空文件"),
        (LAUGHS, "a.geojson", "XML"),
        (LAUGHS, "a.kml", "XML"),
        (b"Rar!\x1a\x07\x00", "a.zip", "RAR"),
        (b"AC1027" + b"\x00" * 50, "a.dxf", "DWG"),
        (b"\x89PNG\r\n\x1a\n", "a.geojson", "图片"),
        (zipped({"a.txt": "x"}), "a.gpkg", "zip"),
        (json.dumps(GOOD), "a.txt", "JSON"),
        (json.dumps(GOOD), "a.docx", ".geojson"),
        (b"SQLite format 3\x00" + b"\x00" * 100, "a.geojson", "SQLite"),
        ("<\x00O\x00G\x00R\x00", "a.geojson", "XML"),
    ],
)
def test_what_is_empty_foreign_or_disguised_is_named(
    refused: Refusing, content: bytes | str, name: str, words: str
) -> None:
    assert words in refused(content, name).zh


# --- JSON --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        '{"type": "FeatureCollection", "features": ' + "[" * 100_000,
        '{"a": ' * 100_000,
        '{"type": "Polygon", "coordinates": ' + "[" * 1_000_000 + "]" * 1_000_000 + "}",
        json.dumps(GOOD).replace('"n": 1', '"n": ' + "[" * 200 + "]" * 200),
    ],
)
def test_deep_nesting_is_refused_and_breaks_no_stack(refused: Refusing, content: str) -> None:
    assert refused(content, "deep.geojson").code == "json.too_deep"


def test_a_million_short_features_stop_at_the_limit_of_rows(refused: Refusing) -> None:
    content = '{"type":"FeatureCollection","features":[' + ",".join(["1"] * 5000) + "]}"
    assert refused(content, "many.geojson", limits=Limits(rows=1000)).code == "read.too_many_rows"


# --- zip ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../../etc/x.shp", "/abs/x.shp", "a\\..\\..\\x.shp", "C:\\x.shp", "c:x.shp", "x.shp\x00.txt"]
)
def test_names_that_leave_the_folder_are_refused(refused: Refusing, name: str) -> None:
    placeholder = "N" * len(name)
    content = zipped({placeholder: b"x"}).replace(placeholder.encode(), name.encode())
    refusal = refused(content, "slip.zip")
    assert refusal.code == "zip.unsafe_name"


def test_a_symbolic_link_is_refused(refused: Refusing) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("x.shp")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refused(out.getvalue(), "link.zip").code == "zip.unsafe_name"


def test_a_bomb_is_refused_from_its_directory(refused: Refusing) -> None:
    refusal = refused(zipped({"x.shp": bytes(60 * MEGABYTE)}), "bomb.zip")
    assert refusal.code == "zip.bomb"
    assert "60 MB" in refusal.zh


def test_a_directory_that_lies_about_sizes_unfolds_no_further_than_it_said(refused: Refusing) -> None:
    content = bytearray(zipped({"x.shp": bytes(5 * MEGABYTE), "x.dbf": b"x"}))
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"PK\x01\x02"))
    content[at + 24 : at + 28] = struct.pack("<I", 1000)
    assert refused(bytes(content), "lie.zip").code in ("zip.damaged", "read.damaged")


def test_members_that_share_their_bytes_are_a_bomb(refused: Refusing) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x0.shp", b"x" * 1000)
        for n in range(1, 50):
            twin = copy.copy(archive.filelist[0])
            twin.filename = f"x{n}.shp"
            archive.filelist.append(twin)
    assert refused(out.getvalue(), "overlap.zip").code == "zip.bomb"


def test_too_many_members_nested_and_encrypted_archives_are_refused(refused: Refusing) -> None:
    assert refused(zipped({f"{n}.shp": b"" for n in range(1001)}), "many.zip").code == "zip.too_many"
    refusal = refused(zipped({"内层.zip": zipped({"x.shp": b"x"})}), "nested.zip")
    assert (refusal.code, "内层.zip" in refusal.zh) == ("zip.nested", True)
    locked = bytearray(zipped({"x.shp": b"x"}))
    locked[6] |= 1
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    assert refused(bytes(locked), "locked.zip").code == "zip.encrypted"


@pytest.mark.parametrize("keep", [4, 30, 200, -1, -30])
def test_a_zip_cut_short_is_refused(refused: Refusing, parts: dict[str, bytes], keep: int) -> None:
    content = zipped({f"x{suffix}": part for suffix, part in parts.items()})
    assert refused(content[:keep], "cut.zip").code == "zip.damaged"


def test_two_members_of_one_name_are_refused(refused: Refusing, parts: dict[str, bytes]) -> None:
    members = {f"x{s}": c for s, c in parts.items()} | {"X.SHP": parts[".shp"]}
    assert refused(zipped(members), "twice.zip").code == "zip.duplicate"


# --- shapefile ---------------------------------------------------------------------------------------------------


def packed(parts: dict[str, bytes], **replaced: bytes) -> bytes:
    return zipped({f"x{s}": c for s, c in (parts | {f".{s}": c for s, c in replaced.items()}).items()})


def test_a_shp_cut_at_any_place_names_the_record_from_which_it_lacks(
    parse_file: Reading, refused: Refusing, parts: dict[str, bytes]
) -> None:
    whole = parts[".shp"]
    for keep in range(64, len(whole), 64):
        with pytest.raises(Unreadable) as refusal:
            parse_file(shapefile.read_zip, packed(parts, shp=whole[:keep]))
        assert refusal.value.code == "shapefile.truncated"
    assert "第 3 条记录" in refused(packed(parts, shp=whole[:-20]), "cut.zip").zh


@pytest.mark.parametrize("at", [100 + 8 + 36, 100 + 8 + 40])
@pytest.mark.parametrize("claim", [2**31 - 1, -1, 10**6])
def test_a_record_that_claims_billions_of_parts_or_points_costs_nothing(
    read_file: Reading, parts: dict[str, bytes], at: int, claim: int
) -> None:
    shp = parts[".shp"][:at] + struct.pack("<i", claim) + parts[".shp"][at + 4 :]
    try:
        got = read_file(packed(parts, shp=shp), "claim.zip")
    except Unreadable:
        return
    assert got.rows[0].geometry is None
    assert [i.level for i in got.rows[0].issues] == ["error"]
    assert got.summary.cost.peak_memory_mb < 200


def test_numbers_that_are_none_are_told_by_row(read_file: Reading, parts: dict[str, bytes]) -> None:
    at = 100 + 8 + 44 + 4
    shp = parts[".shp"][:at] + struct.pack("<d", float("nan")) + parts[".shp"][at + 8 :]
    got = read_file(packed(parts, shp=shp), "nan.zip")
    assert [i.code for i in got.rows[0].issues] in (["geometry.not_finite"], ["geometry.malformed"])
    assert [row.issues for row in got.rows[1:]] == [[], []]


@pytest.mark.parametrize(
    "content", [b"\x03" + b"\xff" * 31, b"\x03\x01\x01\x01" + struct.pack("<IHH", 3, 33, 0) + bytes(21), b"x"]
)
def test_a_table_whose_header_is_nonsense_is_damaged(
    refused: Refusing, parts: dict[str, bytes], content: bytes
) -> None:
    assert refused(packed(parts, dbf=content), "x.zip").code in ("read.damaged", "shapefile.truncated")


@pytest.mark.filterwarnings("ignore")  # of GDAL, about the damage
def test_random_damage_ends_in_rows_or_a_sentence(parse_file: Reading, parts: dict[str, bytes]) -> None:
    """A hundred shapefiles with a few bytes changed, in this process: nothing escapes but a refusal."""
    random = np.random.default_rng(7)
    for _ in range(100):
        suffix = str(random.choice([".shp", ".shx", ".dbf", ".prj"]))
        content = bytearray(parts[suffix])
        for at in random.integers(0, len(content), 4):
            content[at] = random.integers(0, 256)
        with contextlib.suppress(Unreadable):
            parse_file(shapefile.read_zip, packed(parts, **{suffix[1:]: bytes(content)}))


# --- limits and walls --------------------------------------------------------------------------------------------


def test_too_much_time_memory_or_output_each_end_in_a_sentence(refused: Refusing) -> None:
    big = json.dumps(GOOD | {"features": GOOD["features"] * 20_000})
    assert refused(big, "slow.geojson", limits=Limits(wall_seconds=0.6)).code == "read.time"
    assert refused(big, "cpu.geojson", limits=Limits(cpu_seconds=1)).code == "read.time"
    fat = json.dumps(GOOD).replace('"n": 1', f'"n": "{"x" * 60 * MEGABYTE}"')
    assert refused(fat, "fat.geojson", limits=Limits(memory_bytes=250 * MEGABYTE)).code == "read.memory"
    assert refused(big, "long.geojson", limits=Limits(output_bytes=50_000)).code == "read.output_too_big"
    assert refused(big, "big.geojson", limits=Limits(input_bytes=MEGABYTE)).code == "read.too_big"


def test_nothing_of_our_environment_reaches_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIS_DATABASE_URL", CANARY)
    monkeypatch.setenv("OGR_SKIP", "")
    told = sandbox.environment(tmp_path)
    assert CANARY not in str(told)
    assert "OGR_VRT" in told["OGR_SKIP"]


ESCAPE = """
import pathlib, socket, subprocess, sys
from gis_service.parcels.reading import sandbox
from gis_service.parcels.reading.result import Limits
canary, port, cell = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
print(sandbox.lock_down(Limits()), sandbox.confine_files(cell))
def attempt(what):
    try:
        what()
    except OSError:
        print("stopped")
    else:
        print("escaped")
attempt(lambda: socket.create_connection(("127.0.0.1", port), 1)) # stopped by the kernel, not by Python
sandbox.forbid()
attempt(lambda: open(canary).read())
attempt(lambda: socket.create_connection(("127.0.0.1", port), 1))
attempt(lambda: subprocess.run(["/bin/true"]))
(cell / "mine").write_text("x")
import pyogrio
print(sorted(pyogrio.list_drivers()))
"""


def test_a_cell_has_no_network_no_files_of_others_no_programs_and_two_drivers(tmp_path: Path) -> None:
    canary, cell = tmp_path / "canary", tmp_path / "cell"
    canary.write_text(CANARY)
    cell.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-c", ESCAPE, str(canary), port, str(cell)],
            env=sandbox.environment(cell),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    walls, *attempts, drivers = done.stdout.splitlines()
    network, files = walls.split()
    assert attempts[0] == ("escaped" if network == "python" else "stopped")
    assert attempts[1] == ("stopped" if files == "landlock" else "escaped")
    assert attempts[2:] == ["stopped", "stopped"]
    assert drivers == "['ESRI Shapefile', 'GPKG']"


def test_a_driver_that_is_not_on_the_list_is_found_and_kept_out(
    read_file: Reading, parts: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "KNOWN_DRIVERS", "CSV KML")
    monkeypatch.setattr(sandbox, "KNOWN_WITH_BLANKS", ())
    assert read_file(packed(parts), "x.zip").summary.row_count == 3


def test_what_reading_took_is_told(read_file: Reading) -> None:
    cost = read_file(json.dumps(GOOD), "a.geojson").summary.cost
    assert 0 < cost.seconds < 10
    assert 10 < cost.peak_memory_mb < 200
    assert cost.network in ("namespace", "landlock", "python")
    assert cost.files in ("landlock", "open")


def test_rows_can_be_walked_again_and_are_gone_when_closed(read_file: Reading) -> None:
    result = read_file(json.dumps(GOOD), "a.geojson").summary
    assert [row.row for row in result.rows] == [row.row for row in result.rows] == [1]
    result.close()
    with pytest.raises(ValueError, match="closed"):
        next(result.rows)
