"""MapInfo tables, written here by GDAL: their text in any charset, their systems by the usual rules, nothing from elsewhere."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyogrio import raw

from gis_service.parcels.reading.result import Unreadable

Reading = Callable[..., Any]
Refusing = Callable[..., Unreadable]

BOXES = [shapely.box(452_100 + 200 * i, 2_478_450, 452_200 + 200 * i, 2_478_550) for i in range(3)]
NAMES = ["北围一号地块", "后环二号", "金鼎"]


def table(folder: Path, kind: str = "tab", *, crs: str | None = "EPSG:4547", shapes: Any = BOXES) -> dict[str, bytes]:
    """The parts of a table, by suffix; its text is UTF-8 until `charset` says otherwise."""
    folder.mkdir(exist_ok=True)
    raw.write(
        folder / f"made.{kind}",
        geometry=shapely.to_wkb(np.array(shapes, dtype=object)),
        field_data=[np.array(NAMES, dtype=object), np.array([1, 2, 3]), np.array([1.5, 2.5, 3.5])],
        fields=["DKMC", "DKBH", "SIZE"],
        geometry_type=shapes[0].geom_type,
        crs=crs,
        driver="MapInfo File",
        dataset_options={"FORMAT": "MIF"} if kind == "mif" else {},
        layer_options={"ENCODING": "UTF-8"},
    )
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


def recoded(parts: dict[str, bytes], charset: bytes, codec: str) -> dict[str, bytes]:
    """The same table as another program would write it: text in `codec`, and what its head says of that."""
    found = dict(parts)
    for name in NAMES:
        old, new = name.encode("utf-8"), name.encode(codec)
        for suffix in (".dat", ".mid"):
            if suffix in found:
                pad = b"\x00" if suffix == ".dat" else b""
                found[suffix] = found[suffix].replace(old, new + pad * (len(old) - len(new)))
    for suffix in (".tab", ".mif"):
        if suffix in found:
            found[suffix] = found[suffix].replace(b"UTF-8", charset).replace(b"Neutral", charset)
    return found


def zipped(parts: dict[str, bytes], stem: str = "地块") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix, content in parts.items():
            archive.writestr(f"{stem}{suffix}", content)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["tab", "mif"])
@pytest.mark.parametrize(
    ("charset", "codec", "shown"),
    [
        (b"WindowsSimpChinese", "gbk", "GB18030"),
        (b"Neutral", "gbk", "GB18030"),
        (b"UTF-8", "utf-8", "UTF-8"),
        (b"WindowsLatin1", "gbk", "GB18030"),
    ],
)
def test_a_table_in_a_zip_is_read_whatever_its_charset_says(
    read_file: Reading, tmp_path: Path, kind: str, charset: bytes, codec: str, shown: str
) -> None:
    got = read_file(zipped(recoded(table(tmp_path / "made", kind), charset, codec)), "地块.zip")
    assert [row.attributes["DKMC"] for row in got.rows] == NAMES
    assert [row.attributes["DKBH"] for row in got.rows] == [1, 2, 3]
    assert (got.summary.format, got.summary.encoding.name) == ("MapInfo", shown)
    assert got.area_m2 == pytest.approx(30_000, rel=2e-4)  # a .map keeps whole units of its own grid
    assert ("encoding.declared_wrong" in got.codes) == (charset == b"WindowsLatin1")
    assert got.summary.layers[0].name == "地块"


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_table_without_a_system_is_placed_by_its_numbers(read_file: Reading, tmp_path: Path) -> None:
    got = read_file(zipped(table(tmp_path / "made", crs=None)), "a.zip")
    assert got.summary.crs.epsg == 4547
    assert "crs.zone_assumed" in got.codes
    assert (
        read_file(zipped(table(tmp_path / "made2", crs=None)), "a.zip", crs="EPSG:4547").summary.crs.source == "given"
    )


def test_a_bare_table_is_read_with_its_siblings(read_file: Reading, tmp_path: Path) -> None:
    table(tmp_path / "made")
    assert read_file(tmp_path / "made/made.tab", "made.tab").summary.row_count == 3
    table(tmp_path / "made2", "mif")
    assert read_file(tmp_path / "made2/made.mif", "made.mif").summary.row_count == 3


def test_missing_parts_and_other_geometries_are_named(refused: Refusing, tmp_path: Path) -> None:
    parts = table(tmp_path / "made")
    lacking = refused(zipped({suffix: part for suffix, part in parts.items() if suffix != ".map"}), "a.zip")
    assert (lacking.code, ".map" in lacking.zh) == ("mapinfo.part_missing", True)
    points = table(tmp_path / "points", shapes=[shapely.Point(452_100 + i, 2_478_450) for i in range(3)])
    assert refused(zipped(points), "a.zip").code == "read.no_polygons"
    assert refused(zipped(parts), "a.zip", layer="别的").code == "read.no_layer"
    assert refused(zipped(parts | {".map": parts[".map"][:600]}), "a.zip").code in ("read.damaged", "read.crashed")


@pytest.mark.parametrize("kind", [b"LINKED", b"ODBC", b"SHAPEFILE", b"RASTER", b"DBF", b"XLS"])
def test_tables_that_only_name_files_elsewhere_are_refused(refused: Refusing, tmp_path: Path, kind: bytes) -> None:
    parts = table(tmp_path / "made")
    parts[".tab"] = parts[".tab"].replace(b"NATIVE", kind)
    refusal = refused(zipped(parts), "a.zip")
    assert (refusal.code, kind.decode() in refusal.zh) == ("mapinfo.not_native", True)


def test_a_view_or_seamless_table_reads_no_other_file(refused: Refusing, tmp_path: Path) -> None:
    table(tmp_path / "secret")
    view = f'!table\n!version 100\nopen table "{tmp_path}/secret/made" as x\ncreate view y as\nSelect * from x\n'
    assert refused(zipped({".tab": view.encode(), ".map": b"x", ".dat": b"x", ".id": b"x"}), "a.zip").code == (
        "mapinfo.not_native"
    )


def test_a_shapefile_in_the_zip_goes_first_and_a_zip_of_neither_is_refused(refused: Refusing, tmp_path: Path) -> None:
    parts = table(tmp_path / "made")
    assert refused(zipped(parts | {".shp": b"x"}), "a.zip").code == "shapefile.part_missing"
    refusal = refused(zipped({".txt": b"x"}), "a.zip")
    assert (refusal.code, ".tab" in refusal.zh) == ("zip.no_shapefile", True)


@pytest.mark.shared_data
def test_other_peoples_table(shared: Path, read_file: Reading) -> None:
    got = read_file(shared / "mapinfo/Up.tab", "Up.tab")
    assert (got.summary.row_count, got.summary.crs.epsg) == (81, 29193)
    assert got.codes.count("geometry.invalid") == 2
    assert len(got.rows[0].attributes) == 52
    assert got.rows[0].attributes["descricao"] == "CAMARGOS"
