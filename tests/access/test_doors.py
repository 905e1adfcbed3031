"""Every route names a permission; a stranger gets 401 everywhere; each role gets exactly what the map says."""

from collections.abc import Callable, Iterable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute

from gis_service.access.edge import _Door, doing
from gis_service.access.login import SIGN_IN_ROUTES
from gis_service.access.rules import PERMISSIONS, Role
from gis_service.conducts import CONDUCTS
from tests.conftest import Person

OPEN = SIGN_IN_ROUTES | {"/healthz", "/readyz", "/metrics", "/", "/desk", "/desk/{path:path}", "/static"} | {
    "/field", "/field/sw.js", "/field/manifest.webmanifest", "/field/{path:path}", "/clue", "/clue.js", "/clue/{tracking_no}",
    "/ca", "/ca.crt",
}  # fmt: skip
"""Before the door: signing in, health, and the built pages, which hold no data."""


def flat(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Routes of the application and of the routers included in it."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        yield from flat(inner.routes) if inner else [route]


def routes(app: FastAPI) -> list[tuple[str, APIRoute]]:
    found = [route for route in flat(app.routes) if isinstance(route, APIRoute) and route.path not in OPEN]
    assert len(found) > 30
    return [(method, route) for route in found for method in sorted(route.methods - {"HEAD"})]


def permissions(dependant: Dependant) -> Iterator[str]:
    if isinstance(dependant.call, _Door):
        yield dependant.call.permission
    for inner in dependant.dependencies:
        yield from permissions(inner)


def address(route: APIRoute) -> str:
    """The route's path with numbers nobody has."""
    parts = {"area": "parcel-fence"}
    return "/".join(parts.get(p, "999999") if p.startswith("{") else p for p in route.path.split("/"))


def bare(app: FastAPI) -> dict[str, list[str]]:
    """Routes that do not ask for exactly one permission, and what they ask for."""
    asked = {f"{method} {route.path}": list(permissions(route.dependant)) for method, route in routes(app)}
    return {path: held for path, held in asked.items() if len(held) != 1}


def test_every_route_asks_for_exactly_one_permission(app: FastAPI) -> None:
    assert bare(app) == {}


def test_a_route_without_a_door_or_with_two_is_seen(app: FastAPI) -> None:
    app.add_api_route("/api/v1/planted", lambda: None)
    app.add_api_route(
        "/api/v1/planted", lambda: None, methods=["POST"], dependencies=[doing("me.read"), doing("me.change")]
    )
    assert bare(app) == {"GET /api/v1/planted": [], "POST /api/v1/planted": ["me.read", "me.change"]}


def test_every_permission_is_asked_for_somewhere(app: FastAPI) -> None:
    asked = {name for _, route in routes(app) for name in permissions(route.dependant)}
    of_steps = {permission for conduct in CONDUCTS for permission in conduct.procedure.permissions}
    # a column is granted by the one, tracks of others are opened within the act by the other, logins to the database are made by a
    # command; which step may be taken the engine asks, behind the door of all steps
    assert set(PERMISSIONS) - asked <= {"contact.read", "track.read", "analyst.change"} | of_steps
    assert of_steps <= set(PERMISSIONS)


def test_a_stranger_gets_401_everywhere(app: FastAPI, record_property: Callable[[str, object], None]) -> None:
    stranger = TestClient(app, headers={"Sec-Fetch-Site": "same-origin"}, raise_server_exceptions=False)
    answers = {
        f"{method} {route.path}": stranger.request(method, address(route)).status_code for method, route in routes(app)
    }
    assert {path: status for path, status in answers.items() if status != 401} == {}
    record_property("routes", len(answers))


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_let_in_exactly_where_the_map_says(
    role: Role, app: FastAPI, sign_in: Callable[..., Person], record_property: Callable[[str, object], None]
) -> None:
    unit_id = _unit(app) if role is Role.UNIT_USER else None
    person = sign_in(role, unit_id=unit_id)
    wrong, asked = {}, 0
    for method, route in routes(app):
        (permission,) = permissions(route.dependant)
        if permission == "me.change":
            continue  # would sign the person out
        answer = person.request(method, address(route))
        asked += 1
        refused = answer.status_code == 403 and answer.json().get("code") == "access.forbidden"
        if refused is (role in PERMISSIONS[permission]) or answer.status_code >= 500:
            wrong[f"{method} {route.path}"] = answer.status_code
    assert wrong == {}
    record_property("roles", 1)
    record_property("asked as a role", asked)


def _unit(app: FastAPI) -> int:
    from tests.factories import a_unit

    with app.state.sessions.begin() as session:
        return a_unit(session).id
