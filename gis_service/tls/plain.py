"""A tiny listener without TLS (setting `ca_port`): a phone that trusts nothing yet gets the page and the certificate, and nothing else."""

import contextlib
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from gis_service.core.http import SECURITY_HEADERS
from gis_service.settings import Settings
from gis_service.tls import keeping
from gis_service.tls.page import PAGES, TO_SAVE, TYPE, render


def server(settings: Settings) -> ThreadingHTTPServer:
    """Bound to `host` and `ca_port`, not yet serving."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10
        server_version, sys_version = "gis-service", ""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            known = keeping.in_use(settings)
            if parts.path in ("/", "/ca"):
                first = self.headers.get("Accept-Language", "").strip().lower()[:2]
                asked = parse_qs(parts.query).get("lang", [None])[0]
                page = render(settings, "en" if first == "en" else "zh", asked)
                self._answer(HTTPStatus.OK, "text/html; charset=utf-8", page.encode(), PAGES.headers)
            elif parts.path == "/ca.crt" and known is not None:
                self._answer(HTTPStatus.OK, TYPE, known.ca_crt.read_bytes(), TO_SAVE)
            else:
                words = f"此端口只提供根证书,请打开 {keeping.address(settings)}/\nonly the certificate is here\n"
                self._answer(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", words.encode(), {})

        do_HEAD = do_GET  # noqa: N815

        def _answer(self, status: HTTPStatus, kind: str, body: bytes, more: dict[str, str]) -> None:
            self.send_response(status)
            length = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
            for name, value in {**SECURITY_HEADERS, **length, **more}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """What anybody may fetch needs no line."""

    made = ThreadingHTTPServer((settings.host, settings.ca_port or 0), Handler)
    made.daemon_threads = True
    return made


@contextlib.contextmanager
def listening(settings: Settings) -> Iterator[None]:
    """Serve beside the service for the length of the block; nothing where no port is set or no certificate is used."""
    if settings.ca_port is None or keeping.in_use(settings) is None:
        yield
        return
    made = server(settings)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        made.shutdown()
        made.server_close()
        thread.join(timeout=5)
