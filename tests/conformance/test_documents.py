"""What ogctests does not ask: the API document itself, links, refusals, pages for people."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from openapi_spec_validator import OpenAPIV30SpecValidator

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
ITEMS = "/ogc/collections/parcel-fence/items"
DOCUMENTS = ["/ogc/", "/ogc/conformance", "/ogc/collections", "/ogc/collections/area", "/ogc/collections/area/tiles",
             "/ogc/collections/area/tiles/WebMercatorQuad", "/ogc/functions", "/ogc/collections/area/queryables",
             "/ogc/collections/area/schema", ITEMS, "/ogc/api"]  # fmt: skip


def every_link(node: object) -> Iterator[dict]:
    """All links anywhere in a document."""
    if isinstance(node, dict):
        if "href" in node and "rel" in node:
            yield node
        for value in node.values():
            yield from every_link(value)
    if isinstance(node, list):
        for value in node:
            yield from every_link(value)


def test_the_api_document_is_openapi_3_0_without_an_error(officer: TestClient) -> None:
    answer = officer.get("/ogc/api")
    assert answer.headers["content-type"] == OPENAPI
    document = answer.json()
    assert document["openapi"].startswith("3.0")
    assert list(OpenAPIV30SpecValidator(document).iter_errors()) == []


def test_the_api_document_needs_no_other_file(officer: TestClient) -> None:
    references = re.findall(r'"\$ref": ?"([^"]+)"', officer.get("/ogc/api").text)
    assert references
    assert [reference for reference in references if not reference.startswith("#/")] == []


def first_of(officer: TestClient, path: str) -> int:
    """The id of the first feature of the collection a path is about; not every collection has a feature 1."""
    if "{featureId}" not in path:
        return 0
    return int(officer.get(f"/ogc{path.removesuffix('/{featureId}')}?limit=1").json()["features"][0]["id"])


def test_every_path_of_the_api_document_answers(officer: TestClient) -> None:
    for path in officer.get("/ogc/api").json()["paths"]:
        filled = path.format(
            featureId=first_of(officer, path), tileMatrixSetId="WebMercatorQuad", tileMatrix=1, tileRow=0, tileCol=0
        )
        assert officer.get(f"/ogc{filled}").status_code in (200, 204), path


def test_every_route_of_the_service_is_in_the_api_document(officer: TestClient, sample_app: FastAPI) -> None:
    documented = {re.sub(r"\{[^}]*\}", "{}", path) for path in officer.get("/ogc/api").json()["paths"]}
    names = {"{name}": "parcel-fence", "{key}": "{}", "{z}/{y}/{x}": "{}/{}/{}"}
    from gis_service.maps.ogc.routes import router

    for route in router.routes:
        path = route.path.removeprefix("/ogc")  # type: ignore[attr-defined]
        for word, filled in names.items():
            path = path.replace(word, filled)
        assert path in documented | {"/api.html"}


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_link_leads_to_what_it_says(officer: TestClient, path: str) -> None:
    links = [one for one in every_link(officer.get(path).json()) if "/ogc" in one["href"] and not one.get("templated")]
    for one in {link["href"]: link for link in links}.values():
        answer = officer.get(one["href"])
        assert answer.status_code == 200, one
        assert answer.headers["content-type"].split("; ")[0] == one["type"], one


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if path != "/ogc/api"])
def test_every_document_is_a_page_too_and_the_page_needs_no_other_host(officer: TestClient, path: str) -> None:
    by_parameter = officer.get(path, params={"f": "html"})
    by_header = officer.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
    for answer in (by_parameter, by_header):
        assert answer.headers["content-type"].startswith("text/html")
        assert '<html lang="zh-CN">' in answer.text
        fetched = re.findall(r'(?:<script|<img|<link)[^>]*|src="[^"]*"', answer.text)
        assert fetched == []
        hosts = set(re.findall(r'href="(?:https?:)?//([^/"]+)', answer.text))
        assert hosts <= {"testserver", "www.opengis.net"}  # the second names a standard grid, and is not fetched


def test_a_page_of_features_shows_words_not_codes(officer: TestClient) -> None:
    page = officer.get(ITEMS, params={"f": "html", "limit": 3})
    assert "围蔽情况" in page.text
    assert "<svg" in page.text
    one = re.findall(r'href="(/ogc/collections/parcel-fence/items/\d+\?f=html)"', page.text)[0]
    assert "地块编号" in officer.get(one).text


@pytest.mark.parametrize("path", [*DOCUMENTS, "/ogc/api.html", f"{ITEMS}/1"])
def test_a_parameter_nobody_listed_is_refused(officer: TestClient, path: str) -> None:
    answer = officer.get(path, params={"unknownQueryParameter12345": "1"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "request.unknown_parameter"


@pytest.mark.parametrize(
    "query",
    ["limit=unlimited", "limit=0", "limit=-1", "limit=1.5", "limit=²", "f=xml", "crs=EPSG:4490", "crs=", "bbox-crs=4490",
     "bbox=1,2,3", "bbox=1,2,3,x", "bbox=1,9,3,4", "bbox=nan,1,2,3", "bbox=", "datetime=yesterday",
     "datetime=2026-02-01/2026-01-01", "datetime=2026-13-01", "datetime=2026-01-01/2026-01-02/2026-01-03", "as_of=soon",
     "id=x", "updated_at=soon", "parcel_no=%00", "filter-lang=cql", "filter-crs=4490", "after=x", "after=WzFd", "after=WyJhIixudWxsXQ", "waste_found=maybe", "planned_supply_year=soon"],
)  # fmt: skip
def test_a_value_that_makes_no_sense_is_refused(officer: TestClient, query: str) -> None:
    answer = officer.get(f"{ITEMS}?{query}")
    assert answer.status_code == 400, answer.text
    problem = answer.json()
    assert problem["code"] == "request.bad"
    assert problem["title_zh"]
    assert problem["title_en"]


def test_refusals_speak_the_language_of_the_reader(officer: TestClient) -> None:
    english = officer.get(f"{ITEMS}?limit=x", headers={"Accept-Language": "en"}).json()["title"]
    chinese = officer.get(f"{ITEMS}?limit=x").json()["title"]
    assert english.startswith("Parameter limit")
    assert chinese.startswith("参数 limit")


@pytest.mark.parametrize("path", ["/ogc/collections/parcels", f"{ITEMS}/999999999", f"{ITEMS}/abc", f"{ITEMS}/-1",
                                  f"{ITEMS}/99999999999999999999", "/ogc/collections/parcels/items",
                                  "/ogc/collections/parcels/tiles", "/ogc/styles"])  # fmt: skip
def test_what_does_not_exist_is_not_found(officer: TestClient, path: str) -> None:
    assert officer.get(path).status_code == 404


@pytest.mark.parametrize("path", [*DOCUMENTS, f"{ITEMS}/1", "/ogc/collections/area/tiles/WebMercatorQuad/0/0/0"])
def test_a_stranger_learns_nothing(sample_app: FastAPI, path: str) -> None:
    answer = TestClient(sample_app).get(path)
    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers


def test_the_token_may_come_as_basic_password(officer: TestClient) -> None:
    token = officer.headers["Authorization"].removeprefix("Bearer ")
    del officer.headers["Authorization"]
    assert officer.get("/ogc/", auth=("gis", token)).status_code == 200


def test_the_landing_page_leads_to_everything(officer: TestClient) -> None:
    relations = {one["rel"] for one in officer.get("/ogc/").json()["links"]}
    assert {"self", "alternate", "service-desc", "service-doc", "conformance", "data"} <= relations


def test_a_collection_says_the_same_in_the_list_and_alone(officer: TestClient) -> None:
    for listed in officer.get("/ogc/collections").json()["collections"]:
        alone = officer.get(f"/ogc/collections/{listed['id']}").json()
        assert {key: alone[key] for key in listed if key != "links"} == {
            key: value for key, value in listed.items() if key != "links"
        }
