"""Tokens made for editing: who makes them and how, and that they write at the doors of features and nowhere else."""

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from gis_service.access.edge import _Door
from gis_service.access.rules import EDITS, PERMISSIONS, Role
from tests.access.test_doors import address, routes
from tests.conformance.rows import Land
from tests.conformance.test_transactions import LAYERS, a_feature, items, made, post, write
from tests.conftest import CloneServices, Person

SignIn = Callable[..., Person]
REASON = "2026年11月界址核对"
WANTED = {"name": "QGIS", "days": 7, "may_edit": True, "reason": REASON}


def bearer(app: FastAPI, secret: str) -> TestClient:
    return TestClient(app, headers={"Authorization": f"Bearer {secret}"}, raise_server_exceptions=False)


def test_a_token_for_editing_says_why_and_is_marked(sign_in: SignIn, services: CloneServices) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    answer = officer.post("/api/v1/tokens", json=WANTED)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["may_edit"], answer.json()["reason"]) == (True, REASON)
    officer.post("/api/v1/tokens", json={"name": "读", "days": 365})
    shown = [(one["may_edit"], one["reason"], one["secret"]) for one in officer.get("/api/v1/tokens").json()]
    assert shown == [(True, REASON, None), (False, None, None)]
    with services.engine.begin() as connection:
        detail = connection.scalar(
            text("select detail from audit_entry where action = 'token.create' order by id limit 1")
        )
    assert detail == {"may_edit": True, "reason": REASON, "days": 7}


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"reason": None}, 400, "access.token_reason"),
        ({"reason": "无"}, 400, "request.invalid"),
        ({"reason": "  x   "}, 400, "request.invalid"),
        ({"reason": "长" * 201}, 400, "request.invalid"),
        ({"days": 31}, 400, "access.edit_token_days"),
    ],
)
def test_what_a_token_for_editing_must_be(sign_in: SignIn, changed: dict, status: int, code: str) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    answer = officer.post("/api/v1/tokens", json=WANTED | changed)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert officer.get("/api/v1/tokens").json() == []


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.UNIT_USER}))
def test_who_may_not_edit_makes_no_token_for_it(sign_in: SignIn, role: Role) -> None:
    answer = sign_in(role).post("/api/v1/tokens", json=WANTED)
    editor = any(role in PERMISSIONS[permission] for permission in EDITS)
    business = role in PERMISSIONS["token.change"]
    assert answer.status_code == (201 if editor else 403)
    assert answer.json().get("code") == (
        None if editor else "access.nothing_to_edit" if business else "access.forbidden"
    )


def test_no_token_makes_or_ends_one(app: FastAPI, sign_in: SignIn) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    secret = officer.post("/api/v1/tokens", json=WANTED).json()["secret"]
    by_token = bearer(app, secret)
    for method, path in (("POST", "/api/v1/tokens"), ("DELETE", "/api/v1/tokens/1")):
        answer = by_token.request(method, path, json=WANTED)
        assert (answer.status_code, answer.json()["code"]) == (403, "access.read_only_token")
    assert len(officer.get("/api/v1/tokens").json()) == 1


def test_the_database_keeps_the_rules_too(sign_in: SignIn, services: CloneServices) -> None:
    sign_in(Role.LAND_OFFICER).post("/api/v1/tokens", json=WANTED)
    for fault in ("reason = null", "reason = 'ab'", "may_edit = false", "expires_at = now() + interval '40 days'"):
        with pytest.raises(IntegrityError), services.engine.begin() as connection:
            connection.execute(text(f"update access_token set {fault}"))


def doors(app: FastAPI) -> Iterator[tuple[str, APIRoute, _Door]]:
    for method, route in routes(app):
        (door,) = [one.call for one in route.dependant.dependencies if isinstance(one.call, _Door)]
        yield method, route, door


def test_only_the_doors_of_features_let_a_token_write(app: FastAPI, sign_in: SignIn) -> None:
    """Every route of the service, asked by a land officer's token made for editing."""
    secret = sign_in(Role.LAND_OFFICER).post("/api/v1/tokens", json=WANTED).json()["secret"]
    editor = bearer(app, secret)
    for method, route, door in doors(app):
        if method in ("GET", "OPTIONS"):
            continue
        at_features = route.path.startswith("/ogc/collections/") and "/items" in route.path
        assert door.edits is at_features, route.path
        answer = editor.request(method, address(route))
        refused = answer.status_code == 403 and answer.json()["code"] == "access.read_only_token"
        assert refused is not at_features, (method, route.path, answer.text)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_token_that_reads_changes_nothing(gis: TestClient, editor: TestClient, layer: str) -> None:
    place, now, tag = made(editor, layer)
    for method, at in (("POST", items(layer)), ("PUT", place), ("PATCH", place), ("DELETE", place)):
        answer = write(gis, method, at, a_feature(layer), tag)
        assert (answer.status_code, answer.json()["code"]) == (403, "access.read_only_token")
    for at in (items(layer), place):
        assert gis.options(at).headers["allow"] == "GET, HEAD, OPTIONS"  # so a GIS client offers no editing
    assert gis.get(place).json() == now


def test_a_revoked_token_edits_no_more(app: FastAPI, sign_in: SignIn) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    token = officer.post("/api/v1/tokens", json=WANTED).json()
    editor = bearer(app, token["secret"])
    assert post(editor, "parcel-supply").status_code == 201
    assert officer.delete(f"/api/v1/tokens/{token['id']}").status_code == 204
    assert post(editor, "parcel-supply").status_code == 401


def test_a_browser_edits_from_our_own_pages_alone(app: FastAPI, sign_in: SignIn) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    body = a_feature("parcel-supply")
    without = post(officer, "parcel-supply", body)
    assert (without.status_code, without.json()["code"]) == (
        400,
        "parcel.no_reason",
    )  # no token, so no reason of its own
    body["properties"]["change_reason"] = "补登"
    assert post(officer, "parcel-supply", body).status_code == 201
    other = post(officer, "parcel-supply", a_feature("parcel-supply"), Sec_Fetch_Site="cross-site")
    assert (other.status_code, other.json()["code"]) == (403, "access.cross_site")
    stranger = post(TestClient(app), "parcel-supply", body)
    assert stranger.status_code == 401


@pytest.fixture(scope="module")
def gis(land: Land) -> TestClient:
    return land.client(Role.LAND_OFFICER, "token-reader")
