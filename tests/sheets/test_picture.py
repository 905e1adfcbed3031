"""A sheet over an orthophoto: the right piece of it at its place, what must be said of it, and only for who may see it."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from fastapi import FastAPI
from geoalchemy2.shape import from_shape
from numpy.typing import NDArray
from PIL import Image

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.core.srid import STORAGE_SRID
from gis_service.maps.orthophotos import cutting
from gis_service.maps.orthophotos.models import Orthophoto
from gis_service.maps.standing import standing
from gis_service.sheets.composing.compose import Sheet
from gis_service.sheets.drawing.items import Group, Item, Page, Picture, flat, texts
from gis_service.sheets.drawing.items import Path as Line
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import made
from gis_service.sheets.kinds.common import OVER_PICTURE
from gis_service.sheets.layouts.arranging import composed
from gis_service.sheets.layouts.definition import Definition
from gis_service.sheets.printing.formats import printed
from tests.conftest import CloneServices, Person
from tests.factories import a_parcel, an_area, land
from tests.maps.orthophotos.conftest import ROOT
from tests.maps.orthophotos.making import MARKS, SIDE, a_picture, place

SignIn = Callable[..., Person]
Desks = Callable[..., Desk]
PIXEL_M = 0.3
"""Of the pictures."""


@pytest.fixture
def pictures(services: CloneServices, tmp_path: Path) -> list[int]:
    """Two pictures of the ground around a parcel, a year apart; both orders of coming."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        here = an_area(session, name="北围", geom=from_shape(land(0, 0, 0.006), srid=STORAGE_SRID))
        an_area(session, name="别处", geom=from_shape(land(60, 60), srid=STORAGE_SRID))
        a_parcel(session, shape=land(0.2, 2.2, 0.0008), area_id=here.id, parcel_no="BW-1", parcel_name="试")
        days = ("2026-10-01", "2025-10-01")
        return [int(a_picture(session, services.store, tmp_path, title=f"航测 {day}", taken_on=day).id) for day in days]


@pytest.fixture
def desk(services: CloneServices, pictures: list[int]) -> Any:
    """Makes desks that look at these."""
    assert pictures
    with services.sessions() as session:

        def made_(**more: Any) -> Desk:
            db.enter(session, EVERYTHING)
            more = {"picture": "newest", "sees": EVERYTHING, "store": services.store, **more}
            now = more.pop("now", None) or clock.now()
            return Desk(services.reader, session, EVERYTHING, standing(services.reader), now, **more)

        yield made_


def shown(pages: list[Page]) -> list[Picture]:
    return [item for item in flat(pages[0].items) if isinstance(item, Picture)]


def said(pages: list[Page]) -> str:
    return "".join(text.said for text in texts(pages[0]))


def pixels(jpeg: bytes) -> NDArray[np.float64]:
    with Image.open(io.BytesIO(jpeg)) as picture:
        return np.asarray(picture.convert("RGB"), dtype=float)


def reddest(seen: NDArray[np.float64], around: tuple[float, float], reach: int = 25) -> tuple[float, float]:
    """The middle of what is red near a pixel (x, y)."""
    rows, columns = np.indices(seen.shape[:2]) + 0.5
    near = (abs(columns - around[0]) < reach) & (abs(rows - around[1]) < reach)
    weight = np.clip(seen[..., 0] - seen[..., 1:].max(axis=2) - 60, 0, None) * near
    assert weight.sum() > 0, "there is no mark"
    return float((weight * columns).sum() / weight.sum()), float((weight * rows).sum() / weight.sum())


# --- the piece ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(services: CloneServices, pictures: list[int]) -> Path:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return services.store.path(str(session.get_one(Orthophoto, pictures[0]).cog_sha256))


def bounds(pad: float = 0.0) -> cutting.Bounds:
    west, north = place() @ (0, 0)
    east, south = place() @ (SIDE, SIDE)
    return west - pad, south - pad, east + pad, north + pad


@pytest.mark.parametrize(("pixel_m", "side"), [(0.6, 300), (1.2, 150)])
def test_marks_of_a_piece_lie_where_they_were_measured(file: Path, pixel_m: float, side: int) -> None:
    piece = cutting.cut(file, bounds(), 4547, pixel_m)
    assert piece.shape == (4, side, side)
    seen = np.moveaxis(piece[:3], 0, -1).astype(float)
    for column, row in MARKS:
        wanted = (column * PIXEL_M / pixel_m, row * PIXEL_M / pixel_m)
        assert reddest(seen, wanted, 12) == pytest.approx(wanted, abs=0.6)


def test_paper_decides_how_much_is_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    levels: list[int | None] = []
    opened = rasterio.open

    def spied(*words: Any, **more: Any) -> Any:
        levels.append(more.get("overview_level"))
        return opened(*words, **more)

    monkeypatch.setattr(cutting.rasterio, "open", spied)
    with opened(file) as whole:
        finest = whole.transform.a * np.cos(np.radians(22.394))
        overviews = whole.overviews(1)
    for pixel_m, wanted in ((0.001, None), (finest * 1.9, None), (finest * 2.01, 0), (finest * 4.5, 1)):
        levels.clear()
        piece = cutting.cut(file, bounds(), 4547, pixel_m)
        assert levels == [None, wanted], f"of {overviews} at {pixel_m} m"
    assert cutting.cut(file, bounds(), 4547, 0.001).shape[1] <= SIDE * PIXEL_M / finest * 1.01, "no finer than the file"
    assert piece.shape[1] < SIDE / 4


def test_where_nothing_was_flown_a_piece_is_empty(file: Path) -> None:
    wider = cutting.cut(file, bounds(pad=60), 4547, 0.6)
    assert (wider[3, 5, 5], wider[3, 250, 250]) == (0, 255)
    west, south, east, north = bounds()
    away = (west + 5000, south, east + 5000, north)
    assert not cutting.cut(file, away, 4547, 0.6)[3].any()


# --- the sheet ----------------------------------------------------------------------------------------------------------


def test_the_newest_picture_lies_under_the_map_at_its_place(desk: Desks) -> None:
    sheet = made(desk(), "place", "BW-1")
    (picture,) = shown(sheet)
    frame = sheet.composers[0].frame
    assert (picture.x, picture.y, picture.wide, picture.high) == (frame.left, frame.top, frame.wide, frame.high)
    seen = pixels(picture.jpeg)
    scale = seen.shape[1] / frame.wide
    assert scale == pytest.approx(seen.shape[0] / frame.high, rel=0.01)
    for column, row in MARKS:
        x, y = frame.place(*(place() @ (column, row)))
        wanted = ((x - frame.left) * scale, (y - frame.top) * scale)
        assert reddest(seen, wanted) == pytest.approx(wanted, abs=1.0)
    words = said(sheet)
    assert "正射影像 2026-10-01 试飞队" in words, "the day and whose it is, on the map"
    assert "“航测 2026-10-01”" in words
    assert "仅限内部使用" in words
    tints = [item.opacity for item in flat(_map(sheet)) if isinstance(item, Line) and item.fill and item.closed]
    assert tints
    assert max(tints) <= OVER_PICTURE


def _map(sheet: Sheet) -> tuple[Item, ...]:
    """The areas of the map."""
    return tuple(
        item
        for item in sheet.composers[0].drawn.items
        if isinstance(item, Group) and item.name in ("BW-1", "周边地块 · around")
    )


@pytest.mark.parametrize("more", [
    {"now": clock.as_instant("2025-09-30")}, {"sees": None}, {"picture": 999}, {"sees": db.Scope()},
])  # fmt: skip
def test_without_one_the_ground_is_drawn_and_the_sheet_says_so(desk: Desks, more: dict[str, Any]) -> None:
    sheet = made(desk(**more), "place", "BW-1")
    assert shown(sheet) == []
    assert "要求的正射影像没有画出" in said(sheet)
    assert "试飞队" not in said(sheet)


def test_a_day_has_the_picture_of_its_time(desk: Desks, pictures: list[int]) -> None:
    assert "正射影像 2025-10-01" in said(made(desk(now=clock.as_instant("2026-09-30")), "place", "BW-1"))
    assert "正射影像 2025-10-01" in said(made(desk(picture=pictures[1]), "place", "BW-1"))
    plain = made(desk(picture=None), "place", "BW-1")
    assert (shown(plain), "影像" in said(plain)) == ([], False)


def test_a_layout_may_lie_on_a_picture(desk: Desks, pictures: list[int]) -> None:
    wanted = Definition(kind="place", size="a4", picture=pictures[1], hidden=("notes", "scale"))
    sheet = composed(desk(picture=None, dpi=110), wanted, "BW-1").pages()
    assert len(shown(sheet)) == 1
    assert "正射影像 2025-10-01 试飞队" in said(sheet), "the credit cannot be hidden"


@pytest.mark.parametrize(
    ("form", "beginning"), [("pdf", b"%PDF"), ("png", b"\x89PNG"), ("pptx", b"PK"), ("docx", b"PK")]
)
def test_a_picture_goes_into_every_file(desk: Desks, form: Any, beginning: bytes) -> None:
    sheet = made(desk(), "place", "BW-1")
    content = printed(sheet, form, at=clock.now(), dpi=60)
    assert content.startswith(beginning)
    if form == "pdf":
        assert content.count(b"/DCTDecode") == 1, "the photo as it is, not unpacked"


def test_only_who_may_see_the_picture_gets_a_sheet_over_it(
    app: FastAPI, services: CloneServices, sign_in: SignIn, pictures: list[int]
) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        elsewhere = an_area(session, geom=from_shape(land(80, 80), srid=STORAGE_SRID)).id

    def asked(person: Person, **more: Any) -> Any:
        return person.get("/api/v1/sheets/place.svg", params={"subject": "BW-1", **more})

    leader = sign_in(Role.LEADER)
    for picture in ("newest", pictures[0]):
        answer = asked(leader, picture=picture)
        assert answer.status_code == 200, answer.text
        assert "data:image/jpeg" in answer.text
    assert "data:image/jpeg" not in asked(leader).text
    assert asked(leader, picture="best").status_code == 400
    guest = sign_in(Role.GUEST)
    assert asked(guest, picture=pictures[0]).status_code == 403
    # somebody with two lands sees parcels here and pictures there
    both = sign_in(Role.INSPECTOR, area_id=elsewhere)
    assert asked(both, picture=pictures[0]).status_code in (403, 404)
    assert leader.post(f"{ROOT}/{pictures[0]}/withdraw", json={"reason": "试"}).status_code == 403
    officer = sign_in(Role.LAND_OFFICER)
    assert officer.post(f"{ROOT}/{pictures[0]}/withdraw", json={"reason": "试"}).status_code == 200
    gone = asked(officer, picture=pictures[0]).text
    assert "data:image/jpeg" not in gone
    assert "没有画出" in gone
