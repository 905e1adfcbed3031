"""Signposts pass over routers whose routes cannot begin like a path; what is answered stays the same."""

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from hypothesis import example, given
from hypothesis import strategies as st

from gis_service.core.routing import Signpost

PATHS = (
    "/",
    "/a",
    "/a/",
    "/a/b",
    "/a/{one}",
    "/{any}",
    "/{any}/b/c",
    "/a/b/c/d",
    "/a/b/{one}/d",
    "/f/{rest:path}",
    "/a/b/x",
)


def routers() -> list[APIRouter]:
    made = []
    for start in range(3):
        router = APIRouter(prefix="" if start else "/p/q")
        for path in PATHS[start::3]:
            router.add_api_route(
                path, lambda path=path, start=start: f"{start} {path}", methods=["GET", "PUT"][: 1 + start % 2]
            )
        made.append(router)
    return made


def clients() -> tuple[TestClient, TestClient]:
    plain, posted = FastAPI(), FastAPI()
    for router in routers():
        plain.include_router(router)
        posted.include_router(Signpost(router))
    return TestClient(plain), TestClient(posted)


PLAIN, POSTED = clients()


@example(words=["", "", "", "a"], method="GET")
@given(
    words=st.lists(st.sampled_from(["a", "b", "c", "d", "p", "q", "f", "x", "", "{one}"]), max_size=6),
    method=st.sampled_from(["GET", "PUT", "POST"]),
)
def test_the_same_answer_with_and_without(words: list[str], method: str):
    path = "/" + "/".join(words)
    one, other = (
        client.request(method, "http://testserver" + path, follow_redirects=False) for client in (PLAIN, POSTED)
    )
    assert (one.status_code, one.text, one.headers) == (other.status_code, other.text, other.headers)


def test_a_router_that_cannot_fit_asks_none_of_its_routes(monkeypatch):
    asked = []
    matches = APIRoute.matches
    monkeypatch.setattr(APIRoute, "matches", lambda self, scope: (asked.append(self.path), matches(self, scope))[1])
    app = FastAPI()
    for name in ("one", "two", "three"):
        router = APIRouter(prefix=f"/api/v1/{name}")
        router.add_api_route("/{key}", lambda key: key)
        app.include_router(Signpost(router))
    assert TestClient(app).get("/api/v1/two/7").json() == "7"
    assert set(asked) == {"/api/v1/two/{key}"}
