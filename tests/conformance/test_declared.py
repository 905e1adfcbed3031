"""What is declared is tested, and nothing else is declared; the documents of filters and schemas on land of our own."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.conformance import test_documents as documents
from tests.conformance.rows import Land

HERE = Path(__file__).parent
TESTED = {
    "ogcapi-features-1": "test_ogctests.py",
    "ogcapi-features-2": "test_crs.py",
    "ogcapi-features-3": "test_filters.py",
    "ogcapi-features-4": "test_transactions.py",
    "ogcapi-features-5": "test_schemas.py",
    "ogcapi-common-5": "test_transactions.py",
    "cql2": "test_filters.py",
    "ogcapi-common-1": "test_documents.py",
    "ogcapi-common-2": "test_documents.py",
    "ogcapi-tiles-1": "../maps/test_tilesets.py",
    "tms": "../maps/test_tilesets.py",
}
NEW = ["/ogc/", "/ogc/conformance", "/ogc/functions", "/ogc/collections/fence", "/ogc/collections/fence/queryables",
       "/ogc/collections/fence/schema", "/ogc/collections/fence/items"]  # fmt: skip


def test_every_standard_declared_has_a_test_file_that_names_its_classes(gis: TestClient) -> None:
    declared = gis.get("/ogc/conformance").json()["conformsTo"]
    assert len(declared) == len(set(declared))
    for uri in declared:
        standard, name = uri.split("/spec/")[1].split("/")[0], uri.rsplit("/", 1)[1]
        file = HERE / TESTED[standard]
        if standard in ("cql2", "ogcapi-features-3", "ogcapi-features-4", "ogcapi-features-5", "ogcapi-common-5"):
            assert f'"{name}"' in file.read_text("utf-8"), uri
        assert file.is_file()


def test_the_api_document_is_openapi_3_0_and_complete(gis: TestClient, land: Land) -> None:
    documents.test_the_api_document_is_openapi_3_0_without_an_error(gis)
    documents.test_the_api_document_needs_no_other_file(gis)
    documents.test_every_route_of_the_service_is_in_the_api_document(gis, land.app)


@pytest.mark.parametrize("path", NEW)
def test_documents_link_rightly_and_are_pages_that_need_nobody_else(gis: TestClient, path: str) -> None:
    documents.test_every_link_leads_to_what_it_says(gis, path)
    documents.test_every_document_is_a_page_too_and_the_page_needs_no_other_host(gis, path)


@pytest.mark.parametrize("path", NEW)
def test_a_parameter_nobody_listed_is_refused(gis: TestClient, land: Land, path: str) -> None:
    documents.test_a_parameter_nobody_listed_is_refused(gis, path)
    documents.test_a_stranger_learns_nothing(land.app, path)


@pytest.mark.parametrize(
    "query",
    ["id=x", "updated_at=soon", "parcel_no=%00", "filter-lang=cql", "filter-crs=4490", "planned_supply_year=soon"],
)
def test_a_value_that_makes_no_sense_is_refused(gis: TestClient, query: str) -> None:
    documents.test_a_value_that_makes_no_sense_is_refused(gis, query)
