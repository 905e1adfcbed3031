"""Administrators come from the networks that the deployment names: at signing in and at each act, by cookie or token."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import ValidationError
from sqlalchemy import select
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from gis_service.access import operations as access
from gis_service.access.actor import SERVICE
from gis_service.access.models import RoleGrant
from gis_service.access.rules import THREE_ADMINS, Role
from gis_service.audit.models import AuditEntry
from gis_service.core import clock
from gis_service.main import create_app
from gis_service.settings import Settings
from tests.access.test_second_factor import bind
from tests.conftest import PASSWORD, CloneServices, Person

SAME = {"Sec-Fetch-Site": "same-origin"}
INSIDE, OUTSIDE = ("10.20.0.7", 4000), ("10.21.0.7", 4000)
Make = Callable[..., str]


@pytest.fixture
def guarded(services: CloneServices) -> FastAPI:
    return create_app(services.settings.model_copy(update={"admin_networks": "192.0.2.1, 10.20.0.0/16"}), services)


@pytest.fixture
def account(services: CloneServices) -> Make:
    def make(role: Role) -> str:
        with services.sessions.begin() as session:
            user = access.create_user(
                session, SERVICE, username=role, display_name=role, password=PASSWORD, own_choice=True
            )
            access.grant_role(session, SERVICE, user.id, role)
        return str(role)

    return make


def browser(app: Any, client: tuple[str, int], **headers: str) -> TestClient:
    return TestClient(app, headers=SAME | headers, client=client)


def signed_in(app: FastAPI, username: str, client: tuple[str, int]) -> TestClient:
    found = browser(app, client)
    assert found.post("/api/v1/sessions", json={"username": username, "password": PASSWORD}).status_code == 201
    return found


def refusals(services: CloneServices) -> list[tuple[str, str]]:
    with services.sessions() as session:
        asked = select(AuditEntry).where(AuditEntry.outcome == "refused").order_by(AuditEntry.id)
        return [(each.action, str(each.detail.get("code"))) for each in session.scalars(asked)]


@pytest.mark.parametrize("role", sorted(THREE_ADMINS))
def test_an_administrator_signs_in_from_the_named_networks_alone(
    role: Role, guarded: FastAPI, account: Make, services: CloneServices
) -> None:
    name = account(role)
    words = {"username": name, "password": PASSWORD}
    answer = browser(guarded, OUTSIDE).post("/api/v1/sessions", json=words)
    assert (answer.status_code, answer.json()["code"]) == (403, "access.not_from_here")
    assert "10.21.0.7" in answer.json()["title_zh"]
    assert "10.21.0.7" in answer.json()["title_en"]
    page = browser(guarded, OUTSIDE).post("/login", data=words)
    assert (page.status_code, "gis_session" in page.cookies) == (403, False)
    assert refusals(services) == [("session.open", "access.not_from_here")] * 2
    assert signed_in(guarded, name, INSIDE).get("/api/v1/me").status_code == 200


def test_a_session_that_is_carried_elsewhere_is_worth_nothing_there(
    guarded: FastAPI, account: Make, services: CloneServices
) -> None:
    inside = signed_in(guarded, account(Role.SYSTEM_ADMIN), INSIDE)
    thief = browser(guarded, OUTSIDE, Cookie=f"gis_session={inside.cookies['gis_session']}")
    for method, path in (("GET", "/api/v1/users"), ("POST", "/api/v1/users"), ("GET", "/api/v1/me")):
        assert thief.request(method, path, json={}).json()["code"] == "access.not_from_here"
    assert refusals(services) == [
        (action, "access.not_from_here") for action in ("user.read", "user.change", "me.read")
    ]
    assert inside.get("/api/v1/users").status_code == 200


def test_the_second_step_is_not_taken_from_elsewhere(guarded: FastAPI, account: Make) -> None:
    name = account(Role.SECURITY_ADMIN)
    inside = Person(guarded, headers=SAME, client=INSIDE)
    inside.post("/api/v1/sessions", json={"username": name, "password": PASSWORD})
    _, codes = bind(inside)
    begun = inside.post("/api/v1/sessions", json={"username": name, "password": PASSWORD}).json()["second_step"]
    body = {"step": begun, "code": codes[0]}
    assert browser(guarded, OUTSIDE).post("/api/v1/sessions/code", json=body).json()["code"] == "access.not_from_here"
    body["code"] = codes[1]
    assert browser(guarded, INSIDE).post("/api/v1/sessions/code", json=body).status_code == 201


def test_a_token_of_somebody_who_became_an_administrator_opens_nothing_from_elsewhere(
    guarded: FastAPI, account: Make, services: CloneServices
) -> None:
    name = account(Role.INSPECTOR)
    person = signed_in(guarded, name, OUTSIDE)
    secret = person.post("/api/v1/tokens", json={"name": "QGIS"}).json()["secret"]
    by_token = {"Authorization": f"Bearer {secret}"}
    assert TestClient(guarded, client=OUTSIDE).get("/ogc/collections", headers=by_token).status_code == 200
    with services.sessions.begin() as session:
        (grant,) = session.scalars(select(RoleGrant))
        access.revoke_role(session, SERVICE, grant.user_id, grant.id, at=clock.now())
        access.grant_role(session, SERVICE, grant.user_id, Role.AUDITOR)
    guarded.state.doorkeeper.forget()
    answers = {
        where[0]: TestClient(guarded, client=where).get("/api/v1/audit", headers=by_token).status_code
        for where in (INSIDE, OUTSIDE)
    }
    assert answers == {INSIDE[0]: 200, OUTSIDE[0]: 403}
    refused = TestClient(guarded, client=OUTSIDE).get("/ogc/collections", headers=by_token)
    assert refused.json()["code"] == "access.not_from_here"


def test_others_come_from_everywhere_and_so_does_everybody_where_no_network_is_named(
    guarded: FastAPI, app: FastAPI, account: Make
) -> None:
    assert signed_in(guarded, account(Role.LEADER), OUTSIDE).get("/api/v1/me").status_code == 200
    assert signed_in(app, account(Role.AUDITOR), OUTSIDE).get("/api/v1/audit").status_code == 200


def test_the_address_is_the_clients_where_a_proxy_is_believed_and_else_the_proxys(
    guarded: FastAPI, account: Make
) -> None:
    """As the service is run: what somebody writes into a header counts for nothing unless it comes from a known proxy."""
    name = account(Role.AUDITOR)
    words = {"username": name, "password": PASSWORD}
    behind = ProxyHeadersMiddleware(guarded, trusted_hosts="172.16.0.1")
    for client, forwarded, status in (
        (("172.16.0.1", 1), INSIDE[0], 201),
        (("172.16.0.1", 1), OUTSIDE[0], 403),
        (OUTSIDE, INSIDE[0], 403),
    ):
        answer = browser(behind, client, **{"X-Forwarded-For": forwarded}).post("/api/v1/sessions", json=words)
        assert answer.status_code == status, (client, forwarded)


def test_a_network_that_is_none_stops_the_start() -> None:
    with pytest.raises(ValidationError, match="admin_networks"):
        Settings(environment="test", admin_networks="10.0.0.0/8, the office")
