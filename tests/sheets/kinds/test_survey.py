"""摸排成果图 with its section, volumes and logs; 地块现状图 with photos."""

from collections.abc import Callable

import pytest
import shapely
from sqlalchemy import select, text

from gis_service.access.rules import PERMISSIONS
from gis_service.parcels.models import Parcel
from gis_service.sheets.drawing.items import Page, Picture, flat, texts
from gis_service.sheets.drawing.reading import items_of, size_of
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import made, profile
from gis_service.surveys.bodies.operations import in_parcel
from gis_service.surveys.drawing import pen
from gis_service.surveys.estimates.models import VolumeEstimate

pytestmark = pytest.mark.slow
Desks = Callable[..., Desk]
ALL = frozenset(PERMISSIONS)


def said(pages: list[Page]) -> set[str]:
    return {text.said for page in pages for text in texts(page)}


def test_a_survey_has_section_volumes_and_logs_for_whoever_may_read_surveys(today: Desks) -> None:
    at = today(may=ALL)
    pages = made(at, "survey", "BW-0019", "a3")
    words = said(pages)
    assert {"A", "A′", "A—A′ 地质剖面图", "各方法的方量(m³)"} <= words
    assert any("柱状图" in each for each in words)
    parcel_id = at.session.scalar(select(Parcel.id).where(Parcel.parcel_no == "BW-0019"))
    assert parcel_id is not None
    for body in in_parcel(at.session, parcel_id):
        for volume in (body.volume_low_m3, body.volume_best_m3, body.volume_high_m3):
            assert any(each.removeprefix("≥") == f"{volume:,.0f}" for each in words)
        estimate = at.session.get_one(VolumeEstimate, body.estimate_id)
        for volume in (estimate.result or {})["volumes_m3"].values():
            assert f"{volume:,.0f}" in words
    without = made(today(may=ALL - {"survey.read"}), "survey", "BW-0019", "a3")
    assert len(without) < len(pages)
    assert not any("剖面" in each for each in said(without))


def test_the_line_on_the_map_is_that_of_the_section(today: Desks) -> None:
    at = today(may=ALL)
    found = profile.profile(at, at.rows("survey-point", parcel_no="BW-0019"))
    assert found is not None
    line = found.on_the_map
    assert line is not None
    places = shapely.points([(float(log.easting), float(log.northing)) for log in found.logs])
    along = shapely.line_locate_point(line, places)
    assert along.min() >= profile.BEYOND_M - 0.01
    assert along.max() <= line.length - profile.BEYOND_M + 0.01


def test_a_drawing_of_the_pen_becomes_items() -> None:
    drawn = pen.whole(
        50, 40, "x", [pen.box(1, 2, 3, 4), pen.line(0, 0, 5, 5, dash="1 2"), pen.text(10, 12, "孔 & 层", 2.6, turn=-90, halo=True)]
    )  # fmt: skip
    assert size_of(drawn) == (50, 40)
    box, line, words = items_of(drawn, 100, 200)
    assert box.rings == (((101, 202), (104, 202), (104, 206), (101, 206)),)  # type: ignore[union-attr]
    assert (line.rings, line.dash, line.fill) == ((((100, 200), (105, 205)),), (1, 2), None)  # type: ignore[union-attr]
    assert (words.x, words.y, words.said, words.turn, words.halo) == (110, 212, "孔 & 层", -90, True)  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="circle"):
        items_of(drawn.replace("<rect x", "<circle x"))


def test_photos_are_small_copies_for_whoever_may_see_them(today: Desks) -> None:
    at = today(may=ALL)
    shown = [item for page in made(at, "status", "BW-0014") for item in flat(page.items) if isinstance(item, Picture)]
    assert 0 < len(shown) <= 4
    asked = text(
        "select size_bytes from stored_file where sha256 in (select sha256 from field_photo where kind = 'original')"
    )
    smallest = min(at.session.scalars(asked))
    assert all(photo.said and len(photo.jpeg) < smallest for photo in shown)
    closed = made(today(may=ALL - {"patrol.read"}), "status", "BW-0014")
    assert not any(isinstance(item, Picture) for page in closed for item in flat(page.items))
