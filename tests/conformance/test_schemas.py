"""OGC API Features Part 5: the abstract tests of the classes declared, on every collection, and the features against them."""

import jsonschema
import pytest
from fastapi.testclient import TestClient

from tests.conformance.rows import Land

SCHEMA_REL = "http://www.opengis.net/def/rel/ogc/1.0/schema"
KEYWORDS = {"title", "description", "type", "format", "enum", "readOnly", "writeOnly"}
ONCE = {"id", "primary-geometry"}
GEOMETRIES = {"geometry-point", "geometry-polygon-or-multipolygon", "geometry-linestring-or-multilinestring"}


def collections(client: TestClient) -> list[str]:
    return [one["id"] for one in client.get("/ogc/collections").json()["collections"]]


def both(client: TestClient, name: str) -> list[dict]:
    """The two schemas of a collection."""
    return [client.get(f"/ogc/collections/{name}/{what}").json() for what in ("schema", "queryables")]


def with_role(schema: dict, role: str) -> list[dict]:
    return [one for one in schema["properties"].values() if one.get("x-ogc-role") == role]


def test_the_classes_are_declared_and_no_sorting(gis: TestClient) -> None:
    declared = gis.get("/ogc/conformance").json()["conformsTo"]
    names = {uri.rsplit("/", 1)[1] for uri in declared if "/ogcapi-features-5/" in uri}
    assert names == {"schemas", "advanced-property-roles", "returnables-and-receivables", "queryables"}
    assert gis.get("/ogc/collections/area/sortables").status_code == 404


def test_every_collection_leads_to_its_schema(gis: TestClient) -> None:
    for name in collections(gis):
        links = gis.get(f"/ogc/collections/{name}").json()["links"]
        expected = f"http://testserver/ogc/collections/{name}/schema"
        for rel in (SCHEMA_REL, "describedby"):
            assert [(one["href"], one["type"]) for one in links if one["rel"] == rel] == [
                (expected, "application/schema+json")
            ]


def test_schemas_are_json_schemas_under_their_own_address(gis: TestClient) -> None:
    for name in collections(gis):
        for schema in both(gis, name):
            assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
            assert "?" not in schema["$id"]
            again = gis.get(schema["$id"], headers={"Accept": "application/schema+json"})
            assert (again.status_code, again.headers["content-type"]) == (200, "application/schema+json")
            assert again.json() == schema
            assert schema["type"] == "object"
            jsonschema.Draft202012Validator.check_schema(schema)


def test_properties_have_a_type_or_are_geometries_and_known_keywords_only(gis: TestClient) -> None:
    for name in collections(gis):
        for schema in both(gis, name):
            for key, one in schema["properties"].items():
                assert one["title"], (name, key)
                assert ("type" in one) is not one.get("format", "").startswith("geometry-")
                assert "type" in one or one["format"] in GEOMETRIES
                words = {word for word in one if not word.startswith("x-ogc-")}
                assert words - {"items"} <= KEYWORDS
                assert ("items" in words) is (one.get("type") == "array")
            order = [one["x-ogc-propertySeq"] for one in schema["properties"].values()]
            assert order == list(range(1, len(order) + 1))


def test_roles_are_given_once(gis: TestClient) -> None:
    for name in collections(gis):
        for schema in both(gis, name):
            (own,) = with_role(schema, "id")
            assert own["type"] == "integer"
            (geometry,) = with_role(schema, "primary-geometry")
            assert geometry["format"] in GEOMETRIES
            instants = with_role(schema, "primary-instant")
            assert len(instants) <= 1
            assert all(one["format"] == "date-time" for one in instants)


def test_units_are_of_the_unified_code_and_on_numbers(gis: TestClient) -> None:
    seen = set()
    for name in collections(gis):
        for one in gis.get(f"/ogc/collections/{name}/schema").json()["properties"].values():
            if "x-ogc-unit" in one:
                assert one["type"] in ("number", "integer")
                seen.add(one["x-ogc-unit"])
    assert {"m", "m2", "m3", "%", "deg"} <= seen <= {"m", "m2", "m3", "d", "%", "deg"}


@pytest.mark.parametrize("name", ["parcel-supply", "fence", "camera", "area"])
def test_features_are_what_the_schema_says(gis: TestClient, land: Land, name: str) -> None:
    schema = gis.get(f"/ogc/collections/{name}/schema").json()
    parts = {key: {k: v for k, v in one.items() if not k.startswith("x-")} for key, one in schema["properties"].items()}
    found = gis.get(f"/ogc/collections/{name}/items").json()["features"]
    assert found
    assert schema["additionalProperties"] is False
    for feature in [*found, gis.get(f"/ogc/collections/{name}/items/{found[0]['id']}").json()]:
        given = {key for key, one in schema["properties"].items() if not one.get("writeOnly")}
        assert feature["properties"].keys() == given - {"id", "geometry"}
        values = {**feature["properties"], "id": feature["id"]}
        for key, value in values.items():
            if value is not None:
                jsonschema.validate(value, parts[key], format_checker=jsonschema.FormatChecker())
        kinds = parts["geometry"]["format"].removeprefix("geometry-").split("-or-")
        assert feature["geometry"]["type"].lower() in kinds


def test_items_are_described_by_the_schema(gis: TestClient) -> None:
    items = "/ogc/collections/fence/items"
    one = gis.get(items).json()["features"][0]["id"]
    for path in (items, f"{items}/{one}"):
        link = gis.get(path).links["describedby"]
        assert (link["url"], link["type"]) == (
            "http://testserver/ogc/collections/fence/schema",
            "application/schema+json",
        )


def test_a_stranger_learns_no_schema(land: Land) -> None:
    assert TestClient(land.app).get("/ogc/collections/fence/schema").status_code == 401
