"""R55: what each answer says to a browser, over TLS, and whom a browser asks that opens every page. `python -m tests.proving.pages`"""

import json
import re
import ssl
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from playwright.sync_api import BrowserContext, Error, Page, sync_playwright

from gis_service.access.edge import COOKIE
from gis_service.access.rules import THREE_ADMINS, Role
from gis_service.main import WEB, create_app
from gis_service.tls import keeping
from tests.access.test_doors import address, routes
from tests.conftest import PASSWORD
from tests.field.world import CHROMIUM
from tests.proving.lines import Line, ended
from tests.proving.premises import Premises, premises, seconds_until, signed_in
from tests.test_serve import free_port, until

PLACES = WEB.parent / "src" / "desk" / "state" / "address.ts"
"""Names the pages of the desk."""
PLAIN = (
    "/",
    "/login",
    "/desk/",
    "/field/",
    "/clue",
    "/clue.js",
    "/ca",
    "/field/sw.js",
    "/field/manifest.webmanifest",
    "/healthz",
    "/nowhere",
)
OF_FEATURES = (
    "/ogc?f=html", "/ogc/collections?f=html", "/ogc/conformance?f=html", "/ogc/collections/parcel-supply?f=html",
    "/ogc/collections/parcel-supply/items?f=html", "/ogc/collections/parcel-supply/tiles?f=html",
)  # fmt: skip
PLANTED = "planted.invalid"
"""A picture of this host is put into a page, to see that the log tells."""
SETTLE_MS = 1500
"""A page is looked at so long after it is there: what it asks for later than that, it asks for again and again."""
NO_NETWORK = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def lines(small: bool = False) -> Iterator[Line]:
    """A service with certificates of its own and the sample district; about four minutes. `small` changes nothing."""
    with premises(sample=False) as place, _tls(place) as url:
        trusted = ssl.create_default_context(cafile=keeping.folder(place.services.settings) / "ca.crt")
        with httpx2.Client(
            base_url=url, verify=trusted, timeout=60, headers={"Sec-Fetch-Site": "same-origin"}
        ) as client:
            yield _cookie(place, client)
            yield _headers(place, client)
        yield _old_tls(url)
        yield from _browser(place, url)


@contextmanager
def _tls(place: Premises) -> Iterator[str]:
    """A web process that speaks TLS; gives its address."""
    keeping.make(place.services.settings, ["gis.example.lan"], ["127.0.0.1"])
    port = free_port()
    url = f"https://127.0.0.1:{port}"
    with place.started("gis_service.cli", "web", "--port", str(port), name="tls"):
        assert seconds_until(lambda: _answers(url), 300) is not None, "it does not answer over TLS"
        yield url


def _answers(url: str) -> bool:
    with suppress(httpx2.HTTPError):
        return httpx2.get(f"{url}/readyz", verify=False, timeout=5).status_code == 200
    return False


def _cookie(place: Premises, client: httpx2.Client) -> Line:
    """Signing in by the door and by the page."""
    signed_in(place.services, "browser", Role.LAND_OFFICER)
    body = {"username": "browser", "password": PASSWORD}
    given = [client.post("/api/v1/sessions", json=body), client.post("/login", data=body)]
    faults = [fault for answer in given for fault in _of_cookie(answer.headers.get("set-cookie", ""))]
    figure = f"{len(given)} ways in, {len(faults)} faults"
    return Line("R55", "cookies", figure, "__Host-, Secure, HttpOnly, SameSite", not faults, "; ".join(faults))


def _of_cookie(said: str) -> list[str]:
    name, *parts = said.split("; ")
    lacking = {"secure", "httponly", "path=/", "samesite=lax"} - {part.lower() for part in parts}
    return [*([] if name.startswith("__Host-") else [f"named {name[:20]!r}"]), *sorted(lacking)]


def _headers(place: Premises, client: httpx2.Client) -> Line:
    """Every route that is read, with numbers nobody has, as somebody and as nobody; the pages; refusals too."""
    app = create_app(place.services.settings, place.services)
    asked = (
        sorted({address(route) for method, route in routes(app) if method == "GET"}) + list(PLAIN) + list(OF_FEATURES)
    )
    asked += [
        f"/static/assets/{path.name}" for path in sorted((WEB / "assets").iterdir()) if path.suffix in (".js", ".css")
    ]
    secrets = [
        signed_in(place.services, "walker", *(role for role in Role if role not in THREE_ADMINS | {Role.UNIT_USER}))[1],
        "",
    ]
    statuses, faults = Counter[int](), list[str]()
    for secret in secrets:
        cookies = {f"__Host-{COOKIE}": secret} if secret else {}
        with httpx2.Client(base_url=client.base_url, verify=False, timeout=60, cookies=cookies) as somebody:
            for path in asked:
                answer = somebody.get(path)
                statuses[answer.status_code] += 1
                faults += [f"{path}: {fault}" for fault in _of_answer(answer)]
    told = ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items()))
    figure = f"{sum(statuses.values())} answers of {len(asked)} addresses ({told}), {len(faults)} faults"
    goal = "CSP without inline scripts (or in a sandbox), no frames, nosniff, HSTS on each"
    return Line("R55", "headers of every answer over TLS", figure, goal, not faults, "; ".join(faults)[:400])


def _of_answer(answer: httpx2.Response) -> Iterator[str]:
    policy = {
        words[0]: words[1:]
        for words in (part.split() for part in answer.headers.get("content-security-policy", "").split(";"))
        if words
    }
    scripts = policy.get("script-src", policy.get("default-src", ["*"]))
    apart = (
        "sandbox" in policy and "allow-same-origin" not in policy["sandbox"]
    )  # of no origin: nothing of ours within its reach
    if not apart and not set(scripts) <= {"'self'", "'none'"}:
        yield f"scripts from {' '.join(scripts)}"
    if policy.get("frame-ancestors") != ["'none'"] and answer.headers.get("x-frame-options") != "DENY":
        yield "may be framed"
    if answer.headers.get("x-content-type-options") != "nosniff":
        yield "may be sniffed"
    if "max-age=" not in answer.headers.get("strict-transport-security", ""):
        yield "no HSTS"
    if "server" in answer.headers:
        yield f"names its server {answer.headers['server']}"


def _old_tls(url: str) -> Line:
    """A handshake in each version of TLS."""
    told = {}
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("DEFAULT@SECLEVEL=0")  # our side would take anything
        context.minimum_version = context.maximum_version = version
        try:
            told[version.name] = httpx2.get(f"{url}/healthz", verify=context).status_code
        except httpx2.HTTPError:
            told[version.name] = 0
    good = told == {"TLSv1": 0, "TLSv1_1": 0, "TLSv1_2": 200, "TLSv1_3": 200}
    figure = ", ".join(f"{name}: {status or 'refused'}" for name, status in told.items())
    return Line("R55", "versions of TLS", figure, "1.2 and 1.3 alone", good)


def _browser(place: Premises, url: str) -> Iterator[Line]:
    """A real Chromium opens every page; its own network log tells whom it asked."""
    names = re.findall(r"'(\w+)'", re.search(r"PLACES = \[(.*?)\]", PLACES.read_text(encoding="utf-8"), re.DOTALL)[1])  # type: ignore[index]
    people: dict[str, list[Role]] = {
        "everybody": [role for role in Role if role not in THREE_ADMINS | {Role.UNIT_USER}],
        **{role: [role] for role in sorted(THREE_ADMINS)},
    }
    said, opened = list[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "net.json"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*NO_NETWORK, f"--log-net-log={log}"])
            for name, roles in people.items():
                _, secret = signed_in(place.services, f"looks-{name}", *roles)
                context = browser.new_context(ignore_https_errors=True, locale="zh-CN")
                context.add_cookies([{"name": f"__Host-{COOKIE}", "value": secret, "url": url, "secure": True}])
                paths = [f"/desk/{place}" for place in names] if name == "everybody" else ["/desk/admin", "/desk/"]
                paths += [*PLAIN[:7], *OF_FEATURES, "/api/v1/map.html", "/nowhere"] if name == "everybody" else []
                opened += _open(context, url, paths, said)
                context.close()
            browser.new_page().set_content(f'<img src="https://{PLANTED}/">')
            browser.close()
        hosts = _hosts(log)
    seen = PLANTED in hosts
    outside = sorted(host for host in hosts if host not in (PLANTED, urlsplit(url).netloc))
    figure = f"{opened} pages opened, {sum(hosts.values())} requests, {len(outside)} hosts outside; a planted one is {'' if seen else 'not '}seen"
    yield Line(
        "R55",
        "whom the pages ask, by Chromium's network log",
        figure,
        "0 outside",
        seen and len(hosts) > 1 and not outside,
        ", ".join(outside),
    )
    violations = [text for text in said if "Content Security Policy" in text]
    figure = f"{len(violations)} violations, {len(said) - len(violations)} other faults on {opened} pages"
    yield Line(
        "R55",
        "the content security policy in normal use",
        figure,
        "0 violations",
        not violations,
        "; ".join(said)[:400],
    )


def _open(context: BrowserContext, url: str, paths: list[str], said: list[str]) -> int:
    """Each page in turn; what goes wrong is kept in `said`."""
    page = context.new_page()
    _listen(page, said)
    for path in paths:
        try:
            page.goto(url + path, wait_until="load")
        except Error as fault:
            said.append(f"{path}: {str(fault).splitlines()[0]}")
        page.wait_for_timeout(SETTLE_MS)
    return len(paths)


def _listen(page: Page, said: list[str]) -> None:
    page.on("pageerror", lambda fault: said.append(str(fault)))
    page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
    # a page that is not there, or not for this person, answers with 4xx: that is no fault of the page that asked
    page.on(
        "console", lambda one: said.append(one.text) if one.type == "error" and "status of 4" not in one.text else None
    )


def _hosts(log: Path) -> Counter[str]:
    """Requests that pages made, by host; what the browser asks for itself (is there a newer one of me?) has no page as its origin."""
    until(log.exists, "Chromium has written its log")
    events = json.loads(log.read_text(encoding="utf-8", errors="replace"))["events"]
    asked = [event["params"] for event in events if "initiator" in event.get("params", {})]
    return Counter(urlsplit(each["url"]).netloc for each in asked if each["initiator"] != "not an origin")


if __name__ == "__main__":
    ended(lines())
