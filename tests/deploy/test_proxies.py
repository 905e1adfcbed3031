"""nginx and Caddy by our examples, before a service that runs as deployed."""

import gzip
import hashlib
import http.client
import json
import os
import re
import select
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from tests.conftest import PASSWORD
from tests.deploy import units
from tests.deploy.conftest import Deployed
from tests.scratch import new_folder
from tests.test_serve import free_port, until

MEGABYTE = 1 << 20
BIG = 48 * MEGABYTE
"""More than a proxy keeps in memory, and more than nginx takes unless told (1 MB)."""
VISITOR, LIAR = "127.0.0.2", "203.0.113.9"

Proxy = Callable[[Deployed, Path, int, int], tuple[list[str], str]]


def nginx(deployed: Deployed, folder: Path, port: int, plain: int) -> tuple[list[str], str]:
    """The example within a bare nginx of our own."""
    text = (units.EXAMPLES / "nginx.conf").read_text("utf-8")
    text = text.replace("127.0.0.1:8000;", f"127.0.0.1:{deployed.port};")
    text = re.sub(r"listen 443 ssl", f"listen 127.0.0.1:{port} ssl", text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{plain};")
    text = re.sub(r"/etc/nginx/gis\.(crt|key)", str(deployed.certificate), text)
    (folder / "site.conf").write_text(text)
    kept = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = f"pid {folder}/pid;\nerror_log stderr warn;\nevents {{}}\nhttp {{\naccess_log off;\n{kept}include {folder}/site.conf;\n}}\n"
    (folder / "nginx.conf").write_text(main)
    return ["nginx", "-e", "stderr", "-g", "daemon off;", "-c", str(folder / "nginx.conf")], "nginx"


def caddy(deployed: Deployed, folder: Path, port: int, plain: int) -> tuple[list[str], str]:
    """The example on ports of our own."""
    text = (units.EXAMPLES / "Caddyfile").read_text("utf-8")
    text = text.replace("127.0.0.1:8000\n", f"127.0.0.1:{deployed.port}\n")
    text = text.replace("admin off", f"admin off\n\thttps_port {port}\n\thttp_port {plain}\n\tdefault_bind 127.0.0.1")
    text = re.sub(r"/etc/caddy/gis\.(crt|key)", str(deployed.certificate), text)
    (folder / "Caddyfile").write_text(text)
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"], "caddy"


@contextmanager
def standing(proxy: Proxy, deployed: Deployed) -> Iterator[tuple[int, int]]:
    """The proxy, on a port for HTTPS and one without."""
    folder = new_folder("gis-proxy-")
    port, plain = free_port(), free_port()
    command, name = proxy(deployed, folder, port, plain)
    environment = {"PATH": f"{os.defpath}:/usr/sbin", "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            until(lambda: process.poll() is not None or _reached(port), f"{name} listens")
            assert process.poll() is None, (folder / "log").read_text(errors="replace")
            yield port, plain
        finally:
            process.terminate()
            process.wait(timeout=30)
            shutil.rmtree(folder, ignore_errors=True)


def _reached(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Visitor:
    """A browser behind the proxy: it asks for gis.example.com, whose address is this machine's."""

    def __init__(self, deployed: Deployed, port: int):
        self.port = port
        transport = httpx2.HTTPTransport(verify=deployed.trusting(), local_address=VISITOR)
        self.client = httpx2.Client(
            transport=transport,
            base_url=f"https://127.0.0.1:{port}",
            headers={"Host": f"gis.example.com:{port}", "Sec-Fetch-Site": "same-origin"},
            timeout=60,
        )

    def ask(self, method: str, path: str, **more: object) -> httpx2.Response:
        return self.client.request(method, path, extensions={"sni_hostname": "gis.example.com"}, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def proxied(request: pytest.FixtureRequest) -> Iterator[tuple[Deployed, Visitor, int]]:
    name = request.param.__name__
    if not shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"):
        pytest.skip(f"{name} is not installed (apt-get install {name})")
    deployed = request.getfixturevalue("deployed")
    with standing(request.param, deployed) as (port, plain):
        visitor = Visitor(deployed, port)
        signed = visitor.ask(
            "POST",
            "/api/v1/sessions",
            json={"username": "officer", "password": PASSWORD},
            headers={"X-Forwarded-Proto": "http"},
        )
        assert signed.status_code == 201, signed.text
        yield deployed, visitor, plain
        visitor.client.close()


Proxied = tuple[Deployed, Visitor, int]


def test_people_sign_in_over_https_alone(proxied: Proxied) -> None:
    _, visitor, _ = proxied
    me = visitor.ask("GET", "/api/v1/me")
    assert me.json()["username"] == "officer"
    assert me.headers["strict-transport-security"].startswith("max-age=")
    (cookie,) = list(visitor.client.cookies.jar)
    assert cookie.secure


def test_the_page_is_served(proxied: Proxied) -> None:
    _, visitor, _ = proxied
    page = visitor.ask("GET", "/login")
    assert page.status_code == 200
    assert "password" in page.text


def test_what_comes_without_tls_is_sent_to_https(proxied: Proxied) -> None:
    _, _, plain = proxied
    answer = httpx2.get(f"http://127.0.0.1:{plain}/desk/", headers={"Host": "gis.example.com"})
    assert answer.status_code in (301, 308)
    assert answer.headers["location"].startswith("https://gis.example.com")


def test_the_audit_names_the_visitor_and_not_who_he_says_he_is(proxied: Proxied) -> None:
    deployed, visitor, _ = proxied
    body = {"username": "officer", "password": PASSWORD}
    lies = {"X-Forwarded-For": LIAR, "X-Real-IP": LIAR, "Forwarded": f"for={LIAR}"}
    assert visitor.ask("POST", "/api/v1/sessions", json=body, headers=lies).status_code == 201
    assert deployed.last_address() == VISITOR


def test_who_comes_past_the_proxy_is_not_believed(proxied: Proxied) -> None:
    """The service believes 127.0.0.1 alone: from another address of this machine, the header is a visitor's claim."""
    deployed, _, _ = proxied
    transport = httpx2.HTTPTransport(local_address="127.0.0.3")
    with httpx2.Client(transport=transport, base_url=f"http://127.0.0.1:{deployed.port}") as past:
        answer = past.post(
            "/api/v1/sessions",
            json={"username": "officer", "password": PASSWORD},
            headers={"X-Forwarded-For": LIAR, "X-Forwarded-Proto": "https"},
        )
    assert answer.status_code == 201
    assert "strict-transport-security" not in answer.headers
    assert deployed.last_address() == "127.0.0.3"


def test_a_big_file_arrives_whole(proxied: Proxied) -> None:
    deployed, visitor, _ = proxied
    content = os.urandom(MEGABYTE) * (BIG // MEGABYTE)
    sent = visitor.ask("POST", "/api/v1/imports", files={"file": ("land.zip", content, "application/zip")})
    assert sent.status_code == 202, sent.text
    sha256 = hashlib.sha256(content).hexdigest()
    kept = deployed.state / "files" / sha256[:2] / sha256
    assert kept.stat().st_size == BIG


def test_a_file_that_is_too_large_is_refused_by_the_service_with_its_reason(proxied: Proxied) -> None:
    """The service answers by the head alone; nginx passes that on at once, Caddy when it has got rid of what it was sent."""
    deployed, visitor, _ = proxied
    context = deployed.trusting()
    context.maximum_version = (
        ssl.TLSVersion.TLSv1_2
    )  # whose server says nothing unasked: what can be read is the answer
    with closing(http.client.HTTPSConnection("127.0.0.1", visitor.port, context=context, timeout=60)) as line:
        line.putrequest("POST", "/api/v1/imports", skip_host=True)
        line.putheader("Host", f"gis.example.com:{visitor.port}")
        line.putheader("Cookie", "; ".join(f"{name}={value}" for name, value in visitor.client.cookies.items()))
        line.putheader("Sec-Fetch-Site", "same-origin")
        line.putheader("Content-Type", "multipart/form-data; boundary=x")
        line.putheader("Content-Length", str(300 * MEGABYTE))
        line.endheaders()
        for _ in range(300):
            if select.select([line.sock], [], [], 0)[0]:
                break
            with suppress(OSError):
                line.send(bytes(MEGABYTE))
        refused = line.getresponse()
        assert refused.status == 413
        assert json.loads(refused.read())["code"] == "import.too_large"


def test_part_of_a_file_can_be_asked_for(proxied: Proxied) -> None:
    _, visitor, _ = proxied
    asset = re.search(r'"(/static/assets/[^"]+\.js)"', visitor.ask("GET", "/desk/").text)
    assert asset
    whole = visitor.ask("GET", asset[1], headers={"Accept-Encoding": "identity"}).content
    part = visitor.ask("GET", asset[1], headers={"Accept-Encoding": "identity", "Range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.content == whole[100:200]


def test_answers_are_packed_for_who_takes_it(proxied: Proxied) -> None:
    _, visitor, _ = proxied
    request = visitor.client.build_request(
        "GET",
        "/api/v1/openapi.json",
        headers={"Accept-Encoding": "gzip"},
        extensions={"sni_hostname": "gis.example.com"},
    )
    answer = visitor.client.send(request, stream=True)
    packed = b"".join(answer.iter_raw())
    answer.close()
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed).startswith(b'{"openapi"')


def test_metrics_stay_inside(proxied: Proxied) -> None:
    _, visitor, _ = proxied
    assert visitor.ask("GET", "/metrics").status_code == 404
