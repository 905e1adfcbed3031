"""A real Chromium: over our certificate the context is secure and a service worker registers; over plain HTTP neither, and the app says why."""

import base64
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from playwright.sync_api import BrowserContext, Playwright, expect

from gis_service.main import WEB, create_app
from gis_service.settings import Settings
from gis_service.tls import keeping
from gis_service.tls import page as ca_page
from gis_service.tls.keeping import Known
from tests.conftest import CloneServices

pytestmark = pytest.mark.browser
NAME = "gis.example.lan"


def serving(app: FastAPI, certificate: Path | None) -> Iterator[int]:
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ssl_certfile=str(certificate) if certificate else None)  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


@pytest.fixture
def app(intranet: Settings) -> FastAPI:
    """A page with a service worker, and ours that tells how to trust the certificate."""
    made = FastAPI()
    made.state.settings = intranet

    @made.get("/", response_class=HTMLResponse)
    def home() -> str:
        return "<!doctype html><title>page</title>"

    @made.get("/sw.js")
    def worker() -> Response:
        return Response("self.addEventListener('fetch', () => {})", media_type="text/javascript")

    made.include_router(ca_page.router)
    return made


@pytest.fixture
def https(app: FastAPI, made: Known) -> Iterator[int]:
    yield from serving(app, made.server_pem)


@pytest.fixture
def http(app: FastAPI, made: Known) -> Iterator[int]:
    yield from serving(app, None)


def spki(certificate: x509.Certificate) -> str:
    """How Chromium is told of one key to be trusted."""
    key = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    digest = hashes.Hash(hashes.SHA256())
    digest.update(key)
    return base64.b64encode(digest.finalize()).decode()


def browser(playwright: Playwright, profile: Path, *more: str) -> BrowserContext:
    """A Chromium for which the name of the deployment leads to this machine."""
    return playwright.chromium.launch_persistent_context(
        profile, executable_path="/usr/bin/chromium", locale="zh-CN", reduced_motion="reduce",
        args=[f"--host-resolver-rules=MAP {NAME} 127.0.0.1", "--no-sandbox", *more],
    )  # fmt: skip


REGISTERS = """async () => {
  if (!('serviceWorker' in navigator)) return 'absent';
  await navigator.serviceWorker.register('/sw.js');
  return (await navigator.serviceWorker.ready).active.state;
}"""


def test_over_our_certificate_the_field_app_may_do_all_it_needs(
    playwright: Playwright, https: int, made: Known, tmp_path: Path
) -> None:
    ours = x509.load_pem_x509_certificate(made.server_pem.read_bytes())
    trusting = f"--ignore-certificate-errors-spki-list={spki(ours)}"
    with browser(playwright, tmp_path / "profile", trusting) as context:
        tab = context.pages[0]
        tab.goto(f"https://{NAME}:{https}/")
        assert tab.evaluate("isSecureContext && typeof crypto.subtle.digest === 'function' && 'locks' in navigator")
        assert tab.evaluate(REGISTERS) in ("activating", "activated")


def test_without_the_authority_the_browser_refuses(playwright: Playwright, https: int, tmp_path: Path) -> None:
    refused = pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID")
    with browser(playwright, tmp_path / "profile") as context, refused:
        context.pages[0].goto(f"https://{NAME}:{https}/")


def test_over_plain_http_there_is_no_secure_context(playwright: Playwright, http: int, tmp_path: Path) -> None:
    with browser(playwright, tmp_path / "profile") as context:
        tab = context.pages[0]
        tab.goto(f"http://{NAME}:{http}/")
        assert not tab.evaluate("isSecureContext")
        assert tab.evaluate(REGISTERS) == "absent"


def test_the_page_reads_on_a_narrow_phone(playwright: Playwright, http: int, tmp_path: Path) -> None:
    with browser(playwright, tmp_path / "profile") as context:
        tab = context.pages[0]
        tab.set_viewport_size({"width": 320, "height": 640})
        tab.goto(f"http://{NAME}:{http}/ca")
        tab.get_by_role("link", name="下载根证书").wait_for()
        for summary in tab.locator("summary").all():
            summary.click()
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert tab.locator("summary").first.bounding_box()["height"] >= 48  # type: ignore[index]


@pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")
def test_the_field_app_says_why_it_cannot_work_over_plain_http(
    playwright: Playwright, services: CloneServices, tmp_path: Path
) -> None:
    keeping.make(services.settings, [NAME], [])
    service = create_app(services.settings, services)
    for port in serving(service, None):
        with browser(playwright, tmp_path / "profile") as context:
            tab = context.pages[0]
            tab.goto(f"http://{NAME}:{port}/field/")
            expect(tab.get_by_role("alert")).to_contain_text(
                "本页不是 HTTPS 地址,浏览器不允许定位、保存和离线使用".replace(",", "，")
            )
            tab.get_by_role("link", name="怎样改用 HTTPS").click()
            expect(tab.get_by_role("heading", name="安装根证书")).to_be_visible()
