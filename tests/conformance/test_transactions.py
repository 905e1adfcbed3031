"""OGC API – Features Part 4 / Common Part 5 (draft 20-002r2): the abstract tests of the classes declared, on every kind of layer
that is edited. Each test is named for its requirement: "create-replace-delete", "update", "optimistic-locking-etags",
"return-resource-representation-in-response", "handling" and "features"."""

import itertools
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from tests.conformance.rows import Land
from tests.factories import SOUTH, WEST

GEOJSON, PATCH = "application/geo+json", "application/merge-patch+json"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
NAD83 = "http://www.opengis.net/def/crs/EPSG/0/26910"
LAYERS = ["parcel-supply", "parcel-handover", "fence", "sign", "camera"]
_numbers = itertools.count(1)


def square(n: int, side: float = 0.0008) -> dict[str, Any]:
    west, south = WEST + 0.02 + 0.001 * (n % 20), SOUTH + 0.02 + 0.001 * (n // 20)
    ring = [[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]
    return {"type": "MultiPolygon", "coordinates": [[[[round(x, 9), round(y, 9)] for x, y in ring]]]}


def a_feature(layer: str) -> dict[str, Any]:
    """A feature that may be created; its parcel, where it needs one, is the first of the land."""
    n = next(_numbers)
    if layer.startswith("parcel"):
        facts = {"parcel_no": f"N-{n:04}", "parcel_name": "新地块", "area_registered_m2": 5000.5, "risk_level": "low"}
        return {"type": "Feature", "properties": facts, "geometry": square(n)}
    along = round(WEST + 0.00001 * (n % 90), 9)
    if layer == "fence":
        line = {"type": "LineString", "coordinates": [[along, SOUTH], [WEST + 0.001, SOUTH]]}
        facts = {"parcel_no": "P-00", "fence_type": "mesh", "condition": "good", "height_m": 1.8}
        return {"type": "Feature", "properties": facts, "geometry": line}
    spot = {"type": "Point", "coordinates": [along, SOUTH + 0.0001]}
    own = {"sign": {"sign_type": "notice", "wording": "禁止倾倒"}, "camera": {"camera_no": f"C-{n}", "bearing_deg": 90}}
    return {
        "type": "Feature",
        "properties": {"parcel_no": "P-00", "condition": STAND[layer], **own[layer]},
        "geometry": spot,
    }


STAND = {"sign": "good", "camera": "online"}
REPLACED: dict[str, dict[str, Any]] = {
    "parcel": {"parcel_name": "换名", "supply_status": "planned"},
    "fence": {"fence_type": "wall", "height_m": 2.5},
    "sign": {"wording": "换过的文字"},
    "camera": {"camera_no": "C-换", "range_m": 120},
}
EMPTIED = {"parcel": "area_registered_m2", "fence": "height_m", "sign": "wording", "camera": "bearing_deg"}


def of(table: dict[str, Any], layer: str) -> Any:
    return table[layer.split("-", maxsplit=1)[0]]


def items(layer: str) -> str:
    return f"/ogc/collections/{layer}/items"


def post(client: TestClient, layer: str, body: Any = None, **headers: str) -> Response:
    kind = {"Content-Type": GEOJSON} | {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(items(layer), json=body or a_feature(layer), headers=kind)


def made(client: TestClient, layer: str) -> tuple[str, dict[str, Any], str]:
    """A new feature: its address, itself and its tag."""
    place = post(client, layer).headers["location"]
    answer = client.get(place)
    return place, answer.json(), answer.headers["etag"]


def write(
    client: TestClient, method: str, place: str, body: Any = None, tag: str | None = None, **more: str
) -> Response:
    kind = PATCH if method == "PATCH" else GEOJSON
    headers = {"Content-Type": kind} | ({"If-Match": tag} if tag else {})
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    return client.request(method, place, json=body, headers=headers)


def replacement(layer: str, now: dict[str, Any]) -> dict[str, Any]:
    """What a client sends back after it changed some of what it read."""
    return {**now, "properties": now["properties"] | of(REPLACED, layer)}


def written(feature: dict[str, Any]) -> tuple[Any, Any]:
    return {k: v for k, v in feature["properties"].items() if k not in ("updated_at",)}, feature["geometry"]


def ids(client: TestClient, layer: str) -> list[int]:
    return [one["id"] for one in client.get(items(layer), params={"limit": 5000}).json()["features"]]


# --- create-replace-delete -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", LAYERS)
def test_options_say_what_may_be_done(editor: TestClient, layer: str) -> None:
    answer = editor.options(items(layer))
    assert (answer.status_code, answer.headers["allow"]) == (200, "GET, HEAD, OPTIONS, POST")
    assert answer.headers["accept-post"].split(", ")[0] == GEOJSON
    place, _, _ = made(editor, layer)
    one = editor.options(place)
    assert (one.status_code, one.headers["allow"]) == (200, "GET, HEAD, OPTIONS, PUT, PATCH, DELETE")
    assert one.headers["accept-patch"] == PATCH


@pytest.mark.parametrize("layer", LAYERS)
def test_create_adds_a_feature_at_a_new_address(editor: TestClient, layer: str) -> None:
    before, body = ids(editor, layer), a_feature(layer)
    answer = post(editor, layer, {**body, "id": before[0]})
    assert answer.status_code == 201, answer.text
    found = editor.get(answer.headers["location"]).json()
    assert found["id"] not in before
    assert found["id"] in ids(editor, layer)
    assert found["properties"].items() >= body["properties"].items()
    assert found["geometry"] == body["geometry"]


@pytest.mark.parametrize("layer", ["parcel-supply", "sign"])
def test_create_replace_and_update_need_a_content_type_they_know(editor: TestClient, layer: str) -> None:
    place, now, tag = made(editor, layer)
    for method, at in (("POST", items(layer)), ("PUT", place), ("PATCH", place)):
        bare = editor.request(method, at, content=b"{}", headers={"If-Match": tag})
        assert (bare.status_code, bare.json()["code"]) == (400, "editing.no_media_type")
        other = editor.request(method, at, content=b"<x/>", headers={"If-Match": tag, "Content-Type": "text/xml"})
        assert other.status_code == 415
        assert other.headers["accept-patch" if method == "PATCH" else "accept-post"]
    assert editor.get(place).json() == now


@pytest.mark.parametrize("layer", LAYERS)
def test_replace_puts_the_whole_feature_in_place(editor: TestClient, layer: str) -> None:
    place, now, tag = made(editor, layer)
    body = replacement(layer, now)
    answer = write(editor, "PUT", place, body, tag)
    assert answer.status_code == 204, answer.text
    after = editor.get(place).json()
    assert after["properties"].items() >= of(REPLACED, layer).items()
    assert after["geometry"] == now["geometry"]
    left = {k: v for k, v in after["properties"].items() if k != of(EMPTIED, layer)}
    assert write(editor, "PUT", place, {**after, "properties": left}, answer.headers["etag"]).status_code == 204
    again = editor.get(place).json()
    assert again["properties"][of(EMPTIED, layer)] is None
    assert again["properties"].get("condition") == now["properties"].get("condition")  # never is without a value


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_id_of_the_body_changes_nothing(editor: TestClient, layer: str, method: str) -> None:
    place, now, tag = made(editor, layer)
    answer = write(editor, method, place, {**replacement(layer, now), "id": 999_999}, tag)
    assert (answer.status_code, answer.json()["code"]) == (400, "editing.other_id")
    assert editor.get(place).json() == now
    assert editor.get(f"{items(layer)}/999999").status_code == 404


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("key", ["999999", "abc", "99999999999999999999"])
def test_what_is_not_there_is_not_found_whatever_the_precondition(editor: TestClient, layer: str, key: str) -> None:
    before = ids(editor, layer)
    for tag in (None, '"xyz"', f'"{key}.1"'):
        for method, body in (("PUT", a_feature(layer)), ("PATCH", {}), ("DELETE", None)):
            assert write(editor, method, f"{items(layer)}/{key}", body, tag).status_code == 404
    assert ids(editor, layer) == before


@pytest.mark.parametrize("layer", LAYERS)
def test_delete_withdraws_and_the_register_keeps_the_row(editor: TestClient, land: Land, layer: str) -> None:
    place, now, tag = made(editor, layer)
    answer = write(editor, "DELETE", place, None, tag)
    assert (answer.status_code, answer.content) == (204, b"")
    assert editor.get(place).status_code == 404
    assert now["id"] not in ids(editor, layer)
    table = {"fence": "fence_segment"}.get(layer, layer.split("-", maxsplit=1)[0])
    with land.services.engine.connect() as connection:
        connection.exec_driver_sql("select set_config('app.see_all', 'on', true)")
        query = f"select op, reason from {table}_version where id = {now['id']} order by version_no desc limit 1"
        op, reason = connection.exec_driver_sql(query).one()
    assert op != "delete"
    assert "2026年11月界址核对" in reason


@pytest.mark.parametrize("path", [items("area"), items("risk"), f"{items('area')}/1", items("boundary-point")])
def test_what_is_not_edited_says_so(editor: TestClient, path: str) -> None:
    assert editor.options(path).headers["allow"] == "GET, HEAD, OPTIONS"
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = editor.request(method, path, json={})
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert editor.patch(items("fence"), json={}).headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_head_is_get_without_a_body(editor: TestClient) -> None:
    place, _, tag = made(editor, "fence")
    for path in (place, items("fence")):
        answer = editor.head(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, GEOJSON)
    assert editor.head(place).headers["etag"] == tag


# --- update ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", LAYERS)
def test_update_changes_what_is_named_and_nothing_else(editor: TestClient, layer: str) -> None:
    place, now, tag = made(editor, layer)
    body = {"properties": {**of(REPLACED, layer), of(EMPTIED, layer): None}, "geometry": a_feature(layer)["geometry"]}
    answer = write(editor, "PATCH", place, body, tag)
    assert answer.status_code == 204, answer.text
    after = editor.get(place).json()
    derived = {"updated_at", "length_m", "area_computed_m2", "area_mu"}
    for name, value in after["properties"].items():
        if name not in derived:
            assert value == (now["properties"] | body["properties"])[name], name
    assert after["geometry"] == body["geometry"]
    assert after["id"] == now["id"]


# --- optimistic-locking-etags ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", LAYERS)
def test_every_feature_has_a_strong_tag(editor: TestClient, layer: str) -> None:
    made(editor, layer)
    for key in ids(editor, layer)[:20]:
        place = f"{items(layer)}/{key}"
        answer = editor.get(place)
        assert re.fullmatch(rf'"{key}\.\d+-[0-9a-f]{{12}}"', answer.headers["etag"])
        for seen in (answer.headers["etag"], f'"x", W/{answer.headers["etag"]}'):
            again = editor.get(place, headers={"If-None-Match": seen})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
        assert editor.get(place, headers={"If-None-Match": '"1.1"'}).status_code == 200
        in_another = editor.get(place, params={"crs": "http://www.opengis.net/def/crs/EPSG/0/4547"})
        assert in_another.headers["etag"] != answer.headers["etag"]  # other bytes, other tag


def test_features_that_are_not_edited_and_past_ones_have_no_tag(editor: TestClient, land: Land) -> None:
    (area, *_) = ids(editor, "area")
    assert "etag" not in editor.get(f"{items('area')}/{area}").headers
    past = editor.get(f"{items('parcel-supply')}/{land.parcels[0]}", params={"as_of": "2099-01-01"})
    assert past.status_code == 200
    assert "etag" not in past.headers


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_stale_tag_fails_and_a_right_one_gives_a_new_one(editor: TestClient, layer: str, method: str) -> None:
    place, now, tag = made(editor, layer)
    body = (
        replacement(layer, now)
        if method == "PUT"
        else {"properties": of(REPLACED, layer)}
        if method == "PATCH"
        else None
    )
    stale = tag.replace(".1-", ".0-")
    assert stale != tag
    for seen in ('"0"', stale, '"nonsense'):
        answer = write(editor, method, place, body, seen)
        assert (answer.status_code, answer.json()["code"]) == (412, "stale")
        assert answer.headers["etag"] == tag
    for none in (None, "*"):
        answer = write(editor, method, place, body, none)
        assert (answer.status_code, answer.json()["code"]) == (428, "version_not_named")
    assert editor.get(place).json() == now
    done = write(editor, method, place, body, tag)
    assert done.status_code == 204, done.text
    if method != "DELETE":
        assert done.headers["etag"] != tag
        assert done.headers["etag"] == editor.get(place).headers["etag"]
        assert write(editor, method, place, body, tag).status_code == 412


# --- return-resource-representation-in-response ----------------------------------------------------------------------


@pytest.mark.parametrize("layer", LAYERS)
def test_a_representation_is_returned_to_who_prefers_it(editor: TestClient, layer: str) -> None:
    for prefer in ("return=representation", 'respond-async, return="representation"; x=1'):
        answer = post(editor, layer, Prefer=prefer, Accept=GEOJSON)
        assert (answer.status_code, answer.headers["content-type"]) == (201, GEOJSON)
        assert answer.headers["preference-applied"] == "return=representation"
        assert answer.headers["content-crs"] == f"<{CRS84}>"
        place = answer.headers["location"]
        found = editor.get(place)
        assert answer.json() | {"links": 0} == found.json() | {"links": 0}
        assert answer.headers["etag"] == found.headers["etag"]
        own = next(one["href"] for one in answer.json()["links"] if one["rel"] == "self")
        assert editor.get(own).json()["id"] == found.json()["id"]
    body = replacement(layer, found.json())
    for method in ("PUT", "PATCH"):
        more = body if method == "PUT" else {"properties": {}}
        answer = write(editor, method, place, more, editor.get(place).headers["etag"], Prefer="return=representation")
        assert answer.status_code == 200, answer.text
        assert answer.json()["properties"].items() >= of(REPLACED, layer).items()


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("prefer", [None, "return=minimal"])
def test_no_representation_is_returned_unless_preferred(editor: TestClient, layer: str, prefer: str | None) -> None:
    answer = post(editor, layer, **({"Prefer": prefer} if prefer else {}))
    assert (answer.status_code, answer.content) == (201, b"")
    assert "preference-applied" not in answer.headers


def test_what_is_shown_no_more_is_not_returned(editor: TestClient) -> None:
    place, _, tag = made(editor, "camera")
    answer = write(
        editor, "PATCH", place, {"properties": {"condition": "removed"}}, tag, Prefer="return=representation"
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert editor.get(place).status_code == 404


# --- handling --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", LAYERS)
def test_strict_handling_refuses_and_says_so(editor: TestClient, layer: str) -> None:
    before, good = ids(editor, layer), a_feature(layer)
    bad = {**good, "properties": good["properties"] | {"no_such_property": 1}}
    answer = post(editor, layer, bad, Prefer="handling=strict")
    assert (answer.status_code, answer.headers["preference-applied"]) == (400, "handling=strict")
    assert answer.json()["errors"][0]["field"] == "no_such_property"
    assert post(editor, layer, bad).status_code == 400  # strict is the default
    assert ids(editor, layer) == before
    done = post(editor, layer, good, Prefer="handling=strict")
    assert (done.status_code, done.headers["preference-applied"]) == (201, "handling=strict")


@pytest.mark.parametrize("layer", LAYERS)
def test_lenient_handling_passes_over_what_cannot_be_written(editor: TestClient, layer: str) -> None:
    assert post(editor, layer, Prefer="handling=lenient").status_code == 201
    good = a_feature(layer)
    bad = {**good, "foreign": 1, "properties": good["properties"] | {"no_such_property": 1, "updated_at": "2020-01-01"}}
    answer = post(editor, layer, bad, Prefer="handling=lenient, return=representation")
    assert answer.status_code == 201, answer.text
    assert answer.headers["preference-applied"] == "return=representation, handling=lenient"
    assert answer.json()["properties"].items() >= good["properties"].items()
    wrong = {**a_feature(layer), "geometry": {"type": "Point", "coordinates": "here"}}
    assert post(editor, layer, wrong, Prefer="handling=lenient").status_code == 400


# --- features --------------------------------------------------------------------------------------------------------


def test_what_is_edited_is_a_collection_of_the_api(editor: TestClient, land: Land) -> None:
    collections = {one["id"]: one for one in editor.get("/ogc/collections").json()["collections"]}
    assert land.app.state.edits.keys() <= collections.keys()
    for name in land.app.state.edits:
        assert collections[name]["itemType"] == "feature"
        assert "supportsNonAutogeneratedResourceIds" not in collections[name]  # PUT creates nothing
        for key in ids(editor, name)[:3]:
            assert editor.get(f"{items(name)}/{key}").status_code == 200


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("srid", [4326, 4490, 3857, 4547, 4526])
def test_coordinates_are_taken_in_the_system_that_is_named(editor: TestClient, layer: str, srid: int) -> None:
    uri = f"http://www.opengis.net/def/crs/EPSG/0/{srid}"
    place, first, _ = made(editor, layer)
    there = editor.get(place, params={"crs": uri}).json()["geometry"]
    body = {**a_feature(layer), "geometry": there}
    answer = post(editor, layer, body, Content_Crs=f"<{uri}>")
    assert answer.status_code == 201, answer.text
    second = editor.get(answer.headers["location"])
    assert flat(second.json()["geometry"]) == pytest.approx(flat(first["geometry"]), abs=2e-9)
    again = write(editor, "PUT", answer.headers["location"], {**second.json(), "geometry": there},
                  second.headers["etag"], Content_Crs=f"<{uri}>")  # fmt: skip
    assert again.status_code == 204
    assert again.headers["etag"] == second.headers["etag"]  # the same place: nothing was changed


def flat(geometry: Any) -> list[float]:
    if isinstance(geometry, dict):
        return flat(geometry["coordinates"])
    return [n for one in geometry for n in flat(one)] if isinstance(geometry, list) else [geometry]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("header", [f"<{NAD83}>", NAD83, "EPSG:4490", ""])
def test_a_system_that_is_not_offered_is_refused(editor: TestClient, layer: str, header: str) -> None:
    before = ids(editor, layer)
    answer = post(editor, layer, Content_Crs=header)
    assert (answer.status_code, answer.json()["code"]) == (400, "request.bad")
    assert ids(editor, layer) == before


@pytest.mark.parametrize("layer", LAYERS)
def test_axes_in_the_wrong_order_are_noticed(editor: TestClient, layer: str) -> None:
    answer = post(editor, layer, Content_Crs="<http://www.opengis.net/def/crs/EPSG/0/4490>")
    assert (answer.status_code, answer.json()["code"]) == (400, "editing.outside_district")


@pytest.mark.parametrize("layer", LAYERS)
def test_the_schema_says_what_is_taken(editor: TestClient, layer: str) -> None:
    schema = editor.get(f"/ogc/collections/{layer}/schema").json()
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) <= schema["properties"].keys()
    good = a_feature(layer)
    before = ids(editor, layer)
    read_only = [name for name, one in schema["properties"].items() if one.get("readOnly")]
    assert {"id", "updated_at"} <= set(read_only)
    for name in read_only:
        value = {"integer": 7, "number": 7.5, "boolean": True}.get(schema["properties"][name]["type"], "任意")
        answer = post(editor, layer, {**good, "properties": good["properties"] | {name: value}})
        assert answer.status_code == 400, name
        assert [one["field"] for one in answer.json()["errors"]] == [name]
    for name in set(schema["required"]) - {"geometry"}:
        less = {k: v for k, v in good["properties"].items() if k != name}
        assert post(editor, layer, {**good, "properties": less}).status_code == 400, name
    assert ids(editor, layer) == before
    received = {name for name, one in schema["properties"].items() if one.get("writeOnly")}
    assert received == {"change_reason", "change_document"}
    place, now, tag = made(editor, layer)
    assert not received & now["properties"].keys()
    writable = schema["properties"].keys() - set(read_only) - received - {"geometry", "parcel_no", "parcel_id"}
    assert writable == land_writable(layer)
    for name in writable:  # each is taken, as it was given out
        assert write(editor, "PATCH", place, {"properties": {name: now["properties"][name]}}, tag).status_code == 204


def land_writable(layer: str) -> set[str]:
    """Written out once, so that a property does not become writable unnoticed."""
    if layer.startswith("parcel"):
        return {
            "parcel_name", "location_text", "area_registered_m2", "planned_class_system", "planned_class_code",
            "planned_supply_year", "supply_status", "use_statuses", "fence_status", "survey_status", "disposal_status",
            "handover_status", "risk_level", "is_undeveloped",
        }  # fmt: skip
    return {
        "fence": {"fence_type", "condition", "height_m", "built_on", "inspected_on"},
        "sign": {"sign_type", "condition", "wording", "installed_on", "inspected_on"},
        "camera": {"camera_no", "condition", "bearing_deg", "range_m", "installed_on", "inspected_on"},
    }[layer]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("member", ["type", "crs", "coordRefSys", "place", "propertys"])
def test_a_member_that_is_no_features_is_refused(editor: TestClient, layer: str, member: str) -> None:
    before = ids(editor, layer)
    answer = post(editor, layer, {**a_feature(layer), member: {"type": "name"}})
    assert (answer.status_code, answer.json()["code"]) == (400, "editing.not_a_feature")
    assert ids(editor, layer) == before


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("body", [{"properties": None}, {"geometry": None}, {"type": "FeatureCollection"}, {"properties": []},
                                  {"properties": {"updated_at": "2020-01-01T00:00:00Z"}}, {"properties": {"condition": None, "risk_level": None}}])  # fmt: skip
def test_a_merge_patch_that_makes_no_sense_changes_nothing(editor: TestClient, layer: str, body: dict) -> None:
    place, now, tag = made(editor, layer)
    assert write(editor, "PATCH", place, body, tag).status_code == 400
    assert editor.get(place).json() == now


# --- the documents ---------------------------------------------------------------------------------------------------


def test_the_api_document_lists_the_operations(editor: TestClient, land: Land) -> None:
    paths = editor.get("/ogc/api").json()["paths"]
    for name in editor.get("/ogc/collections").json()["collections"]:
        here = paths[f"/collections/{name['id']}/items"], paths[f"/collections/{name['id']}/items/{{featureId}}"]
        edited = name["id"] in land.app.state.edits
        assert here[0].keys() == ({"get", "post"} if edited else {"get"})
        assert here[1].keys() == ({"get", "put", "patch", "delete"} if edited else {"get"})
    patch = paths["/collections/fence/items/{featureId}"]["patch"]
    assert list(patch["requestBody"]["content"]) == [PATCH]
    assert {"200", "204", "400", "403", "404", "409", "412", "415", "428"} <= patch["responses"].keys()
