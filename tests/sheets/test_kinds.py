"""Sheets of the sample district say what the database says, on the day that is asked for, to whom may see it."""

import math
import re
from collections.abc import Callable
from datetime import datetime

import pytest
import shapely

from gis_service.access.actor import EVERYTHING
from gis_service.core import clock, db
from gis_service.core.clock import BEIJING
from gis_service.core.errors import NotFound
from gis_service.geo import measure
from gis_service.maps.catalogue import Catalogue
from gis_service.sheets.composing.compose import compose
from gis_service.sheets.composing.template import template
from gis_service.sheets.drawing.items import Page, texts
from gis_service.sheets.errors import NothingToShow
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import KINDS, made, parcel
from tests.conftest import CloneServices
from tests.sheets.surveyed import surveyed

pytestmark = pytest.mark.slow
Desks = Callable[..., Desk]
SUBJECTS = {"parcel": "BW-0023", "area": "后环"}


def said(pages: list[Page]) -> set[str]:
    return {text.said for page in pages for text in texts(page)}


def test_every_kind_is_drawn_on_every_page_and_marked_as_sample(desk: Desks) -> None:
    for kind in KINDS:
        subject = SUBJECTS.get(KINDS[kind].subject)
        if subject is None:  # sheets of walks, batches and cases: tests/sheets/kinds
            continue
        for size in KINDS[kind].templates:
            words = said(made(desk(), kind, subject, size))
            assert {"示例数据", "内部使用", "北"} <= words, (kind, size)
            assert any("数据截止:2026-11-23 12:00" in each for each in words)
            assert any("EPSG:4547" in each for each in words)


def test_areas_and_edges_on_paper_are_those_of_the_database(desk: Desks) -> None:
    at = desk()
    for number in ("BW-0006", "BW-0023", "BW-0045"):
        row = at.parcel(number)
        pages = made(at, "parcel", number)
        words = said(pages)
        assert f"{row.area_computed_m2:,.2f} ㎡({measure.mu(row.area_computed_m2):,.2f} 亩)" in words
        corners = parcel.corners_of(at, row).all
        assert math.isclose(sum(c.length_m for c in corners), shapely.length(row.geometry), abs_tol=0.05)
        for corner in corners:
            assert {corner.number, corner.x_text, corner.y_text, f"{corner.length_m:.2f}"} <= words
        registered = at.rows("boundary-point", parcel_id=int(row.id))
        assert set(registered["northing"]) | set(registered["easting"]) | set(registered["point_no"]) <= words


def test_points_without_registered_ones_run_clockwise_from_the_north_west(desk: Desks) -> None:
    at = desk()
    row = at.parcel("BW-0023").copy()
    row["id"] = -1
    corners = parcel.corners_of(at, row)
    assert not corners.as_registered
    shell = [(c.east, c.north) for c in corners.all if c.ring == (1, 1)]
    assert not shapely.LinearRing(shell).is_ccw
    west, _, _, north = row.geometry.bounds
    assert min(shell, key=lambda place: math.dist(place, (west, north))) == shell[0]
    assert [c.number for c in corners.all] == [f"J{n}" for n in range(1, len(corners.all) + 1)]


def test_every_parcel_is_named_or_said_to_be_left_out_and_no_label_overlaps(desk: Desks) -> None:
    for area in ("北围", "后环", "金鼎"):
        for size in ("area-a3", "area-a4"):
            at = desk()
            (first, *_) = compose(template(size), KINDS["area-use"].content(at, area))
            drawn = "".join(text.said for text in texts(first))
            rows = at.rows("parcel-use", area_name=area)
            assert all(number in drawn for number in rows["parcel_no"])


def test_counts_and_areas_of_the_legend_are_those_of_the_register(desk: Desks) -> None:
    at = desk()
    words = said(made(at, "area-fence", "北围"))
    rows = at.rows("parcel-fence", area_name="北围")
    for _, mine in rows.groupby("fence_status"):
        assert str(len(mine)) in words
        assert f"{measure.mu(mine['area_computed_m2'].sum()):,.1f}" in words
        assert f"{100 * len(mine) / len(rows):.1f}%" in words


def test_a_past_day_shows_what_was_then(desk: Desks) -> None:
    day = datetime(2025, 6, 30, 23, 59, tzinfo=BEIJING)
    then, now = desk(as_of=day), desk()
    old, new = then.rows("parcel-survey", area_name="北围"), now.rows("parcel-survey", area_name="北围")
    assert sorted(old["survey_status"]) != sorted(new["survey_status"])
    words = said(made(then, "area-survey", "北围"))
    assert any("数据截止:2025-06-30 23:59" in each for each in words)
    assert any(f"共 {len(old)} 宗" in each for each in words)


def test_who_may_not_see_a_parcel_gets_no_sheet_of_it(desk: Desks) -> None:
    with pytest.raises(NotFound):
        made(desk(db.Scope()), "parcel", "BW-0006")
    with pytest.raises(NothingToShow):  # the name of an area is no secret, its parcels are
        made(desk(db.Scope()), "area-use", "北围")


def test_a_neighbour_one_may_not_see_is_not_on_the_map(desk: Desks) -> None:
    """The same rows as at every other door: an officer of 金鼎 sees none of 北围."""
    everything = desk()
    jinding = int(everything.area("金鼎")["id"])
    scope = db.Scope(area_ids=frozenset({jinding}))
    at = desk(scope)
    number = str(at.rows("parcel-supply")["parcel_no"].min())
    assert not any(re.match(r"BW-\d+", each) for each in said(made(at, "place", number)))


def test_a_survey_is_on_its_sheet_with_what_every_hole_found(services: CloneServices) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        number = surveyed(session)
    with services.sessions() as session:
        db.enter(session, EVERYTHING)
        at = Desk(services.reader, session, EVERYTHING, Catalogue.load(), clock.now())
        pages = made(at, "survey", number)
        words = said(pages)
    holes = at.rows("survey-point", parcel_no=number)
    assert len(holes) == 16
    assert {*holes["point_no"], "≥2.4", "T01", "5,200 m³(3,900~7,100)", "见固废", "未见固废"} <= words
    assert "示例数据" not in words, "only made-up land is marked so"
