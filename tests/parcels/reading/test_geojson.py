"""GeoJSON as people send it: old `crs` members, byte-order marks, open rings, numbers that are none."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.parcels.reading import geojson
from gis_service.parcels.reading.result import Limits, Unreadable

Reading = Callable[..., Any]

SQUARE = [[113.537, 22.402], [113.538, 22.402], [113.538, 22.401], [113.537, 22.401], [113.537, 22.402]]


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def collection(*features: Any, **more: Any) -> str:
    return json.dumps({"type": "FeatureCollection", **more, "features": list(features)}, ensure_ascii=False)


@pytest.fixture
def parse(parse_file: Reading) -> Reading:
    """Read a GeoJSON in this process."""
    return lambda content, **asked: parse_file(geojson.read, content, **asked)


@pytest.fixture
def refusal(parse: Reading) -> Callable[..., Unreadable]:
    def refusing(content: bytes | str, **asked: Any) -> Unreadable:
        with pytest.raises(Unreadable) as caught:
            parse(content, **asked)
        return caught.value

    return refusing


def test_features_keep_their_attributes_and_their_order(parse: Reading) -> None:
    features = [
        feature(polygon(SQUARE), 地块编号=f"BW-{n}", 面积=n * 1.5, 已围蔽=True, 备注=None) for n in range(1, 1200)
    ]
    got = parse(collection(*features))
    assert [row.row for row in got.rows] == list(range(1, 1200))
    assert got.rows[700].attributes == {"地块编号": "BW-701", "面积": 1051.5, "已围蔽": True, "备注": None}
    assert got.codes == []


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_marked_encodings_are_read(parse: Reading, codec: str) -> None:
    got = parse(collection(feature(polygon(SQUARE), 名称="北围")).encode(codec))
    assert got.rows[0].attributes == {"名称": "北围"}


def test_gbk_is_read_with_a_warning(parse: Reading) -> None:
    got = parse(collection(feature(polygon(SQUARE), 名称="北围")).encode("gbk"))
    assert got.rows[0].attributes == {"名称": "北围"}
    assert got.codes == ["encoding.not_utf8"]


@pytest.mark.parametrize("top", ["feature", "geometry"])
def test_a_single_feature_or_geometry_is_one_row(parse: Reading, top: str) -> None:
    content = json.dumps(feature(polygon(SQUARE), a=1) if top == "feature" else polygon(SQUARE))
    assert len(parse(content).rows) == 1


def test_no_features_are_no_rows(parse: Reading) -> None:
    assert parse(collection()).rows == []


# --- coordinate systems ------------------------------------------------------------------------------------------

METRES = [[453000, 2473000], [453000, 2473100], [453100, 2473100], [453100, 2473000], [453000, 2473000]]
PREFIXED = [[38_000_000 + east, north] for east, north in METRES]


def named(name: str) -> dict[str, Any]:
    return {"type": "name", "properties": {"name": name}}


def test_without_a_crs_member_degrees_are_wgs_84_and_the_evidence_says_so(parse: Reading) -> None:
    got = parse(collection(feature(polygon(SQUARE))))
    assert (got.summary.crs.epsg, got.summary.crs.source) == (4326, "file")
    assert "RFC 7946" in got.summary.crs.evidence_en[-1]
    assert got.rows[0].source_area_crs == 4547


@pytest.mark.parametrize(
    ("name", "ring", "epsg"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", SQUARE, 4326),
        ("urn:ogc:def:crs:EPSG::4490", SQUARE, 4490),
        ("EPSG:4547", METRES, 4547),
        ("EPSG:4526", PREFIXED, 4526),
    ],
)
def test_the_old_crs_member_is_honoured_wherever_it_stands(parse: Reading, name: str, ring: Any, epsg: int) -> None:
    before = collection(feature(polygon(ring)), crs=named(name))
    after = json.dumps({"type": "FeatureCollection", "features": [feature(polygon(ring))], "crs": named(name)})
    for content in (before, after):
        got = parse(content)
        assert got.summary.crs.epsg == epsg
        assert got.codes == []


def test_metres_have_their_plane_area_to_the_millimetre(parse: Reading) -> None:
    got = parse(collection(feature(polygon(PREFIXED)), crs=named("EPSG:4526")))
    assert got.rows[0].source_area_m2 == 10_000
    assert got.rows[0].source_area_crs == 4526


@pytest.mark.parametrize(
    "member", [named("珠海坐标系"), {"type": "link", "properties": {"href": "file:///etc/passwd"}}, "x"]
)
def test_an_unknown_crs_member_is_refused_never_passed_over(refusal: Callable[..., Unreadable], member: Any) -> None:
    assert refusal(collection(feature(polygon(SQUARE)), crs=member)).code == "crs.not_understood"


def test_a_given_system_overrules_the_file(parse: Reading) -> None:
    got = parse(collection(feature(polygon(PREFIXED)), crs=named("EPSG:4490")), crs="EPSG:4526")
    assert (got.summary.crs.epsg, got.summary.crs.source) == (4526, "given")


def test_metres_under_the_name_of_degrees_are_corrected_and_told(parse: Reading) -> None:
    got = parse(collection(feature(polygon(PREFIXED))))
    assert got.summary.crs.epsg == 4526
    assert got.codes == ["crs.declaration_wrong"]


def test_latitude_before_longitude_is_exchanged_and_told(parse: Reading) -> None:
    got = parse(collection(feature(polygon([[y, x] for x, y in SQUARE]))))
    assert got.summary.crs.axis_swapped
    assert got.codes == ["crs.axes_swapped"]
    assert got.rows[0].shape.bounds[0] == pytest.approx(113.537)


def test_one_row_in_another_zone_is_refused_alone(parse: Reading) -> None:
    other = [[east + 1_000_000, north] for east, north in PREFIXED]
    got = parse(collection(*[feature(polygon(PREFIXED))] * 9, feature(polygon(other)), crs=named("EPSG:4526")))
    assert [(i.row, i.code) for row in got.rows for i in row.issues] == [(10, "geometry.misplaced")]
    assert "带号不符" in got.rows[9].issues[0].message_zh


# --- geometries --------------------------------------------------------------------------------------------------


def codes_of(parse: Reading, geometry: Any) -> tuple[list[str], Any]:
    got = parse(collection(feature(polygon(SQUARE)), feature(geometry)))
    assert got.rows[0].issues == []
    return [i.code for i in got.rows[1].issues], got.rows[1]


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        (None, "geometry.missing"),
        (polygon(), "geometry.empty"),
        ({"type": "MultiPolygon", "coordinates": []}, "geometry.empty"),
        ({"type": "Point", "coordinates": [113.5, 22.4]}, "geometry.not_area"),
        ({"type": "LineString", "coordinates": SQUARE}, "geometry.not_area"),
        ({"type": "MultiPoint", "coordinates": SQUARE}, "geometry.not_area"),
        (polygon([*SQUARE[:2], SQUARE[0]]), "geometry.too_few_points"),
        (polygon([SQUARE[0]]), "geometry.too_few_points"),
        (polygon([]), "geometry.malformed"),
        (polygon([[1], [2], [3]]), "geometry.malformed"),
        (polygon([["113", "22"], ["114", "22"], ["114", "23"], ["113", "22"]]), "geometry.malformed"),
        (polygon([[True, False]] * 4), "geometry.malformed"),
        (polygon([[10**400, 1]] * 4), "geometry.malformed"),
        (polygon("nonsense"), "geometry.malformed"),
        ({"type": "Polygon"}, "geometry.malformed"),
        ({"type": "Circle", "coordinates": [1, 2]}, "geometry.malformed"),
        ({"type": "Point", "coordinates": ["a"]}, "geometry.malformed"),
        (polygon([[float("nan"), 1.0], *SQUARE]), "geometry.not_finite"),
        (polygon([[113.5, float("inf")], *SQUARE]), "geometry.not_finite"),
        (polygon([[113.5, 1e308], *SQUARE[1:4], [113.5, 1e308]]), "geometry.misplaced"),
        (
            {"type": "GeometryCollection", "geometries": [polygon(SQUARE), {"type": "Point", "coordinates": [1, 2]}]},
            "geometry.mixed",
        ),
    ],
)
def test_what_is_no_area_is_refused_by_name_and_has_no_geometry(parse: Reading, geometry: Any, code: str) -> None:
    codes, row = codes_of(parse, geometry)
    assert code in codes
    if code != "geometry.too_few_points":
        assert codes == [code]
        assert row.geometry is None


def test_an_open_ring_is_an_error_that_names_the_ring_and_the_way_out(parse: Reading) -> None:
    hole = [[113.5372, 22.4018], [113.5374, 22.4018], [113.5374, 22.4016]]
    codes, row = codes_of(parse, polygon(SQUARE, hole))
    assert codes == ["geometry.ring_open"]
    assert "第 2 个环" in row.issues[0].message_zh
    assert "close it and import again" in row.issues[0].message_en
    assert len(row.shape.geoms[0].interiors) == 1


def test_a_self_crossing_keeps_its_shape_and_tells_the_place(parse: Reading) -> None:
    codes, row = codes_of(parse, polygon([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]))
    assert codes == ["geometry.invalid"]
    assert row.issues[0].level == "error"
    assert "113.5375" in row.issues[0].message_zh
    assert not row.shape.is_valid


def test_areas_in_a_collection_become_parts(parse: Reading) -> None:
    codes, row = codes_of(parse, {"type": "GeometryCollection", "geometries": [polygon(SQUARE)]})
    assert codes == ["geometry.collection"]
    assert len(row.shape.geoms) == 1


def test_heights_are_dropped_and_told_once(parse: Reading) -> None:
    high = [[x, y, 5.5] for x, y in SQUARE]
    got = parse(collection(feature(polygon(high)), feature(polygon(high))))
    assert got.codes == ["layer.z_dropped"]


def test_too_many_points_are_refused_with_the_limit(parse: Reading) -> None:
    got = parse(collection(feature(polygon(SQUARE))), limits=Limits(points=4))
    assert got.codes == ["geometry.too_many_points"]


# --- attributes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kept", "codes"),
    [
        ("NaN", None, ["value.not_finite"]),
        ("1e999", None, ["value.not_finite"]),
        (r'"a\u0000b"', "ab", ["value.characters"]),
        (r'"\ud800"', "?", ["value.characters"]),
        ('{"k": [1, {"m": "北围"}]}', {"k": [1, {"m": "北围"}]}, []),
        ("9007199254740993", 9007199254740993, []),
        ('"=cmd|calc!A0 <img onerror>"', "=cmd|calc!A0 <img onerror>", []),
    ],
)
def test_values_are_kept_as_they_are_or_told(parse: Reading, text: str, kept: Any, codes: list[str]) -> None:
    content = collection(feature(polygon(SQUARE), v="@@")).replace('"@@"', text)
    got = parse(content)
    assert got.rows[0].attributes["v"] == kept
    assert [(i.code, i.field) for i in got.rows[0].issues] == [(code, "v") for code in codes]


def test_the_id_of_a_feature_is_an_attribute_unless_there_is_one(parse: Reading) -> None:
    with_id = feature(polygon(SQUARE), name="x") | {"id": 17}
    assert parse(collection(with_id)).rows[0].attributes == {"name": "x", "id": 17}


def test_an_item_that_is_no_feature_is_an_error_of_its_row(parse: Reading) -> None:
    got = parse(collection(feature(polygon(SQUARE)), 17, None, {"type": "Foo"}))
    assert [[i.code for i in row.issues] for row in got.rows[1:]] == [["json.not_a_feature"]] * 3


# --- what is no GeoJSON ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        ('{"type": "FeatureCollection",\n "features": [1,]}', 2, 17),
        ('{"type": "FeatureCollection",\n "features": [', 2, 15),
        ('{"type" "x"}', 1, 9),
        ('{"type": "Polygon",}', 1, 20),
        ('{"a": 1} {', 1, 10),
        ('{"a": 1} x', 1, 10),
        ("{[1]: 2}", 1, 2),
        ('{"a": 1, {}: 2}', 1, 10),
        ("{1: 2}", 1, 2),
        ('{"features": [' + "1" * 5000 + "]}", 1, 15),
    ],
)
def test_a_fault_of_syntax_names_line_and_column(
    refusal: Callable[..., Unreadable], content: str, line: int, column: int
) -> None:
    found = refusal(content)
    if found.code == "json.not_geojson":
        assert content.endswith("{")
        return
    assert found.code == "json.syntax"
    assert (found.facts["line"], found.facts["column"]) == (line, column)
    assert f"第 {line} 行" in found.zh


@pytest.mark.parametrize(
    "content",
    ["[]", "17", '{"type": "Topology", "objects": {}}', '{"rings": [], "spatialReference": {}}', "{}", "北围"],
)
def test_other_json_is_refused_naming_what_it_is(refusal: Callable[..., Unreadable], content: str) -> None:
    assert refusal(content).code == "json.not_geojson"


def test_one_feature_per_line_is_named(refusal: Callable[..., Unreadable]) -> None:
    line = json.dumps(feature(polygon(SQUARE)))
    assert "GeoJSONSeq" in refusal(f"{line}\n{line}\n").zh


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([113.5, 22.4, "Polygon", "Feature"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "coordinates", "geometry", "x"]), inner)
    ),
    max_leaves=12,
)


@given(st.lists(json_values, max_size=3))
def test_any_json_in_the_place_of_features_gives_rows_never_a_crash(items: list[Any]) -> None:
    built = [geojson._built(item) for item in items]
    assert all(one.shape is None or one.shape.geom_type for one in built)
    assert all(len(pair) == 2 for item in items for pair in geojson._first_position(item))


def test_boundaries_as_an_internet_map_publishes_them_are_told_to_be_shifted(parse: Reading) -> None:
    """DataV.GeoAtlas writes GCJ-02 and says nothing; its attributes give it away."""
    known = feature(polygon(SQUARE), adcode=440402, centroid=[113.5, 22.4], acroutes=[100000])
    got = parse(collection(known))
    assert got.codes == ["geojson.internet_map"]
    assert "shift=gcj02" in got.summary.issues[0].message_zh
    assert parse(collection(known), crs="EPSG:4326").codes == []
    assert parse(collection(known), shift="gcj02").codes == []
    assert parse(collection(feature(polygon(SQUARE), adcode=440402))).codes == []
