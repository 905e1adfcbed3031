"""The page `/ca`: how to trust the authority, on each kind of device, with its fingerprint to compare. Public, and the same over HTTP."""

from pathlib import Path

import segno
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from gis_service.core.http import language
from gis_service.core.pages import Pages
from gis_service.settings import Settings
from gis_service.tls import keeping
from gis_service.tls.errors import NoCertificate
from gis_service.tls.keeping import Known

PAGES = Pages(Path(__file__).with_name("pages"))
TYPE = "application/x-x509-ca-cert"
TO_SAVE = {"Content-Disposition": 'attachment; filename="gis-service-ca.crt"', "Cache-Control": "no-store"}

router = APIRouter(include_in_schema=False)


@router.get("/ca", response_class=HTMLResponse)
def page(request: Request) -> Response:
    settings: Settings = request.app.state.settings
    page = render(settings, language(request), request.query_params.get("lang"))
    return HTMLResponse(page, headers=PAGES.headers)


@router.get("/ca.crt")
def certificate(request: Request) -> Response:
    known = keeping.in_use(request.app.state.settings)
    if known is None:
        raise NoCertificate()
    return Response(known.ca_crt.read_bytes(), media_type=TYPE, headers=TO_SAVE)


def render(settings: Settings, preferred: str, asked: str | None = None) -> str:
    """The page in Chinese, or in English where a reader prefers it."""
    lang = asked if asked in ("zh", "en") else preferred
    known = keeping.in_use(settings)
    plain = plain_url(settings, known) if known else ""
    return PAGES.render(
        "ca.html", lang=lang, title=settings.title, known=known, url=keeping.address(settings), plain=plain,
        qr=segno.make(plain, micro=False).svg_inline(scale=4, border=2) if plain else "",
        lines=_lines(known.ca_fingerprint) if known else [],
    )  # fmt: skip


def plain_url(settings: Settings, known: Known) -> str:
    """Where a phone that trusts nothing yet gets the page: by number, since a name may be bound to HTTPS already (HSTS)."""
    if settings.ca_port is None:
        return f"{keeping.address(settings)}/ca"
    host = next(iter((*known.addresses, *known.names)), settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.ca_port}/ca"


def _lines(fingerprint: str) -> list[str]:
    """Eight pairs a line, as one compares with a finger."""
    pairs = fingerprint.split(":")
    return [" ".join(pairs[n : n + 8]) for n in range(0, len(pairs), 8)]
