"""Whatever is sent, nothing breaks, and what is refused changes nothing."""

import json
from functools import lru_cache
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import Point
from sqlalchemy import text
from starlette.requests import Request

from gis_service.editing import asking
from gis_service.editing.asking import Wish
from gis_service.maps import crs
from tests.conformance.rows import Land
from tests.conformance.test_transactions import GEOJSON, LAYERS, PATCH, a_feature, flat, items, made

HELD = "select (select coalesce(sum(hashtext(p::text)::bigint), 0) from {} p)"
TABLES = ("parcel", "parcel_version", "boundary_point", "fence_segment", "sign", "camera")

words = st.text(max_size=8) | st.sampled_from(
    ["idle", "good", "P-00", "2026-11-01", "\x00", "\ud800", "' or 1=1 --", "文"]
)
numbers = st.integers(-(10**25), 10**25) | st.floats() | st.floats(113, 114) | st.floats(22, 23)
values = (
    st.none()
    | st.booleans()
    | numbers
    | words
    | st.lists(numbers | words, max_size=3)
    | st.dictionaries(words, words, max_size=2)
)
positions = st.lists(numbers | st.none() | words, max_size=4) | st.tuples(
    st.floats(113.5, 113.6), st.floats(22.3, 22.45)
).map(list)
coordinates = st.recursive(positions, lambda inner: st.lists(inner, max_size=5), max_leaves=12)
geometries = values | st.fixed_dictionaries(
    {"type": st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon", "GeometryCollection", "Nothing"])},
    optional={"coordinates": coordinates, "geometries": st.lists(values, max_size=2), "crs": values},
)
NAMES = ["parcel_no", "parcel_id", "parcel_name", "condition", "use_statuses", "risk_level", "area_registered_m2", "height_m",
         "planned_supply_year", "inspected_on", "updated_at", "id", "change_reason", "change_document", "wording", "planned_class_code"]  # fmt: skip
properties = values | st.dictionaries(st.sampled_from(NAMES) | words, values, max_size=4)
features = values | st.fixed_dictionaries(
    {"type": st.just("Feature") | values},
    optional={"id": values, "properties": properties, "geometry": geometries, "bbox": values, "other": values},
)
near = st.tuples(properties, geometries | st.none(), st.booleans())
"""Something in place of the properties, or of the geometry, of a feature that is right."""


def sent_as(body: Any) -> bytes:
    return json.dumps(body).encode()  # NaN and Infinity too, as Python writes them


def state(land: Land) -> list[Any]:
    with land.services.engine.connect() as connection:
        connection.execute(text("select set_config('app.see_all', 'on', true)"))
        return [connection.scalar(text(HELD.format(table))) for table in TABLES]


class Asked:
    """Requests with any body, counted by what came of them."""

    def __init__(self, client: TestClient, land: Land):
        self.client, self.land = client, land
        self.places = {layer: made(client, layer)[0] for layer in LAYERS}
        self.held = state(land)

    def ask(self, layer: str, method: str, body: bytes, **more: str) -> None:
        at = items(layer) if method == "POST" else self.places[layer]
        tag = self.client.get(at).headers.get("etag", "")
        kind = PATCH if method == "PATCH" else GEOJSON
        answer = self.client.request(method, at, content=body, headers={"Content-Type": kind, "If-Match": tag} | more)
        assert answer.status_code < 500, (method, layer, body, answer.text)
        now = state(self.land)
        if answer.status_code >= 400:
            assert now == self.held, (method, layer, body)
            assert answer.json()["title_zh"]
        self.held = now
        if self.client.get(self.places[layer]).status_code == 404:  # a random patch may have removed it
            self.places[layer] = made(self.client, layer)[0]
            self.held = state(self.land)


@pytest.fixture(scope="module")
def asked(editor: TestClient, land: Land) -> Asked:
    return Asked(editor, land)


QUIETLY = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@QUIETLY
@given(layer=st.sampled_from(LAYERS), method=st.sampled_from(["POST", "PUT", "PATCH"]), body=features)
def test_no_body_breaks_anything(asked: Asked, layer: str, method: str, body: Any) -> None:
    asked.ask(layer, method, sent_as(body))


@QUIETLY
@given(
    layer=st.sampled_from(LAYERS), method=st.sampled_from(["POST", "PUT", "PATCH"]), other=near,
    prefer=st.sampled_from(["handling=strict", "handling=lenient", "return=representation"]),
    system=st.sampled_from([crs.CRS84, *crs.SUPPORTED]),
)  # fmt: skip
def test_no_slip_in_a_good_body_breaks_anything(
    asked: Asked, layer: str, method: str, other: Any, prefer: str, system: str
) -> None:
    properties, geometry, both = other
    body = a_feature(layer)
    if both and isinstance(properties, dict):
        body["properties"] |= properties
    elif geometry is not None:
        body["geometry"] = geometry
    else:
        body["properties"] = properties
    asked.ask(layer, method, sent_as(body), Prefer=prefer, **{"Content-Crs": f"<{system}>"})


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b"1" * 5000, b'{"type":"Feature"', b"NaN",
                                  b'{"type":"Feature","geometry":{"type":"Point","coordinates":[1e999,2]},"properties":{}}',
                                  b'{"type":"Feature","geometry":null,"properties":{"\\ud800":1}}', "{}".encode("utf-16")])  # fmt: skip
def test_what_is_no_json_is_refused(asked: Asked, body: bytes) -> None:
    for method in ("POST", "PUT", "PATCH"):
        asked.ask("parcel-supply", method, body)


def test_what_is_too_large_is_refused_before_it_is_read(editor: TestClient) -> None:
    headers = {"Content-Type": GEOJSON, "Content-Length": str(asking.LIMIT_MB * 1024 * 1024 + 1)}
    answer = editor.post(items("fence"), content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "editing.too_large")
    unknown = editor.post(items("fence"), content=(part for part in [b"{}"]), headers={"Content-Type": GEOJSON})
    assert (unknown.status_code, unknown.json()["code"]) == (411, "editing.length")


@lru_cache
def to_authority(system: str) -> Transformer:
    return Transformer.from_crs(4490, system)


@settings(max_examples=60)
@given(st.sampled_from(list(crs.SUPPORTED.values())), st.floats(113.46, 113.71), st.floats(22.29, 22.47))
def test_a_place_goes_there_and_back_in_every_system(system: crs.Crs, lon: float, lat: float) -> None:
    """pyproj, asked the other way round, in the order of the authority's axes, is the judge."""
    to = "OGC:CRS84" if system is crs.LONLAT else f"EPSG:{system.srid}"
    one, other = to_authority(to).transform(lat, lon)
    back = crs.placed(Point(one, other), system)
    assert flat([back.x, back.y]) == pytest.approx([lon, lat], abs=2e-9)


@pytest.mark.parametrize(
    ("header", "representation", "handling"),
    [
        ("return=representation", True, ""),
        ("return=minimal, return=representation", False, ""),  # the first one counts (RFC 7240, 2)
        ('handling="strict"; wait=5', False, "strict"),
        ("HANDLING=Lenient,return=representation", True, "lenient"),
        ("handling=easy", False, ""),
        ("representation", False, ""),
    ],
)
def test_preferences_are_read(header: str, representation: bool, handling: str) -> None:
    wish = Wish.of(Request({"type": "http", "headers": [(b"prefer", header.encode())]}))
    assert (wish.representation, wish.handling) == (representation, handling)
