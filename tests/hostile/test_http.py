"""H47 to H53: what comes over HTTP before a file is one. Refused in a problem document, or by silence, and the service goes on."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from tests.conftest import CloneServices, Person
from tests.hostile.corpus.good import collection, feature
from tests.live import serving

SignIn = Callable[..., Person]
GOOD = collection(feature()).encode()


@pytest.fixture
def officer(sign_in: SignIn) -> Person:
    return sign_in(Role.LAND_OFFICER)


def batches(services: CloneServices) -> int:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return session.scalar(text("select count(*) from import_batch")) or 0


def kept(services: CloneServices) -> list[str]:
    return (
        [path.name for path in services.store.root.rglob("*") if path.is_file()] if services.store.root.exists() else []
    )


def form(*parts: tuple[str, bytes], boundary: str = "b") -> bytes:
    return (
        b"".join(f"--{boundary}\r\n{head}\r\n\r\n".encode() + body + b"\r\n" for head, body in parts)
        + f"--{boundary}--\r\n".encode()
    )


FILE = 'Content-Disposition: form-data; name="file"; filename="x.geojson"'
MULTIPART = "multipart/form-data; boundary=b"
BODIES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "no-boundary": ("multipart/form-data", lambda: form((FILE, GOOD))),
    "other-boundary": ("multipart/form-data; boundary=c", lambda: form((FILE, GOOD))),
    "empty-boundary": ("multipart/form-data; boundary=", lambda: form((FILE, GOOD))),
    "long-boundary": ("multipart/form-data; boundary=" + "x" * 5000, lambda: form((FILE, GOOD))),
    "10000-fields": (MULTIPART, lambda: form(*[('Content-Disposition: form-data; name="crs"', b"x")] * 10_000)),
    "10000-files": (MULTIPART, lambda: form(*[(FILE, b"x")] * 10_000)),
    "no-file": (MULTIPART, lambda: form(('Content-Disposition: form-data; name="crs"', b"EPSG:4490"))),
    "file-is-text": (MULTIPART, lambda: form(('Content-Disposition: form-data; name="file"', GOOD))),
    "no-disposition": (MULTIPART, lambda: form(("X-Nothing: 1", GOOD))),
    "no-name": (MULTIPART, lambda: form(("Content-Disposition: form-data", GOOD))),
    "not-closed": (MULTIPART, lambda: form((FILE, GOOD))[:-8]),
    "not-begun": (MULTIPART, lambda: b"x" * 1000),
    "nothing": (MULTIPART, lambda: b""),
    "long-header": (MULTIPART, lambda: form((f"{FILE}\r\nX-A: {'a' * 100_000}", GOOD))),
    "many-headers": (MULTIPART, lambda: form((FILE + "".join(f"\r\nX-{n}: 1" for n in range(5000)), GOOD))),
    "json": ("application/json", lambda: GOOD),
    "urlencoded": ("application/x-www-form-urlencoded", lambda: b"file=x"),
    "no-type": ("", lambda: GOOD),
    "text-of-a-megabyte": (MULTIPART, lambda: form((FILE, GOOD), ('Content-Disposition: form-data; name="columns"', b"x" * 2_000_000))),
    "columns-deep": (MULTIPART, lambda: form((FILE, GOOD), ('Content-Disposition: form-data; name="columns"', b"[" * 40_000))),
    "points-deep": (MULTIPART, lambda: form((FILE, GOOD), ('Content-Disposition: form-data; name="control_points"', b"[" * 40_000))),
    "points-nan": (MULTIPART, lambda: form((FILE, GOOD), ('Content-Disposition: form-data; name="control_points"', b"[[NaN,1,2,3],[1,2,3,4]]"))),
    "shift": (MULTIPART, lambda: form((FILE, GOOD), ('Content-Disposition: form-data; name="shift"', b"mars"))),
}  # fmt: skip
#: Those of which a careful server may take the one file that is there.
MAY_PASS = {"not-closed", "many-headers", "long-header"}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # spooled parts of a form that broke off
def test_forms_that_are_none_are_refused(officer: Person, services: CloneServices, subtests: pytest.Subtests) -> None:
    for name, (kind, made) in BODIES.items():
        with subtests.test(name):
            headers = {"Content-Type": kind} if kind else {}
            answer = officer.post("/api/v1/imports", content=made(), headers=headers)
            allowed = {400, 411, 413, 415, 422} | ({202} if name in MAY_PASS else set())
            assert answer.status_code in allowed, answer.text
            if answer.status_code >= 400:
                assert answer.headers["content-type"].startswith("application/problem+json")
                assert answer.json()["title_zh"]
    assert batches(services) <= len(MAY_PASS)
    assert officer.get("/healthz").status_code == 200


def test_the_last_of_two_files_or_none_is_taken(officer: Person, services: CloneServices) -> None:
    body = form((FILE, b"{}"), (FILE, GOOD))
    assert officer.post("/api/v1/imports", content=body, headers={"Content-Type": MULTIPART}).status_code in (
        202,
        400,
        422,
    )
    assert batches(services) <= 1


JSON: dict[str, str] = {
    "deep-arrays": "[" * 10_000 + "]" * 10_000, "deep-objects": '{"a":' * 10_000 + "1" + "}" * 10_000, "deep-open": "[" * 100_000, "huge-integer": '{"reason": ' + "9" * 5000 + "}",
    "integer-for-text": '{"reason": 123456789012345678901234567890}', "nan": '{"reason": NaN}', "array": "[1]", "text": '"x"', "null": "null", "open": '{"reason": "x', "nothing": "", "nul": '{"reason": "a\\u0000b"}',
    "half-of-a-pair": '{"reason": "\\ud800"}', "unknown": '{"nirgends": 1}', "twice": '{"reason": 1, "reason": 2}',
}  # fmt: skip


def test_bodies_of_json_that_are_none_are_refused(
    officer: Person, services: CloneServices, subtests: pytest.Subtests
) -> None:
    address = officer.post("/api/v1/imports", files={"file": ("x.geojson", GOOD)}).headers["location"]
    for door in (f"{address}/refuse", "/api/v1/parcels", "/api/v1/sessions"):
        for name, body in JSON.items():
            with subtests.test(f"{door.rpartition('/')[2]}-{name}"):
                answer = officer.post(door, content=body, headers={"Content-Type": "application/json"})
                assert 400 <= answer.status_code < 500 or (
                    answer.status_code == 200 and name in ("nothing", "null", "unknown")
                ), answer.text
    assert officer.get("/healthz").status_code == 200


NAMES = [
    "地" * 80 + ".txt", "..", "a\r\nSet-Cookie: x=y.txt", 'x".txt', "a;b.txt", "x'y.txt", "%0d%0a.txt", "\u202etxt.pdf.txt", "a/b\\c.txt", "-x.txt", "😀.txt",
]  # fmt: skip
TILES = [
    "99/0/0",
    "-1/0/0",
    "5/-1/0",
    "5/2147483647/0",
    "5/99999999999999999999/0",
    "x/0/0",
    "5/1.5/0",
    "5/0/1e9",
    "5/%00/0",
]
QUERIES = [
    {"bbox": "1,2,3"}, {"bbox": "1,2,3,4,5"}, {"bbox": "1e999,2,3,4"}, {"bbox": "nan,2,3,4"}, {"bbox": "a,b,c,d"}, {"bbox": ""}, {"limit": "-1"}, {"limit": "1e9"}, {"limit": "x"},
    {"datetime": "9999-99-99"}, {"datetime": "x" * 10_000}, {"nirgends": "1"}, {"crs": "file:///etc/passwd"}, {"bbox-crs": "x"}, {"offset": "-1"}, {"cursor": "x"},
    {"filter": "(" * 2000 + "a=1" + ")" * 2000}, {"filter": "NOT " * 5000 + "a=1"}, {"filter": "a LIKE '" + "%_" * 10_000 + "'"}, {"filter": "x" * 50_000},
]  # fmt: skip


def test_addresses_that_mean_nothing_are_refused(officer: Person, subtests: pytest.Subtests) -> None:
    base = "/ogc/collections/parcel-disposal"
    for tile in TILES:
        with subtests.test(f"H51-tile-{tile}"):
            answer = officer.get(f"{base}/tiles/WebMercatorQuad/{tile}")
            assert answer.status_code in (400, 404), answer.status_code
    for query in QUERIES:
        with subtests.test(f"H50-H51-{str(query)[:40]}"):
            answer = officer.get(f"{base}/items", params=query)
            assert answer.status_code == 400, answer.status_code


def test_names_of_files_come_back_as_names(officer: Person, services: CloneServices, subtests: pytest.Subtests) -> None:
    for name in NAMES:
        with subtests.test(name):
            answer = officer.post("/api/v1/imports", files={"file": (name, b"x")})
            assert answer.status_code in (202, 400, 422), answer.text
            assert "set-cookie" not in answer.headers
            if answer.status_code == 202:
                listed = officer.get(answer.headers["location"])
                assert "\n" not in listed.json()["file_name"]


# --- the wire itself ---------------------------------------------------------------------------------------------


def _opened(port: int, officer: Person, length: int) -> socket.socket:
    cookies = "; ".join(f"{name}={value}" for name, value in officer.cookies.items())
    wire = socket.create_connection(("127.0.0.1", port), 30)
    head = (
        f"POST /api/v1/imports HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookies}\r\n"
        f"Content-Type: {MULTIPART}\r\nContent-Length: {length}\r\n\r\n"
    )
    wire.sendall(head.encode())
    return wire


def _alive(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), 30) as wire:
        wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return wire.recv(100).startswith(b"HTTP/1.1 200")


def test_uploads_cut_off_slow_or_lying_about_their_length_leave_nothing(
    app: FastAPI, officer: Person, services: CloneServices
) -> None:
    body = form((FILE, GOOD + b" " * 200_000))
    with serving(app) as port:
        with _opened(port, officer, len(body)) as half:
            half.sendall(body[: len(body) // 2])
        slow = _opened(port, officer, len(body))
        for _ in range(3):
            slow.sendall(b"-")
            assert _alive(port)
        slow.close()
        with _opened(port, officer, 20) as short:  # says less than it sends
            short.sendall(body)
            assert short.recv(2000).split()[1] in (b"400", b"422")
        with _opened(port, officer, 10**12) as huge:
            assert huge.recv(2000).split()[1] == b"413"
        for _ in range(50):
            time.sleep(0.05)
            if not kept(services):
                break
        assert _alive(port)
    assert kept(services) == []
    assert batches(services) == 0


def test_twenty_uploads_at_once_are_all_queued(app: FastAPI, officer: Person, services: CloneServices) -> None:
    body = form((FILE, GOOD))
    with serving(app) as port:

        def send(_: int) -> bytes:
            with _opened(port, officer, len(body)) as wire:
                wire.sendall(body)
                return wire.recv(4000)

        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(send, range(20)))
        assert _alive(port)
    assert {answer.split()[1] for answer in answers} == {b"202"}
    assert batches(services) == 20
    assert len(kept(services)) == 1
