"""KML and KMZ as people draw them, and as people who mean harm write them."""

import contextlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from gis_service.geo import crs, measure, shift
from gis_service.parcels.reading.kml import read as kml
from gis_service.parcels.reading.result import Unreadable

Reading = Callable[..., Any]
Refusing = Callable[..., Unreadable]

RING = "113.537,22.402,0 113.538,22.402,0 113.538,22.401,0 113.537,22.401,0 113.537,22.402,0"
INNER = "113.5373,22.4017 113.5376,22.4017 113.5376,22.4014 113.5373,22.4014 113.5373,22.4017"
OPEN = " ".join(RING.split()[:4])
POLYGON = (
    f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{RING}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
)
LINE = "<LineString><coordinates>{}</coordinates></LineString>"
SQUARE = shapely.box(113.537, 22.401, 113.538, 22.402)
#: How the root of a KML names its language, over the years.
ROOTS = [
    '<kml xmlns="http://www.opengis.net/kml/2.2">',
    '<kml xmlns="http://earth.google.com/kml/2.0">',
    '<kml xmlns="http://earth.google.com/kml/2.1">',
    "<kml>",
]


def document(*placemarks: str, root: str = ROOTS[0], head: str = "<name>地块.kml</name>") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}<Document>{head}{"".join(placemarks)}</Document></kml>'


def placemark(geometry: str, name: str = "BW-01", more: str = "") -> str:
    return f"<Placemark><name>{name}</name>{more}{geometry}</Placemark>"


def kmz(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def parse(parse_file: Reading) -> Reading:
    return lambda content, **asked: parse_file(kml.read, content, name=asked.pop("name", "a.kml"), **asked)


# --- geometries --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("root", ROOTS)
def test_a_polygon_is_land_in_every_version_of_kml(parse: Reading, root: str) -> None:
    got = parse(document(placemark(POLYGON), root=root))
    (row,) = got.rows
    assert row.attributes == {"name": "BW-01"}
    assert row.shape.bounds == (113.537, 22.401, 113.538, 22.402)
    assert (got.summary.crs.epsg, got.summary.crs.source) == (4326, "file")
    assert "KML 按标准" in got.summary.crs.evidence_zh[0]
    assert got.codes == []


def test_holes_and_several_parts_are_kept(parse: Reading) -> None:
    holed = POLYGON.replace(
        "</Polygon>",
        f"<innerBoundaryIs><LinearRing><coordinates>{INNER}</coordinates></LinearRing></innerBoundaryIs></Polygon>",
    )
    got = parse(
        document(
            placemark(
                f"<MultiGeometry>{holed}{POLYGON.replace('113.53', '113.63')}<Point><coordinates>113.6,22.4</coordinates></Point></MultiGeometry>"
            )
        )
    )
    (row,) = got.rows
    assert [len(part.interiors) for part in row.shape.geoms] == [1, 0]
    assert got.codes == []


def test_a_red_line_that_closes_is_land_and_that_is_told(parse: Reading) -> None:
    for geometry in (
        LINE.format(RING),
        f"<LinearRing><coordinates>{RING}</coordinates></LinearRing>",
        LINE.format(RING[:-1] + "0").replace("113.537,22.402,0<", "113.53700000004,22.402,0<"),
        f"<MultiGeometry>{LINE.format(' '.join(RING.split()[:3]))}{LINE.format(' '.join(RING.split()[2:]))}</MultiGeometry>",
    ):
        got = parse(document(placemark(geometry)))
        assert got.codes == ["kml.line_is_area"]
        assert got.rows[0].shape.symmetric_difference(SQUARE).area < 1e-12


def test_an_open_line_is_refused_by_name_and_shown_as_it_would_close(parse: Reading) -> None:
    got = parse(document(placemark(LINE.format(OPEN))))
    (row,) = got.rows
    (fault,) = row.issues
    assert (fault.code, fault.level) == ("geometry.line_open", "error")
    assert "4 个点" in fault.message_zh
    assert "110.7 米" in fault.message_zh
    assert row.geometry is not None
    came = shapely.from_wkb(row.raw)
    assert (shapely.get_srid(came), [len(line.coords) for line in came.geoms]) == (
        4490,
        [4],
    )  # so that it can be closed


def test_an_open_ring_is_kept_as_it_came_so_that_it_can_be_closed(parse: Reading) -> None:
    (row,) = parse(document(placemark(POLYGON.replace(RING, OPEN)))).rows
    assert [found.code for found in row.issues] == ["geometry.ring_open"]
    assert not any(line.is_closed for line in shapely.from_wkb(row.raw).geoms)


def test_lines_beside_areas_open_rings_and_nonsense_are_each_named(parse: Reading) -> None:
    open_ring = POLYGON.replace(RING, OPEN)
    cases = {
        f"<MultiGeometry>{POLYGON}{LINE.format(OPEN)}</MultiGeometry>": "geometry.mixed",
        open_ring: "geometry.ring_open",
        POLYGON.replace(RING, "113.5,22.4 113.6,22.4"): "geometry.too_few_points",
        POLYGON.replace(RING, ""): "geometry.empty",
        LINE.format(""): "geometry.empty",
        POLYGON.replace("113.538,22.402,0", "113.538,north,0"): "geometry.not_finite",
    }
    got = parse(document(placemark(POLYGON), *(placemark(geometry) for geometry in cases)))
    assert [row.issues[0].code for row in got.rows[1:]] == list(cases.values())


def test_blanks_after_commas_and_heights_are_read(parse: Reading) -> None:
    got = parse(document(placemark(POLYGON.replace(",", ", ").replace(" 0", " 12.5"))))
    assert got.rows[0].shape.bounds == (113.537, 22.401, 113.538, 22.402)
    assert got.codes == ["layer.z_dropped"]


def test_pins_are_left_out_and_told_once(parse: Reading) -> None:
    pin = placemark("<Point><coordinates>113.5,22.4</coordinates></Point>")
    got = parse(document(pin, placemark(POLYGON), pin, placemark("")))
    assert [row.row for row in got.rows] == [1]
    assert got.codes == ["kml.points_left_out", "kml.without_geometry"]
    with pytest.raises(Unreadable) as refusal:
        parse(document(pin))
    assert refusal.value.code == "read.no_polygons"


# --- attributes --------------------------------------------------------------------------------------------------


def test_folders_are_an_attribute_and_can_be_chosen(parse: Reading) -> None:
    text = document(
        f"<Folder><name>北围</name><Folder><name>一期</name>{placemark(POLYGON, 'A')}</Folder>{placemark(POLYGON, 'B')}</Folder>",
        placemark(POLYGON, "C"),
    )
    assert [row.attributes.get("folder") for row in parse(text).rows] == ["北围/一期", "北围", None]
    assert [row.attributes["name"] for row in parse(text, layer="一期").rows] == ["A"]
    with pytest.raises(Unreadable) as refusal:
        parse(text, layer="二期")
    assert (refusal.value.code, "北围/一期" in refusal.value.zh) == ("read.no_layer", True)


def test_extended_data_is_typed_by_its_schema_and_named_as_people_see_it(parse: Reading) -> None:
    schema = (
        '<Schema name="s" id="s"><SimpleField name="area" type="double"/><SimpleField name="no" type="string">'
        "<displayName><![CDATA[<b>地块编号</b>]]></displayName></SimpleField></Schema>"
    )
    data = (
        '<ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="area">12000.5</SimpleData><SimpleData name="no">0012'
        '</SimpleData></SchemaData><Data name="备注"><value>临路</value></Data><Data name="空"><value/></Data></ExtendedData>'
    )
    (row,) = parse(document(schema, placemark(POLYGON, more=data))).rows
    assert row.attributes == {"name": "BW-01", "area": 12000.5, "地块编号": "0012", "备注": "临路", "空": None}


def test_the_table_of_a_balloon_becomes_attributes_and_its_words_stay(parse: Reading) -> None:
    balloon = (
        "<description><![CDATA[<html><head><style>td{color:red}</style></head><body><table><tr><td>地块信息</td></tr><tr><td>"
        "<table><tr><td>地块编号：</td><td>BW-07</td></tr><tr bgcolor='#eee'><td>权属单位</td><td>&lt;Null&gt;</td></tr></table>"
        "</td></tr></table><script>alert(1)</script></body></html>]]></description>"
    )
    (row,) = parse(document(placemark(POLYGON, more=balloon))).rows
    assert (row.attributes["地块编号"], row.attributes["权属单位"]) == ("BW-07", None)
    assert "地块信息" in row.attributes["description"]
    assert "alert" not in row.attributes["description"]
    assert "<" not in row.attributes["description"].replace("<Null>", "")
    plain = parse(document(placemark(POLYGON, more="<description>  靠近 港湾大道 </description>"))).rows[0]
    assert plain.attributes["description"] == "靠近 港湾大道"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "gbk"])
def test_encodings_are_read_as_declared_or_as_they_are(parse: Reading, codec: str) -> None:
    text = document(placemark(POLYGON, "北围一号"))
    declared = text.replace("UTF-8", "GBK") if codec == "gbk" else text
    got = parse(declared.encode(codec))
    assert got.rows[0].attributes["name"] == "北围一号"
    assert got.codes == []
    if codec == "gbk":
        assert "XML 声明" in got.summary.encoding.evidence_zh[0]
        lying = parse(text.encode("gbk"))
        assert lying.rows[0].attributes["name"] == "北围一号"
        assert lying.codes == ["encoding.not_utf8"]


def test_prefixes_that_nobody_bound_do_no_harm(parse: Reading) -> None:
    track = "<gx:Track><gx:coord>113.5 22.4 1</gx:coord><gx:coord>113.6 22.4 1</gx:coord></gx:Track>"
    got = parse(document(placemark(POLYGON), placemark(track), root='<kml xsi:schemaLocation="x">'))
    assert [row.geometry is not None for row in got.rows] == [True, False]
    assert got.rows[1].issues[0].code == "geometry.line_open"


# --- what is not followed ----------------------------------------------------------------------------------------


def test_network_links_are_told_and_never_followed(parse: Reading) -> None:
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/land.kml</href></Link></NetworkLink>"
    with pytest.raises(Unreadable) as refusal:
        parse(document(link))
    assert (refusal.value.code, refusal.value.facts["links"]) == ("kml.only_links", 1)
    assert parse(document(link, placemark(POLYGON))).codes == ["kml.links"]


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE kml [<!ENTITY a "ha">]>',
        '<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
        '<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/kml.dtd">',
        '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_a_dtd_is_refused_whatever_it_says(refused: Refusing, before: str) -> None:
    text = document(placemark(POLYGON, "&c;")).replace("<kml", before + "<kml", 1)
    assert refused(text, "a.kml").code == "kml.dtd"


def test_broken_xml_names_the_place_and_depth_breaks_nothing(refused: Refusing) -> None:
    refusal = refused(document(placemark(POLYGON)).replace("</Document>", ""), "a.kml")
    assert (refusal.code, "第 2 行" in refusal.zh) == ("kml.syntax", True)
    assert refused("<kml>" + "<Folder>" * 100_000, "deep.kml").code == "json.too_deep"
    assert refused(document(), "none.kml").code == "read.no_rows"
    assert refused('<?xml version="1.0"?><OGRVRTDataSource/>', "vrt.kml").code == "read.no_rows"


def test_random_damage_ends_in_rows_or_a_sentence(parse: Reading) -> None:
    random = np.random.default_rng(7)
    text = document(placemark(POLYGON), placemark(LINE.format(RING))).encode()
    for _ in range(200):
        content = bytearray(text)
        for at in random.integers(0, len(content), 3):
            content[at] = random.integers(0x20, 0x7F)
        with contextlib.suppress(Unreadable):
            parse(bytes(content))


# --- KMZ ---------------------------------------------------------------------------------------------------------


def test_a_kmz_is_its_one_kml(read_file: Reading, refused: Refusing) -> None:
    text = document(placemark(POLYGON))
    assert read_file(kmz({"doc.kml": text, "files/a.png": b"x"}), "a.kmz").codes == []
    assert read_file(kmz({"北围.kml": text}), "a.kmz").summary.row_count == 1
    beside = read_file(kmz({"doc.kml": text, "links/b.kml": text}), "a.kmz")
    assert (beside.summary.row_count, beside.codes) == (1, ["kmz.others"])
    refusal = refused(kmz({"a/doc.kml": text, "b/doc.kml": text}), "a.kmz")
    assert (refusal.code, "b/doc.kml" in refusal.zh) == ("kmz.several", True)
    assert refused(kmz({"a.txt": "x"}), "a.kmz").code == "kmz.no_kml"
    assert refused(kmz({"../doc.kml": text}), "a.kmz").code == "zip.unsafe_name"
    assert refused(kmz({"doc.kml": text})[:-30], "a.kmz").code == "zip.damaged"
    assert refused(kmz({"doc.kml": text}), "a.kml").code == "read.kind_mismatch"


# --- 奥维 --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.kml", "<name>奥维互动地图收藏</name>"),
        ("a.kml", "<name>x</name><!-- generator: OvitalMap 9.8 -->"),
        ("a.kml", "<Folder><name>ovital export</name></Folder>"),
        ("a.ovkml", "<name>x</name>"),
    ],
)
def test_a_kml_of_ovital_is_never_taken_for_what_it_may_not_be(parse: Reading, name: str, head: str) -> None:
    lon, lat = shift.wgs84_to_gcj02(*np.array([[float(v) for v in p.split(",")[:2]] for p in RING.split()]).T)
    gcj = " ".join(f"{x:.9f},{y:.9f}" for x, y in zip(lon, lat, strict=True))
    text = document(placemark(POLYGON.replace(RING, gcj)), head=head)
    with pytest.raises(Unreadable) as refusal:
        parse(text, name=name)
    assert refusal.value.code == "kml.ovital"
    assert "--shift gcj02" in refusal.value.zh
    moved = parse(text, name=name, shift="gcj02")
    assert moved.rows[0].shape.bounds == pytest.approx((113.537, 22.401, 113.538, 22.402), abs=1e-8)
    assert (moved.summary.crs.geom_source, moved.summary.crs.accuracy_m) == ("gcj02_converted", 5.0)
    as_it_stands = parse(text, name=name, crs="EPSG:4326")
    assert as_it_stands.rows[0].shape.bounds[0] == pytest.approx(113.542136, abs=1e-4)


def test_a_parcel_that_is_called_so_asks_nothing(parse: Reading) -> None:
    assert len(parse(document(placemark(POLYGON, "奥维科技地块"))).rows) == 1


# --- real files --------------------------------------------------------------------------------------------------


@pytest.mark.shared_data
def test_the_red_line_near_xuzhou_is_the_parcel_of_the_tables(shared: Path, read_file: Reading) -> None:
    (row,) = read_file(shared / "kml/demo.kmz", "demo.kmz").rows
    assert [found.code for found in row.issues] == ["geometry.line_open"]
    drawn = shapely.get_coordinates(crs.transform(row.shape, 4490, 4527))
    table = (shared / "coord_tables/坐标_投影.csv").read_text("utf-8-sig").splitlines()[1:]
    true = np.array([[float(v) for v in line.split(",")[:0:-1]] for line in table])
    away = np.hypot(*(drawn[:, None] - true[None]).transpose(2, 0, 1))
    assert away.min(axis=1).max() < 2.3


@pytest.mark.shared_data
def test_other_peoples_kml_reads_as_their_readme_says(shared: Path, read_file: Reading, refused: Refusing) -> None:
    hollow = read_file(shared / "kml/polygon.kml", "polygon.kml").rows[0]
    assert [len(part.interiors) for part in hollow.shape.geoms] == [1]
    assert measure.ellipsoid_area_m2(hollow.shape) == pytest.approx(3378.4, abs=0.1)
    schema = read_file(shared / "kml/schema.kml", "schema.kml").rows[0]
    assert measure.ellipsoid_area_m2(schema.shape) == pytest.approx(14.7, abs=0.1)
    assert (schema.attributes["random_trial"], schema.attributes["cn_cv_1109"]) == (96, "89%")
    assert refused(shared / "kml/simpledata.kml", "simpledata.kml").code == "read.no_polygons"
    for name in ("multigeometry", "gxtrack"):
        got = read_file(shared / f"kml/{name}.kml", f"{name}.kml")
        assert got.rows[0].issues[0].code == "geometry.line_open"
