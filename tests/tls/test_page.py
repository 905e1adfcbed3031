"""The page that tells how to trust us: the same at both doors, and nothing else at the plain one."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access import operations as access
from gis_service.access.actor import SERVICE
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.main import create_app
from gis_service.notifications.models import Notification
from gis_service.settings import Settings
from gis_service.tls import jobs, keeping, plain
from gis_service.tls.keeping import Known
from gis_service.tls.page import plain_url, render
from tests.conftest import PASSWORD, CloneServices

WORDS = ("安装根证书", "CA 证书", "完全信任", "鸿蒙", "受信任的根证书颁发机构")


@pytest.fixture
def open_port(intranet: Settings, made: Known) -> Iterator[str]:
    server = plain.server(intranet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def get(url: str, **headers: str) -> tuple[int, bytes, str]:
    try:
        request = urllib.request.Request(url, headers=headers)  # noqa: S310  (our own port)
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return answer.status, answer.read(), answer.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), error.headers["Content-Type"]


def test_a_phone_that_trusts_nothing_gets_page_and_certificate(open_port: str, made: Known) -> None:
    for path in ("/", "/ca"):
        status, body, _ = get(open_port + path)
        assert status == 200
        assert all(word in body.decode() for word in WORDS)
    status, body, kind = get(open_port + "/ca.crt")
    assert (status, body, kind) == (200, made.ca_crt.read_bytes(), "application/x-x509-ca-cert")


@pytest.mark.parametrize("path", ["/api/v1/config", "/ca.pem", "/server.pem", "/../tls/ca.pem", "/ca.crt/..", "/login"])
def test_nothing_else_is_behind_the_plain_port(open_port: str, path: str) -> None:
    status, body, _ = get(open_port + path)
    assert status == 404
    assert b"PRIVATE" not in body
    assert "https://gis.example.lan:8443/" in body.decode()


def test_the_page_speaks_the_readers_language(open_port: str) -> None:
    english = {"Accept-Language": "en-GB"}
    assert b"full trust" in get(open_port + "/ca", **english)[1]
    assert "完全信任".encode() in get(open_port + "/ca?lang=zh", **english)[1]
    assert get(open_port + "/ca?lang=%3Cscript%3E")[0] == 200


def test_the_fingerprint_on_the_page_is_the_certificates(intranet: Settings, made: Known) -> None:
    page = render(intranet, "zh")
    shown = page.split('class="print">')[1].split("</p>")[0].replace("<br>", " ").split()
    assert ":".join(shown) == made.ca_fingerprint


def test_the_code_leads_to_the_plain_port_by_number(intranet: Settings, made: Known) -> None:
    assert plain_url(intranet, made) == "https://gis.example.lan:8443/ca"
    assert plain_url(intranet.model_copy(update={"ca_port": 8080}), made) == "http://192.168.1.10:8080/ca"


def test_without_a_certificate_the_page_says_so(intranet: Settings) -> None:
    assert "没有使用自建证书" in render(intranet, "zh")


def test_the_service_serves_the_page_and_its_cookie_is_for_https_alone(services: CloneServices) -> None:
    bare = TestClient(create_app(services.settings, services))
    assert bare.get("/ca.crt").status_code == 404
    assert not bare.app.state.doorkeeper.secure  # type: ignore[attr-defined]
    keeping.make(services.settings, ["gis.example.lan"], [])
    client = TestClient(create_app(services.settings, services), base_url="https://gis.example.lan:8000")
    assert client.get("/ca").status_code == 200
    answer = client.get("/ca.crt")
    assert (answer.status_code, answer.headers["Strict-Transport-Security"]) == (200, "max-age=86400")
    assert client.app.state.doorkeeper.cookie.startswith("__Host-")  # type: ignore[attr-defined]
    assert "Strict-Transport-Security" not in bare.get("/ca").headers


def test_administrators_are_told_before_the_end_once_a_stage(
    sessions: sessionmaker[Session], intranet: Settings, made: Known
) -> None:
    with sessions.begin() as session:
        admin = access.create_user(session, SERVICE, username="tls-admin", display_name="管理员", password=PASSWORD)
        access.grant_role(session, SERVICE, admin.id, Role.SYSTEM_ADMIN)
    assert not jobs.warn(sessions, intranet), "a year is long"
    for days in (31, 30, 9):  # a day of each lies in the past already
        keeping.make(intranet, [], [], days=days)
        for _ in range(2):
            jobs.warn(sessions, intranet)
    with sessions.begin() as session:
        db.setting(session, app_actor=str(admin.id))
        titles = list(session.scalars(select(Notification.title_zh).where(Notification.user_id == admin.id)))
    assert titles == [f"HTTPS 证书还有 {n} 天到期" for n in (29, 28, 7)]
    assert clock.now() + timedelta(days=8) > keeping.known(intranet).until
