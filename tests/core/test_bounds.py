"""A process takes on so much and no more, and says so."""

import asyncio
import errno
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.testclient import TestClient

from gis_service.core import bounds, http
from gis_service.core.bounds import BODY_MB, HOPELESS, IN_MEMORY_MB, MEGABYTE, Bounds

MOST = 2


@pytest.fixture
def gate() -> threading.Event:
    return threading.Event()


@pytest.fixture
def small(gate: threading.Event) -> FastAPI:
    """An application that has two turns; `/wait` keeps one until the gate opens."""
    app, router = FastAPI(), APIRouter()

    @router.get("/wait")
    def wait() -> str:
        gate.wait(60)
        return "done"

    @router.get("/healthz")
    def alive() -> str:
        return "ok"

    @router.post("/take")
    async def take(request: Request) -> int:
        request.state.measured = request.headers.get("x-measured") == "yes"
        return len(await request.body())

    @router.get("/broken")
    def broken(code: int) -> None:
        raise OSError(code, os.strerror(code))

    app.include_router(router)
    app.add_middleware(Bounds, most_at_once=MOST)
    http.install(app)
    return app


def client(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


def at_once(app: FastAPI) -> int:
    """How many have their turn just now."""
    layer: Any = app.middleware_stack
    while not isinstance(layer, Bounds):
        layer = layer.app
    return layer.at_once


def until(question: Callable[[], bool]) -> None:
    for _ in range(2000):
        if question():
            return
        threading.Event().wait(0.01)
    raise AssertionError("never")


def test_who_comes_when_all_turns_are_taken_is_told_to_come_again_and_health_is_answered(
    small: FastAPI, gate: threading.Event
) -> None:
    with client(small) as asked, ThreadPoolExecutor(MOST) as pool:
        first = [pool.submit(asked.get, "/wait") for _ in range(MOST)]
        until(lambda: at_once(small) == MOST)
        refused = asked.get("/wait")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, bounds.RETRY_AFTER_S)
        assert refused.json()["code"] == "overloaded"
        assert refused.headers["x-request-id"]
        assert asked.post("/take", content=b"abc").status_code == 503
        assert asked.get("/healthz").status_code == 200
        gate.set()
        assert [each.result().status_code for each in first] == [200] * MOST
        assert at_once(small) == 0
        assert asked.get("/wait").status_code == 200


async def _talk(app: FastAPI, *, pieces: list[bytes], rest: bool, headers: dict[str, str]) -> tuple[int, int]:
    """One request to the bare application, whose body stops after the pieces where `rest` never comes; status, and turns meanwhile."""
    told: list[dict[str, Any]] = []
    turns: list[int] = []
    coming = iter(pieces)

    async def receive() -> dict[str, Any]:
        turns.append(at_once(app))
        body = next(coming, None)
        if body is None and rest:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": body or b"", "more_body": body is not None}

    async def send(message: Any) -> None:
        told.append(message)

    named = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/take", "raw_path": b"/take", "query_string": b"", "headers": named,
             "http_version": "1.1", "scheme": "http", "server": ("test", 80), "client": ("test", 1), "root_path": ""}  # fmt: skip
    await app(scope, receive, send)
    return told[0]["status"], max(turns)


def test_while_a_body_is_awaited_nobody_has_the_turn(small: FastAPI) -> None:
    client(small).get("/healthz")  # builds the layers
    status, turns = asyncio.run(_talk(small, pieces=[b"a", b"b"], rest=False, headers={"transfer-encoding": "chunked"}))
    assert (status, turns) == (200, 0)


def test_a_body_that_falls_silent_is_given_up(small: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "SILENCE_S", 0.05)
    client(small).get("/healthz")
    status, _ = asyncio.run(_talk(small, pieces=[b"a"], rest=True, headers={"transfer-encoding": "chunked"}))
    assert status == 408


@pytest.mark.parametrize(
    ("megabytes", "headers", "status"),
    [
        (BODY_MB, {}, 200),
        (BODY_MB + 1, {}, 413),
        (BODY_MB + 1, {"X-Measured": "yes"}, 200),
        (IN_MEMORY_MB + 1, {"X-Measured": "yes"}, 413),
        (IN_MEMORY_MB + 1, {"X-Measured": "yes", "Content-Type": "multipart/form-data; boundary=x"}, 200),
        (BODY_MB + 1, {"Content-Type": "multipart/form-data; boundary=x"}, 413),
    ],
)
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_may_weigh_so_much(
    small: FastAPI, megabytes: int, headers: dict[str, str], status: int, announced: bool
) -> None:
    content = bytes(megabytes * MEGABYTE)
    sent: Any = content if announced else (content[n : n + MEGABYTE] for n in range(0, len(content), MEGABYTE))
    answer = client(small).post("/take", content=sent, headers=headers)
    assert answer.status_code == status
    if status == 413:
        assert answer.json()["code"] == "request.too_large"
    assert at_once(small) == 0


@pytest.mark.parametrize(("megabytes", "closed"), [(BODY_MB + 1, False), (HOPELESS * BODY_MB + 1, True)])
def test_the_rest_of_what_is_far_too_large_is_not_even_read(small: FastAPI, megabytes: int, closed: bool) -> None:
    announced = {"Content-Length": str(megabytes * MEGABYTE)}
    answer = client(small).post("/take", content=b"", headers=announced)
    assert answer.status_code == 413
    assert (answer.headers.get("connection") == "close") is closed


@pytest.mark.parametrize(("code", "status"), [(errno.ENOSPC, 507), (errno.EDQUOT, 507), (errno.EIO, 500)])
def test_a_full_disk_is_told_in_its_own_words(small: FastAPI, code: int, status: int) -> None:
    answer = client(small).get("/broken", params={"code": code})
    assert (answer.status_code, answer.json()["code"] == "disk.full") == (status, status == 507)
