"""The pages before the door: account and password, the code of the second step, the way to the provider and back."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from gis_service.access import entering
from gis_service.access.entering import Entry
from gis_service.core.errors import Refusal
from gis_service.core.http import language
from gis_service.core.pages import Pages

router = APIRouter(include_in_schema=False)  # pages for browsers: their refusals are pages, too
PAGES = Pages(Path(__file__).with_name("pages"))
AWAY = "gis_sign_in"
"""The cookie of a browser that is away at the provider."""


@router.get("/login", response_class=HTMLResponse)
def login_page(request: Request, next: str = "/desk/") -> Response:  # noqa: A002  (the word in the address)
    return _login(request, next)


@router.post("/login", response_class=HTMLResponse, response_model=None)
def login(
    request: Request,
    username: Annotated[str, Form()],
    password: Annotated[str, Form()],
    next: Annotated[str, Form()] = "/desk/",  # noqa: A002
) -> Response:
    try:
        entry = entering.by_password(request, username, password)
    except Refusal as refusal:
        return _login(request, next, username=username, refusal=refusal)
    return _onwards(request, entry, next)


@router.post("/login/code", response_class=HTMLResponse, response_model=None)
def code(
    request: Request,
    step: Annotated[str, Form()],
    code: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/desk/",  # noqa: A002
) -> Response:
    """The second step. A wrong code may be corrected; where it cannot be, the page begins anew."""
    try:
        entry = entering.by_code(request, step, code)
    except Refusal as refusal:
        again = refusal.code == "access.wrong_code"
        return _code(request, step, next, refusal) if again else _login(request, next, refusal=refusal)
    return _onwards(request, entry, next)


@router.get("/login/oidc", response_class=HTMLResponse, response_model=None)
def leave(request: Request, next: str = "/desk/") -> Response:  # noqa: A002
    """Out to the provider."""
    try:
        url, secret = entering.to_provider(request, _inside(next))
    except Refusal as refusal:
        return _login(request, next, refusal=refusal)
    answer = RedirectResponse(url, 303)
    _set(request, answer, _away_cookie(request), secret)
    return answer


@router.get("/login/oidc/callback", response_class=HTMLResponse, response_model=None)
def come_back(request: Request) -> Response:
    """Back from the provider: in, or to the second step, or told why not."""
    try:
        entry, target = entering.by_provider(request, request.cookies.get(_away_cookie(request), ""))
    except Refusal as refusal:
        answer: Response = _login(request, "/desk/", refusal=refusal)
    else:
        answer = _onwards(request, entry, target)
    answer.delete_cookie(_away_cookie(request), path="/", secure=request.app.state.doorkeeper.secure)
    return answer


def keep_session(request: Request, response: Response, entry: Entry) -> None:
    """Give the browser its session, if it has one by now."""
    if entry.cookie:
        _set(request, response, request.app.state.doorkeeper.cookie, entry.cookie)


def _onwards(request: Request, entry: Entry, target: str) -> Response:
    if entry.step:
        return _code(request, entry.step, target)
    answer = RedirectResponse(_inside(target), 303)
    keep_session(request, answer, entry)
    return answer


def _login(request: Request, target: str, username: str = "", refusal: Refusal | None = None) -> Response:
    settings = request.app.state.settings
    return _page(
        request,
        "login.html",
        next=_inside(target),
        username=username,
        refusal=refusal,
        provider=bool(settings.oidc_issuer),
        only_administrators=bool(settings.oidc_issuer) and settings.oidc_local_login == "administrators",
    )


def _code(request: Request, step: str, target: str, refusal: Refusal | None = None) -> Response:
    return _page(request, "code.html", step=step, next=_inside(target), refusal=refusal)


def _page(request: Request, name: str, *, refusal: Refusal | None, **facts: object) -> Response:
    lang = language(request)
    told = refusal.sentence(lang) if refusal else ""
    page = PAGES.render(name, lang=lang, title=request.app.state.settings.title, refusal=told, **facts)
    return HTMLResponse(page, refusal.status if refusal else 200, headers=PAGES.headers)


def _inside(target: str) -> str:
    """Only places of this service; anything else leads to the desk."""
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else "/desk/"


def _set(request: Request, response: Response, name: str, secret: str) -> None:
    secure = request.app.state.doorkeeper.secure
    response.set_cookie(name, secret, httponly=True, secure=secure, samesite="lax", path="/")


def _away_cookie(request: Request) -> str:
    return f"__Host-{AWAY}" if request.app.state.doorkeeper.secure else AWAY


SIGN_IN_ROUTES = {
    "/api/v1/sessions",
    "/api/v1/sessions/code",
    "/login",
    "/login/code",
    "/login/oidc",
    "/login/oidc/callback",
}
"""Routes that stand before the door; the only ones without a permission beside health and static files."""
