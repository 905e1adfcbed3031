"""公众举报页: a form without sign-in, and the coarse state of what was reported. No map is shown and nothing is marked on one.

A public service that lets people mark positions on a map needs a licence of its own; so a place comes as words, or as the position of
the device, which only officers see.
"""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.routing import APIRoute

from gis_service.access.actor import Actor
from gis_service.access.edge import address_of
from gis_service.audit import operations as audit
from gis_service.cases.clues import operations, queries, rules
from gis_service.cases.clues.errors import FormTooLarge, FormWrong, PlaceWanting, TooMany
from gis_service.cases.clues.operations import Seen
from gis_service.cases.clues.telling import tell_duty
from gis_service.cases.rules import WASTE_KINDS
from gis_service.core import clock, db
from gis_service.core.errors import Refusal
from gis_service.core.http import language, request_id
from gis_service.core.pages import Pages
from gis_service.files.store import TooLarge
from gis_service.parcels.attachments.operations import Kept

MEGABYTE = 1 << 20
PHOTOS, PHOTO_MB = 3, 10
FORM_BYTES = 64 << 10
PAGES = Pages(Path(__file__).with_name("pages"))
PUBLIC = Actor(id=None, name="公众")
HONEYPOT = "website"
"""A field no person sees; what fills it in is a machine."""


class PublicRoute(APIRoute):
    """Knows how much is sent, and how often, before it takes the first byte of the body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        original = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                _require_modest(request)
            except Refusal as refusal:
                return _form(request, refusal=refusal)
            return await original(request)

        return handler


pages = APIRouter(route_class=PublicRoute, include_in_schema=False)


def _require_modest(request: Request) -> None:
    limiters = request.app.state.public_limits
    if request.method == "POST":
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > PHOTOS * PHOTO_MB * MEGABYTE + FORM_BYTES:
            raise FormTooLarge(count=PHOTOS, limit_mb=PHOTO_MB)
    limiter = limiters["send" if request.method == "POST" else "look"]
    wait_s = limiter.wait_s(address_of(request))
    if wait_s:
        raise TooMany(minutes=max(1, round(wait_s / 60)), headers={"Retry-After": str(round(wait_s) + 1)})


@pages.get("/clue", response_class=HTMLResponse)
def form(request: Request) -> Response:
    return _form(request)


@pages.get("/clue.js")
def script() -> Response:
    return FileResponse(Path(__file__).with_name("pages") / "clue.js", media_type="text/javascript")


@pages.post("/clue", response_class=HTMLResponse)
def send(
    request: Request,
    waste_kind: Annotated[str, Form(max_length=40)] = "",
    what: Annotated[str, Form(max_length=2_000)] = "",
    place_text: Annotated[str, Form(max_length=400)] = "",
    longitude: Annotated[str, Form(max_length=40)] = "",
    latitude: Annotated[str, Form(max_length=40)] = "",
    quantity_m3: Annotated[str, Form(max_length=20)] = "",
    seen_at: Annotated[str, Form(max_length=40)] = "",
    name: Annotated[str, Form(max_length=60)] = "",
    phone: Annotated[str, Form(max_length=30)] = "",
    wants_answer: Annotated[str, Form(max_length=5)] = "",
    website: Annotated[str, Form(max_length=400)] = "",
    photos: Annotated[list[UploadFile] | None, File(max_length=20)] = None,
) -> Response:
    """Keep what was sent and answer with its number. Whatever is wrong is said on the form, with what was written still in it."""
    said = {
        "waste_kind": waste_kind, "what": what, "place_text": place_text, "longitude": longitude, "latitude": latitude,
        "quantity_m3": quantity_m3, "seen_at": seen_at, "name": name, "phone": phone, "wants_answer": wants_answer,
    }  # fmt: skip
    if website:
        return _thanks(request, rules.tracking_no(clock.today()))
    try:
        seen = _read(said)
        files = _kept(request, photos or [])
        number = _keep(request, seen, files)
    except Refusal as refusal:
        return _form(request, said, refusal)
    return _thanks(request, number)


@pages.get("/clue/{tracking_no}", response_class=HTMLResponse)
def whereabouts(request: Request, tracking_no: str) -> Response:
    """The coarse state and nothing else; a number nobody has looks like any other that is wrong."""
    plain = tracking_no.strip().upper()
    state = None
    if rules.TRACKING.fullmatch(plain):
        with request.app.state.sessions.begin() as session, _as_public(session, request):
            state = queries.coarse_state(session, plain)
    words = rules.COARSE.get(state or "")
    page = _render(request, "state.html", number=plain if words else "", words=words)
    return HTMLResponse(page, 200 if words else 404, headers={**PAGES.headers, "Cache-Control": "no-store"})


def _as_public(session: Any, request: Request) -> Any:
    """Nobody's scope; the numbers of clues are asked for among all, one at a time."""
    db.enter(session, db.Scope(actor_name=PUBLIC.name, request_id=request_id(request)))
    return db.seeing_all(session)


def _read(said: dict[str, str]) -> Seen:
    """The form as a clue; raises `FormWrong` or `PlaceWanting` with what is wrong."""
    if said["waste_kind"] not in {code for code, _, _ in WASTE_KINDS}:
        raise FormWrong(label_zh="垃圾种类", label_en="Kind of waste", reason_zh="请选择一项", reason_en="choose one")
    for field, zh, en in (
        ("what", "情况描述", "What you saw"),
        ("place_text", "地点", "Place"),
        ("name", "姓名", "Name"),
        ("phone", "电话", "Phone"),
    ):
        if any(ord(c) < 32 and c not in "\r\n\t" for c in said[field]):
            raise FormWrong(
                label_zh=zh,
                label_en=en,
                reason_zh="含有无法显示的字符",
                reason_en="it holds characters that cannot be shown",
            )
    return Seen(
        source="public_page", waste_kind=said["waste_kind"], what=said["what"][:1_000], place=_place(said), place_text=said["place_text"],
        quantity_m3=_quantity(said["quantity_m3"]), seen_at=_moment(said["seen_at"]), reporter_name=said["name"],
        reporter_phone=said["phone"], wants_answer=bool(said["wants_answer"]),
    )  # fmt: skip


def _place(said: dict[str, str]) -> tuple[float, float] | None:
    if not said["longitude"].strip() or not said["latitude"].strip():
        if not said["place_text"].strip():
            raise PlaceWanting()
        return None
    try:
        place = float(said["longitude"]), float(said["latitude"])
    except ValueError:
        place = (float("nan"), 0.0)
    if not (-180 <= place[0] <= 180 and -90 <= place[1] <= 90):
        raise FormWrong(label_zh="位置", label_en="Position", reason_zh="无法识别", reason_en="it cannot be read")
    return place


def _quantity(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number < 10**7:
        raise FormWrong(
            label_zh="估计方量",
            label_en="Estimated volume",
            reason_zh="应为数字(立方米)",
            reason_en="a number of cubic metres",
        )
    return number


def _moment(text: str) -> Any:
    """When it was seen, in Beijing time; not ahead of now."""
    if not text.strip():
        return None
    try:
        at = clock.as_instant(text.strip())
    except (ValueError, OverflowError):
        at = clock.now() + timedelta(days=9)
    if at.year < 2000 or at > clock.now() + timedelta(minutes=10):
        raise FormWrong(label_zh="发现时间", label_en="Seen at", reason_zh="不正确", reason_en="it is not right")
    return at


def _kept(request: Request, photos: list[UploadFile]) -> list[Kept]:
    """The photos, in the store; each is decoded before it is taken, in a cell of its own."""
    sent = [photo for photo in photos if photo.filename or photo.size]
    if len(sent) > PHOTOS:
        raise FormTooLarge(count=PHOTOS, limit_mb=PHOTO_MB)
    found = []
    for photo in sent:
        name = (photo.filename or "photo.jpg").replace("\\", "/").rpartition("/")[2][:120]
        name = "".join(c if c.isprintable() else "_" for c in name)
        try:
            sha256, size = request.app.state.store.put(photo.file, limit_bytes=PHOTO_MB * MEGABYTE)
        except TooLarge:
            raise FormTooLarge(count=PHOTOS, limit_mb=PHOTO_MB) from None
        found.append(Kept(sha256, size, name))
    return list({each.sha256: each for each in found}.values())


def _keep(request: Request, seen: Seen, files: list[Kept]) -> str:
    state = request.app.state
    with state.sessions.begin() as session, _as_public(session, request):
        clue = operations.take_in(session, PUBLIC, state.settings.district_code, seen)
        for file in files:
            operations.add_file(session, state.store, PUBLIC, clue, file, pictures_only=True)
        audit.record(
            session,
            "clue.create",
            f"clue/{clue.tracking_no}",
            actor_id=None,
            actor_name=PUBLIC.name,
            detail={"source": clue.source, "files": len(files), "has_reporter": clue.has_reporter},
            request_id=request_id(request),
        )  # fmt: skip  (no address: who reports is protected)
        tell_duty(session, clue)
        return clue.tracking_no


def _form(request: Request, said: dict[str, str] | None = None, refusal: Refusal | None = None) -> Response:
    status = refusal.status if refusal else 200
    page = _render(
        request, "form.html", said=said or {}, kinds=WASTE_KINDS, refusal=refusal.sentence(_lang(request)) if refusal else "",
        photos=PHOTOS, photo_mb=PHOTO_MB, honeypot=HONEYPOT,
    )  # fmt: skip
    return HTMLResponse(
        page,
        status,
        headers={**PAGES.headers, "Cache-Control": "no-store", **((refusal.headers if refusal else None) or {})},
    )


def _thanks(request: Request, number: str) -> Response:
    return HTMLResponse(
        _render(request, "thanks.html", number=number), 201, headers={**PAGES.headers, "Cache-Control": "no-store"}
    )


def _render(request: Request, template: str, **facts: Any) -> str:
    return PAGES.render(template, lang=_lang(request), title=request.app.state.settings.title, **facts)


def _lang(request: Request) -> str:
    asked = request.query_params.get("lang")
    return asked if asked in ("zh", "en") else language(request)
