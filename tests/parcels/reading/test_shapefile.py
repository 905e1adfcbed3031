"""Zipped Shapefiles with Chinese names and texts, with and without the parts that should be there."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyogrio import raw
from pyproj import CRS

from gis_service.parcels.reading import shapefile
from gis_service.parcels.reading.result import Unreadable

Reading = Callable[..., Any]

SQUARES = [shapely.box(38452000 + i * 100, 2478000, 38452080 + i * 100, 2478080) for i in range(3)]
NUMBERS = ["BW-0001", "BW-0002", "BW-0003"]
NAMES = ["北围示例地块一", "北围示例地块二", "后环示例地块"]


def made(
    folder: Path,
    *,
    encoding: str = "GBK",
    shapes: list[Any] = SQUARES,
    crs: str | None = "EPSG:4526",
    kind: str = "Polygon",
) -> dict[str, bytes]:
    """The parts of a shapefile, by suffix, with two Chinese text fields and a number."""
    path = folder / "made.shp"
    raw.write(
        path,
        geometry=shapely.to_wkb(np.array(shapes, dtype=object)),
        field_data=[
            np.array(NUMBERS[: len(shapes)], dtype=object),
            np.array(NAMES[: len(shapes)], dtype=object),
            np.arange(len(shapes), dtype=float),
        ],
        fields=["编号", "地块名", "面积"],
        geometry_type=kind,
        crs=crs,
        driver="ESRI Shapefile",
        encoding=encoding,
    )
    parts = {part.suffix: part.read_bytes() for part in folder.glob("made.*")}
    for part in folder.glob("made.*"):
        part.unlink()
    return parts


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def packed(parts: dict[str, bytes], stem: str = "地块", *, without: tuple[str, ...] = (), **replaced: bytes) -> bytes:
    """The parts zipped under one name; `cpg=b"…"` puts another content there."""
    parts = {s: c for s, c in parts.items() if s not in without} | {f".{s}": c for s, c in replaced.items()}
    return zipped({f"{stem}{suffix}": content for suffix, content in parts.items()})


@pytest.fixture
def parse(parse_file: Reading) -> Reading:
    """Read a zip in this process."""
    return lambda content, **asked: parse_file(shapefile.read_zip, content, **asked)


@pytest.fixture
def refusal(parse: Reading) -> Callable[..., Unreadable]:
    def refusing(content: bytes, **asked: Any) -> Unreadable:
        with pytest.raises(Unreadable) as caught:
            parse(content, **asked)
        return caught.value

    return refusing


# --- text --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("cpg", [None, b"UTF-8", b"GBK", b"ISO-8859-1", b"klingon"])
def test_chinese_fields_and_values_come_out_right_whatever_the_cpg_says(
    tmp_path: Path, parse: Reading, encoding: str, cpg: bytes | None
) -> None:
    parts = made(tmp_path, encoding=encoding)
    content = packed(parts, without=(".cpg",), **({} if cpg is None else {"cpg": cpg}))
    got = parse(content)
    assert [row.attributes["地块名"] for row in got.rows] == NAMES
    assert list(got.rows[0].attributes)[1:] == ["地块名", "面积"]
    assert got.summary.encoding.name == ("GB18030" if encoding == "GBK" else "UTF-8")
    lie = cpg in ((b"UTF-8", b"ISO-8859-1") if encoding == "GBK" else (b"GBK", b"ISO-8859-1"))
    assert got.codes == (["encoding.declared_wrong"] if lie else [])


def test_gbk_with_its_cpg_through_the_child(tmp_path: Path, read_file: Reading) -> None:
    got = read_file(packed(made(tmp_path)), "地块.zip")
    assert [row.attributes["编号"] for row in got.rows] == NUMBERS
    assert (got.summary.crs.epsg, got.summary.row_count) == (4526, 3)
    assert got.area_m2 == 3 * 6400
    assert got.codes == []


def test_an_encoding_can_be_given(tmp_path: Path, parse: Reading) -> None:
    got = parse(packed(made(tmp_path), cpg=b"ISO-8859-1"), encoding="GBK")
    assert got.rows[0].attributes["地块名"] == NAMES[0]
    assert got.codes == []


def test_bytes_that_fit_no_encoding_are_an_error_of_row_and_field(tmp_path: Path, parse: Reading) -> None:
    parts = made(tmp_path)
    parts[".dbf"] = parts[".dbf"].replace("示例地块二".encode("gbk"), b"\xff\xff\xff\xff12345\xff")
    got = parse(packed(parts))
    (fault,) = got.rows[1].issues
    assert (fault.code, fault.row, fault.field) == ("value.undecodable", 2, "地块名")
    assert "北围" in got.rows[1].attributes["地块名"]


# --- coordinate systems ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("epsg", [4526, 4547, 4490, 4326])
def test_the_prj_of_arcgis_is_understood(tmp_path: Path, parse: Reading, epsg: int) -> None:
    from gis_service.geo import crs as systems

    shapes = [systems.transform(shape, 4526, epsg) for shape in SQUARES]
    parts = made(tmp_path, shapes=shapes, crs=f"EPSG:{epsg}")
    esri = CRS.from_epsg(epsg).to_wkt("WKT1_ESRI").encode()
    for prj in (esri, b"\xef\xbb\xbf" + esri + b"\r\n"):
        got = parse(packed(parts, prj=prj))
        assert got.summary.crs.epsg == epsg
        assert got.codes == []


def test_a_prj_of_ones_own_naming_is_known_by_its_parameters(tmp_path: Path, parse: Reading) -> None:
    own = CRS.from_epsg(4526).to_wkt("WKT1_ESRI").replace("CGCS2000_3_Degree_GK_Zone_38", "GaoXinQu_2000").encode()
    assert parse(packed(made(tmp_path), prj=own)).summary.crs.epsg == 4526


def test_without_a_prj_the_prefix_tells_the_zone(tmp_path: Path, parse: Reading) -> None:
    got = parse(packed(made(tmp_path), without=(".prj",)))
    assert (got.summary.crs.epsg, got.summary.crs.source) == (4526, "detected")
    assert "38" in got.summary.crs.evidence_zh[0]


def test_a_prj_without_prefix_over_prefixed_eastings_is_corrected_and_told(tmp_path: Path, parse: Reading) -> None:
    got = parse(packed(made(tmp_path), prj=CRS.from_epsg(4547).to_wkt("WKT1_ESRI").encode()))
    assert got.summary.crs.epsg == 4526
    assert got.codes == ["crs.declaration_wrong"]


@pytest.mark.parametrize(
    ("epsg", "code"), [(4525, "crs.zone_conflict"), (2362, "crs.legacy_datum"), (2414, "crs.legacy_datum")]
)
def test_another_zone_or_an_old_datum_is_refused(
    tmp_path: Path, refusal: Callable[..., Unreadable], epsg: int, code: str
) -> None:
    prj = CRS.from_epsg(epsg).to_wkt("WKT1_ESRI").encode()
    assert refusal(packed(made(tmp_path), prj=prj)).code == code


def test_an_old_datum_under_a_name_of_ones_own_is_refused_too(
    tmp_path: Path, refusal: Callable[..., Unreadable]
) -> None:
    prj = CRS.from_epsg(2362).to_wkt("WKT1_ESRI").replace("114.0", "113.5").replace("Zone_38", "mine")
    assert refusal(packed(made(tmp_path), prj=prj.encode())).code == "crs.legacy_datum"


def test_a_damaged_prj_counts_as_none(tmp_path: Path, parse: Reading) -> None:
    assert parse(packed(made(tmp_path), prj=b"\xff\xfe garbage")).summary.crs.source == "detected"


# --- parts -------------------------------------------------------------------------------------------------------


def test_a_missing_index_is_rebuilt_and_told(tmp_path: Path, read_file: Reading) -> None:
    got = read_file(packed(made(tmp_path), without=(".shx",)), "地块.zip")
    assert got.summary.row_count == 3
    assert got.codes == ["shapefile.shx_rebuilt"]


@pytest.mark.parametrize("offset", [-1, 0, 2**31 - 1])
def test_an_index_that_points_elsewhere_is_rebuilt(tmp_path: Path, read_file: Reading, offset: int) -> None:
    parts = made(tmp_path)
    parts[".shx"] = parts[".shx"][:108] + struct.pack(">i", offset) + parts[".shx"][112:]
    got = read_file(packed(parts), "地块.zip")
    assert got.codes == ["shapefile.shx_rebuilt"]
    assert got.area_m2 == 3 * 6400


def test_a_missing_table_is_named(tmp_path: Path, refusal: Callable[..., Unreadable]) -> None:
    found = refusal(packed(made(tmp_path), without=(".dbf",)))
    assert found.code == "shapefile.part_missing"
    assert ".dbf" in found.zh
    assert "地块" in found.zh


def test_a_zip_without_shp_lists_what_it_has(tmp_path: Path, refusal: Callable[..., Unreadable]) -> None:
    found = refusal(packed(made(tmp_path), without=(".shp",)))
    assert found.code == "zip.no_shapefile"
    assert "地块.dbf" in found.zh


def test_a_table_with_other_rows_than_geometries_names_both_counts(
    tmp_path: Path, refusal: Callable[..., Unreadable]
) -> None:
    two = made(tmp_path, shapes=SQUARES[:2])
    found = refusal(packed(made(tmp_path), dbf=two[".dbf"]))
    assert found.code == "shapefile.counts_differ"
    assert (found.facts["shapes"], found.facts["records"]) == (3, 2)


def test_deleted_rows_of_the_table_are_left_out(tmp_path: Path, parse: Reading) -> None:
    parts = made(tmp_path)
    header = struct.unpack("<H", parts[".dbf"][8:10])[0]
    parts[".dbf"] = parts[".dbf"][:header] + b"*" + parts[".dbf"][header + 1 :]
    assert [row.attributes["编号"] for row in parse(packed(parts)).rows] == NUMBERS[1:]


def test_lines_are_refused_by_name(tmp_path: Path, refusal: Callable[..., Unreadable]) -> None:
    lines = [shape.exterior for shape in SQUARES]
    found = refusal(
        packed(made(tmp_path, shapes=[shapely.LineString(line.coords) for line in lines], kind="LineString"))
    )
    assert found.code == "shapefile.kind"
    assert "线" in found.zh


# --- names in the zip --------------------------------------------------------------------------------------------


def test_names_in_gbk_without_the_utf8_flag_are_read(tmp_path: Path, parse: Reading) -> None:
    content = packed(made(tmp_path), stem="XXXX").replace(b"XXXX.", "地块".encode("gbk") + b".")
    assert parse(content).summary.layers[0].name == "地块"


def test_capital_suffixes_folders_and_junk_of_macos_are_no_matter(tmp_path: Path, parse: Reading) -> None:
    parts = made(tmp_path)
    members = {f"北围/地块{s.upper()}": c for s, c in parts.items()}
    members |= {"__MACOSX/北围/._地块.shp": b"x", "北围/.DS_Store": b"x", "说明.pdf": b"%PDF"}
    got = parse(zipped(members))
    assert [layer.name for layer in got.summary.layers] == ["地块"]
    assert got.codes == ["zip.ignored"]
    assert "说明.pdf" in got.summary.issues[0].message_zh


def test_several_shapefiles_are_all_read_and_one_can_be_asked_for(tmp_path: Path, parse: Reading) -> None:
    parts = made(tmp_path)
    points = made(tmp_path, shapes=[shape.centroid for shape in SQUARES], kind="Point")
    members = {f"甲{s}": c for s, c in parts.items()} | {f"乙{s}": c for s, c in parts.items()}
    members |= {f"界址点{s}": c for s, c in points.items()}
    got = parse(zipped(members))
    assert [(layer.name, layer.read) for layer in got.summary.layers] == [("甲", True), ("乙", True), ("界址点", False)]
    assert [(row.layer, row.row) for row in got.rows][2:4] == [("甲", 3), ("乙", 1)]
    assert got.codes == ["layer.skipped"]
    assert {row.layer for row in parse(zipped(members), layer="乙").rows} == {"乙"}
    with pytest.raises(Unreadable, match="甲, 乙, 界址点"):
        parse(zipped(members), layer="丙")


def test_a_bare_shp_takes_its_siblings_along(tmp_path: Path, read_file: Reading) -> None:
    folder = tmp_path / "北围"
    folder.mkdir()
    for suffix, content in made(tmp_path).items():
        (folder / f"地块{suffix.upper() if suffix == '.dbf' else suffix}").write_bytes(content)
    got = read_file(folder / "地块.shp", "地块.shp")
    assert [row.attributes["地块名"] for row in got.rows] == NAMES
    assert got.summary.layers[0].name == "地块"


def test_a_shp_uploaded_alone_is_told_what_it_lacks(tmp_path: Path, refused: Reading) -> None:
    found = refused(made(tmp_path)[".shp"], "地块.shp")
    assert found.code == "shapefile.part_missing"
    assert "zip" in found.zh


def test_multiple_parts_heights_and_null_shapes_are_each_told(tmp_path: Path, parse: Reading) -> None:
    two = shapely.MultiPolygon([SQUARES[0], shapely.box(38453000, 2478000, 38453080, 2478080)])
    got = parse(packed(made(tmp_path, shapes=[two, None, shapely.force_3d(SQUARES[2], 5.0)], kind="Polygon Z")))
    assert [len(row.shape.geoms) if row.shape else 0 for row in got.rows] == [2, 0, 1]
    assert [[i.code for i in row.issues] for row in got.rows] == [[], ["geometry.missing"], []]
    assert got.summary.issues[0].code == "layer.z_dropped"
    assert not got.rows[2].shape.has_z
