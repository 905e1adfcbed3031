"""The API document tells how requests are refused, and they are refused so."""

from collections.abc import Callable

import jsonschema

from gis_service.access.rules import Role
from gis_service.core.described import PROBLEM
from tests.conftest import Person

SignIn = Callable[..., Person]


def test_every_operation_says_that_it_may_refuse(sign_in: SignIn) -> None:
    document = sign_in(Role.LAND_OFFICER).get("/api/v1/openapi.json").json()
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert len(operations) > 300
    for operation in operations:
        assert {"4XX", "503"} <= operation["responses"].keys()
        assert operation["responses"].get("422", {}).get("description") != "Validation Error"
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert document["components"]["schemas"]["Problem"] == PROBLEM


def test_refusals_are_as_the_document_has_them(sign_in: SignIn) -> None:
    person = sign_in(Role.LAND_OFFICER)
    asked = {
        "/api/v1/parcels/999999": 404,
        "/api/v1/parcels?limit=x": 400,
        "/api/v1/users": 403,
        "/api/v1/nothing": 404,
    }
    for path, status in asked.items():
        answer = person.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), path
        jsonschema.validate(answer.json(), PROBLEM)
