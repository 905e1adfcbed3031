"""What goes out comes back identical: outlines and attributes, through the readers of the import or the formats' own."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import ezdxf
import geopandas
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from shapely import MultiPolygon, Point, from_wkt
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.exports.formats.delimited import neutral
from gis_service.exports.formats.workbook import COLUMNS, written
from gis_service.exports.writing import Written
from gis_service.geo import crs
from gis_service.geo.rings import closed, polygons
from gis_service.parcels.imports.jobs import read
from gis_service.parcels.imports.landing import FIELDS
from gis_service.parcels.imports.operations import Options
from gis_service.parcels.reading.tables.records import as_meant
from tests.conftest import CloneServices
from tests.exports import back
from tests.exports.conftest import HARD, LONG, MARKED

BITS = 1e-15
"""Nothing: the stored numbers, all their digits."""
SAME_DEG = 1e-9
SAME_MM_DEG = 1e-8
"""A millimetre on the ground."""

STORED_UNDER = {
    "area_name": "area_id", "right_holder": "right_holder_unit_id", "managing_unit": "managing_unit_id",
    "custodian_unit": "custodian_unit_id",
}  # fmt: skip

Exported = Callable[..., Written]


@pytest.fixture
def reading(register: CloneServices) -> Iterator[Session]:
    with register.sessions() as session:
        db.enter(session, EVERYTHING)
        yield session


def compare(
    session: Session, found: dict[str, tuple[Any, Any]], within_deg: float, without: tuple[str, ...] = ()
) -> None:
    expected = back.in_register(session)
    assert set(found) == set(expected)
    for number, parcel in expected.items():
        row, shape = found[number]
        said = back.said_of(row, without)
        contact = {name: said.pop(name, None) for name in ("contact_person", "contact_phone")}
        assert said == back.fields_of(parcel, without), number
        assert row.area_registered_m2 == parcel.area_registered_m2, number
        if number == "HARD-1" and contact["contact_phone"]:
            assert contact["contact_phone"] == "013800138000"
        if shape is not None:
            assert back.apart_deg(shape, back.outline(parcel)) < within_deg, number


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("system", "within"), [(None, BITS), ("EPSG:4547", SAME_MM_DEG), ("4526", SAME_MM_DEG)])
def test_a_geopackage_comes_back(
    reading: Session, exported: Exported, system: str | None, within: float, lang: str
) -> None:
    file = exported("gpkg", crs=system, lang=lang, contacts=True)
    compare(reading, back.read_back(reading, file.path), within)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_geojson_comes_back_bit_for_bit(reading: Session, exported: Exported, lang: str) -> None:
    file = exported("geojson", lang=lang, contacts=True)
    compare(reading, back.read_back(reading, file.path), BITS)


@pytest.mark.parametrize(("encoding", "system", "within"), [("UTF-8", None, BITS), ("GBK", "EPSG:4547", SAME_MM_DEG)])
def test_a_shapefile_comes_back_but_for_what_it_cannot_hold(
    reading: Session, exported: Exported, encoding: str, system: str | None, within: float
) -> None:
    file = exported("shp", encoding=encoding, crs=system, contacts=True)
    found = back.read_back(reading, file.path)
    compare(reading, found, within, without=("remark", "parcel_name"))
    cut = found["HARD-1"][0].fields["remark"]
    assert cut == LONG[: 254 // (3 if encoding == "UTF-8" else 2)]
    told = {note["code"] for note in file.notes}
    assert told == ({"text.cut"} if encoding == "UTF-8" else {"text.cut", "text.replaced"})
    name = found["HARD-1"][0].fields["parcel_name"]
    assert ("𠮷" in name) == (encoding == "UTF-8")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_kml_comes_back(reading: Session, exported: Exported, lang: str) -> None:
    file = exported("kml", lang=lang, contacts=True)
    compare(reading, back.read_back(reading, file.path), BITS)


def test_kml_without_names_does_not_come_back_with_numbers_for_names(reading: Session, exported: Exported) -> None:
    file = exported("kml", {"parcel_no": "HARD-4"})
    assert "parcel_name" not in back.read_back(reading, file.path)["HARD-4"][0].fields


def test_gdal_reads_the_same_of_a_kml(reading: Session, exported: Exported) -> None:
    file = exported("kml", contacts=True)
    rows = []
    for name, _kind in pyogrio.list_layers(file.path):
        frame = pyogrio.read_dataframe(file.path, layer=name, force_2d=True, use_arrow=False)
        for record in frame.to_dict("records"):
            shape = record.pop("geometry")
            said = {key: value for key, value in record.items() if isinstance(value, str) and key not in KML_OWN}
            rows.append((said, shape if shape.geom_type == "MultiPolygon" else MultiPolygon([shape])))
    compare(reading, back.mapped(reading, rows), SAME_DEG)


KML_OWN = {"id", "Name", "description", "timestamp", "begin", "end", "altitudeMode", "icon"}


def test_kml_has_a_folder_for_each_area_and_a_style_for_each_value(reading: Session, exported: Exported) -> None:
    file = exported("kml", axis="fence_status")
    root = ElementTree.parse(file.path).getroot()
    areas = {p.area_id for p in back.in_register(reading).values()}
    folders = [folder.findtext("{*}name") for folder in root.iterfind(".//{*}Folder")]
    assert len(folders) == len(areas) == len(set(folders))
    assert folders[-1] == "未分片区"
    styles = {style.get("id") for style in root.iterfind(".//{*}Style")}
    assert styles == {"full", "partial", "none", "damaged", "not_required", "unknown"}
    used = {str(url.text) for url in root.iterfind(".//{*}Placemark/{*}styleUrl")}
    assert used <= {f"#{style}" for style in styles}


@pytest.mark.parametrize(("encoding", "version"), [("UTF-8", "AC1024"), ("GBK", "AC1018")])
def test_dxf_has_closed_outlines_with_their_numbers_inside(
    reading: Session, exported: Exported, encoding: str, version: str
) -> None:
    file = exported("dxf", encoding=encoding)
    drawing = ezdxf.readfile(file.path)
    assert (drawing.dxfversion, drawing.units) == (version, 6)
    lines = list(drawing.modelspace().query('LWPOLYLINE[layer=="界址线"]'))
    assert all(line.closed for line in lines)
    numbers = {
        n.dxf.text: Point(n.get_placement()[1].x, n.get_placement()[1].y)
        for n in drawing.modelspace().query('TEXT[layer=="地块编号"]')
    }
    expected = back.in_register(reading)
    assert set(numbers) == set(expected)
    shapes = polygons([closed(np.array(line.get_points("xy"))) for line in lines])
    parts = list(shapes.geoms)
    for number, parcel in expected.items():
        there = crs.transform(back.outline(parcel), 4490, 4547)
        mine = [part for part in parts if there.covers(part.representative_point())]
        assert any(part.covers(numbers[number]) for part in mine)
        assert back.apart_deg(MultiPolygon(mine), there) < 0.001, number
    assert encoding == "UTF-8" or b"ANSI_936" in file.path.read_bytes()


@pytest.mark.parametrize(("encoding", "system"), [("UTF-8", None), ("GBK", None), ("UTF-8", "EPSG:4526")])
def test_a_drawing_comes_back_with_its_holes_and_parts(
    reading: Session, exported: Exported, encoding: str, system: str | None
) -> None:
    file = exported("dxf", encoding=encoding, crs=system)
    found, expected = back.read_back(reading, file.path), back.in_register(reading)
    assert set(found) == set(expected)
    for number, parcel in expected.items():
        row, shape = found[number]
        assert row.fields == {}, number
        assert back.apart_deg(shape, back.outline(parcel)) < SAME_MM_DEG, number


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("system", "within"), [(None, BITS), ("EPSG:4547", SAME_MM_DEG)])
def test_geoparquet_comes_back(
    reading: Session, exported: Exported, system: str | None, within: float, lang: str
) -> None:
    file = exported("parquet", crs=system, lang=lang, contacts=True)
    compare(reading, back.read_back(reading, file.path), within)


def test_geopandas_reads_the_same_of_a_geoparquet(reading: Session, exported: Exported) -> None:
    file = exported("parquet", crs="EPSG:4547", contacts=True)
    frame = geopandas.read_parquet(file.path)
    assert frame.crs.to_epsg() == 4547
    metadata = json.loads(pq.read_metadata(file.path).metadata[b"geo"])
    assert metadata["version"] == "1.1.0"
    assert metadata["columns"]["geometry"]["bbox"] == pytest.approx(frame.total_bounds.tolist())
    rows = []
    for record in frame.to_crs(4490).to_dict("records"):
        shape = record.pop("geometry")
        rows.append(({key: None if pd.isna(value) else value for key, value in record.items()}, shape))
    compare(reading, back.mapped(reading, rows), SAME_MM_DEG)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("encoding", "system", "within"), [("UTF-8", None, BITS), ("GB18030", "EPSG:4547", SAME_MM_DEG)]
)
def test_csv_comes_back(
    reading: Session, exported: Exported, encoding: str, system: str | None, within: float, lang: str
) -> None:
    file = exported("csv", encoding=encoding, crs=system, lang=lang, contacts=True)
    compare(reading, back.read_back(reading, file.path), within)


def test_csv_is_as_spreadsheets_want_it(exported: Exported) -> None:
    for encoding, codec in (("UTF-8", "utf-8-sig"), ("GB18030", "gb18030")):
        file = exported("csv", {"area": "北围"}, encoding=encoding, contacts=True)
        content = file.path.read_bytes()
        assert content.startswith(b"\xef\xbb\xbf") == (encoding == "UTF-8")
        assert b"\r\n" in content
        records = {r["地块编号"]: r for r in csv.DictReader(io.StringIO(content.decode(codec), newline=""))}
        assert {record["坐标系"] for record in records.values()} == {"EPSG:4490"}
        assert records["HARD-1"]["地块名称"] == "'" + HARD
        assert {note["code"] for note in file.notes} == {"text.apostrophe"}
        assert from_wkt(records["HARD-1"]["WKT"]).geom_type == "MultiPolygon"


def test_one_apostrophe_goes_out_and_one_comes_off(reading: Session, exported: Exported) -> None:
    file = exported("csv", {"parcel_no": "HARD-3"})
    (record,) = csv.DictReader(io.StringIO(file.path.read_text("utf-8-sig"), newline=""))
    assert (record["地块名称"], record["四至-东"]) == ("''=1+1 不是公式", "'@东")
    assert record["固废类型"] == "'" * 3 + "+甲"
    assert (record["坐落"][:4], record["四至-北"]) == ("'单引号", "'北")
    with read(file.path, "HARD.csv", Options()) as result:
        told = [issue for issue in result.issues if issue.code == "table.apostrophes"]
        assert len(told) == sum(value.startswith("'") for value in record.values()) - 2
        assert not next(iter(result.rows)).issues


@given(st.text("'=+-@\t\r甲A_x0041 ", max_size=12))
def test_what_is_put_before_a_text_comes_off_and_nothing_else(text: str) -> None:
    assert as_meant(neutral(text)) == text
    assert as_meant(unescape(written(text))) == text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_workbook_comes_back(reading: Session, exported: Exported, lang: str) -> None:
    """Its columns do; no title, no total, no signature is a parcel."""
    file = exported("xlsx", lang=lang, contacts=True)
    found = {number: (row, None) for number, (row, _) in back.read_back(reading, file.path).items()}
    held = {STORED_UNDER.get(column.field, column.field) for column in COLUMNS}
    compare(reading, found, 0, tuple(name for name in (*FIELDS, "area_id") if name not in held))


def test_openpyxl_reads_the_same_of_the_workbook(exported: Exported) -> None:
    sheet = openpyxl.load_workbook(exported("xlsx").path).active
    texts = {cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)}
    assert {HARD, LONG, MARKED["remark"], f"'{MARKED['parcel_name']}"} <= texts


@pytest.mark.parametrize(("encoding", "system"), [("GB18030", None), ("UTF-8", "EPSG:4547")])
def test_a_land_office_txt_comes_back(reading: Session, exported: Exported, encoding: str, system: str | None) -> None:
    """What it holds: number, name, area, use, outline to the millimetre.

    A comma in a name is told and written as 、. The format has no place for the system of a class: a code that two systems
    have by the same name, in a file that uses both, is told and not guessed.
    """
    file = exported("txt", encoding=encoding, crs=system)
    found, expected = back.read_txt(reading, file.path), back.in_register(reading)
    assert set(found) == set(expected)
    for number, parcel in expected.items():
        row, shape = found[number]
        held = ("parcel_name", "planned_class_system", "planned_class_code")
        stored = back.fields_of(parcel, tuple(name for name in (*FIELDS, "area_id") if name not in held))
        if "parcel_name" in stored:
            stored["parcel_name"] = re.sub("[,，]", "、", stored["parcel_name"])
        if "value.class_system" in {note.code for note in row.notes}:
            assert (stored.pop("planned_class_code"), stored.pop("planned_class_system")) == ("0701", "LU2023")
        assert back.said_of(row) == stored, number
        assert row.area_registered_m2 == (parcel.area_registered_m2 or parcel.area_computed_m2), number
        assert back.apart_deg(shape, back.outline(parcel)) < SAME_MM_DEG, number


def test_the_zip_of_a_shapefile_explains_itself(exported: Exported) -> None:
    file = exported("shp", encoding="GBK", crs="EPSG:4547")
    with zipfile.ZipFile(file.path) as archive:
        names = set(archive.namelist())
        table = archive.read("字段对照.csv").decode("utf-8-sig").splitlines()
        remarks = archive.read("说明.txt").decode("utf-8-sig")
        assert archive.read("parcels.cpg") == b"GBK"
        assert b"CGCS2000_3_Degree_GK_CM_114E" in archive.read("parcels.prj")
    assert names == {f"parcels.{end}" for end in ("shp", "shx", "dbf", "prj", "cpg")} | {"字段对照.csv", "说明.txt"}
    assert table[1] == "DKBH,地块编号,parcel_no,"
    assert "示例数据" in remarks
    assert all(note["zh"] in remarks for note in file.notes)
