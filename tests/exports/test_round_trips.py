"""What goes out comes back identical: outlines and attributes, through the readers of the import or the formats' own."""

import csv
import io
import json
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
from shapely import MultiPolygon, Point, from_wkt
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.exports.writing import Written
from gis_service.geo import crs
from gis_service.geo.rings import closed, polygons
from gis_service.parcels.rules import AXES
from tests.conftest import CloneServices
from tests.exports import back
from tests.exports.conftest import HARD, LONG

SAME_DEG = 1e-9
SAME_MM_DEG = 1e-8
"""A millimetre on the ground."""

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
@pytest.mark.parametrize(("system", "within"), [(None, SAME_DEG), ("EPSG:4547", SAME_MM_DEG), ("4526", SAME_MM_DEG)])
def test_a_geopackage_comes_back(
    reading: Session, exported: Exported, system: str | None, within: float, lang: str
) -> None:
    file = exported("gpkg", crs=system, lang=lang, contacts=True)
    compare(reading, back.read_back(reading, file.path, layer="parcels"), within)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_geojson_comes_back_bit_for_bit(reading: Session, exported: Exported, lang: str) -> None:
    file = exported("geojson", lang=lang, contacts=True)
    compare(reading, back.read_back(reading, file.path), 1e-15)


@pytest.mark.parametrize(
    ("encoding", "system", "within"), [("UTF-8", None, SAME_DEG), ("GBK", "EPSG:4547", SAME_MM_DEG)]
)
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


# The formats below are read with libraries; where the import has a reader of its own for one, `back.read_back` takes over.


def test_kml_comes_back(reading: Session, exported: Exported) -> None:
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


@pytest.mark.parametrize(("system", "within"), [(None, SAME_DEG), ("EPSG:4547", SAME_MM_DEG)])
def test_geoparquet_comes_back(reading: Session, exported: Exported, system: str | None, within: float) -> None:
    file = exported("parquet", crs=system, contacts=True)
    frame = geopandas.read_parquet(file.path)
    assert frame.crs.to_epsg() == (4547 if system else 4490)
    metadata = json.loads(pq.read_metadata(file.path).metadata[b"geo"])
    assert metadata["version"] == "1.1.0"
    assert metadata["columns"]["geometry"]["bbox"] == pytest.approx(frame.total_bounds.tolist())
    frame = frame.to_crs(4490) if system else frame
    rows = []
    for record in frame.to_dict("records"):
        shape = record.pop("geometry")
        rows.append(({key: None if pd.isna(value) else value for key, value in record.items()}, shape))
    compare(reading, back.mapped(reading, rows), within)


@pytest.mark.parametrize(("encoding", "codec"), [("UTF-8", "utf-8-sig"), ("GB18030", "gb18030")])
def test_csv_comes_back_but_for_apostrophes(reading: Session, exported: Exported, encoding: str, codec: str) -> None:
    file = exported("csv", encoding=encoding, contacts=True)
    content = file.path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") == (encoding == "UTF-8")
    assert b"\r\n" in content
    records = list(csv.DictReader(io.StringIO(content.decode(codec), newline="")))
    assert records[0]["坐标系"] == "EPSG:4490"
    rows = [(record, from_wkt(record.pop("WKT"))) for record in records]
    found = back.mapped(reading, rows)
    name = found["HARD-1"][0].fields.pop("parcel_name")
    assert name == "'" + HARD
    found["HARD-1"][0].fields["parcel_name"] = HARD
    compare(reading, found, SAME_DEG)
    assert {note["code"] for note in file.notes} == {"text.apostrophe"}


IN_THE_WORKBOOK = ("parcel_name", "location_text", "right_holder_unit_id", "custodian_unit_id", "waste_found", "remark",
                   "planned_class_code", "planned_supply_year", "handed_over_on", "risk_level", *AXES)  # fmt: skip


def test_the_workbook_maps_itself_when_it_comes_back(reading: Session, exported: Exported) -> None:
    file = exported("xlsx")
    sheet = openpyxl.load_workbook(file.path).active
    merged = {
        (row, column): sheet.cell(area.min_row, area.min_col).value
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }
    heads = [merged.get((4, n)) or sheet.cell(4, n).value for n in range(1, sheet.max_column + 1)]
    rows = [dict(zip(heads, values, strict=True)) for values in sheet.iter_rows(min_row=5, values_only=True)]
    rows = [row for row in rows if isinstance(row["序号"], int)]  # 小计 and 合计 are no parcels
    found = back.mapped(reading, [(row, None) for row in rows])
    expected = back.in_register(reading)
    assert set(found) == set(expected)
    for number, parcel in expected.items():
        said, stored = back.said_of(found[number][0]), back.fields_of(parcel)
        assert {k: said.get(k) for k in IN_THE_WORKBOOK} == {k: stored.get(k) for k in IN_THE_WORKBOOK}, number
        assert found[number][0].area_registered_m2 == parcel.area_registered_m2


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
