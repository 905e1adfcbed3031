"""Sheets of handovers, patrols and cases: what the database says, to whom may see it, and nothing besides."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select, text

from gis_service.access.rules import PERMISSIONS
from gis_service.cases.parties.models import Party, Vehicle
from gis_service.core import db
from gis_service.core.clock import BEIJING
from gis_service.core.errors import BadRequest, NotFound
from gis_service.handover.models import HandoverBatch
from gis_service.patrols.models import Observation, Patrol
from gis_service.procedures.models import Proceeding
from gis_service.sheets.drawing.items import Page, Path, flat, texts
from gis_service.sheets.errors import NothingToShow
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import handover, made

pytestmark = pytest.mark.slow
Desks = Callable[..., Desk]
ALL = frozenset(PERMISSIONS)


def said(pages: list[Page]) -> str:
    return "\n".join(text.said for page in pages for text in texts(page))


def test_a_batch_shows_its_land_its_sides_and_who_signs(today: Desks) -> None:
    at = today()
    batch = at.session.scalars(select(HandoverBatch).order_by(HandoverBatch.id)).first()
    assert batch is not None
    rows = handover.land(at, batch)
    pages = made(at, "handover", batch.batch_no)
    words = said(pages)
    assert len(rows) == 8
    assert set(rows["parcel_no"]) <= set(words.split("\n"))
    assert f"{rows['area_m2'].sum():,.2f} ㎡" in words
    assert {"移交方:", "接收方:", "见证方:", "日期:"} <= set(words.split("\n"))
    areas = rows["area_name"].nunique()
    assert len(pages) == 2 + areas, "the overview, the list, and a map for each area"


def test_a_batch_before_its_first_parcel_is_empty_and_an_unknown_one_is_not_found(today: Desks) -> None:
    before = datetime(2020, 1, 1, tzinfo=BEIJING)
    assert "批次中没有地块。" in said(made(today(as_of=before), "handover", "YJP2026-0001"))
    with pytest.raises(NotFound):
        made(today(), "handover", "YJP1999-0001")
    with pytest.raises(NotFound):  # one without any right sees no batch
        made(today(db.Scope()), "handover", "YJP2026-0001")


def a_walk(at: Desk) -> Patrol:
    asked = select(Patrol).join(Observation, Observation.patrol_id == Patrol.id).where(Patrol.area_id.is_not(None))
    found = at.session.scalars(asked.order_by(Patrol.id)).first()
    assert found is not None
    return found


def lines(pages: list[Page]) -> int:
    """How many strokes have the ink of tracks."""
    return sum(isinstance(item, Path) and item.stroke == "#1F5FA8" and item.width == 0.45 for item in flat(pages[0].items))  # fmt: skip


def test_a_walk_of_another_has_track_and_name_only_with_right_and_reason(today: Desks) -> None:
    walk = a_walk(today())
    number = str(walk.id)
    opened = today(may=ALL, reason="会议用图")
    pages = made(opened, "patrol", number)
    assert lines(pages) == 1
    assert opened.opened == [walk.id], "whoever prints it must know what was opened"
    assert walk.inspector_name in said(pages)
    assert f"{float(walk.length_m or 0) / 1000:,.2f} km" in said(pages)
    for closed in (today(may=ALL), today(may=ALL - {"track.read"}, reason="会议用图")):
        pages = made(closed, "patrol", number)
        assert lines(pages) == 0
        assert closed.opened == []
        assert "不列姓名" in said(pages)


def test_ones_own_walk_needs_no_reason(today: Desks) -> None:
    walk = a_walk(today())
    own = today(db.Scope(see_all=True, actor_id=walk.inspector_id, actor_name="本人"))
    pages = made(own, "patrol", str(walk.id))
    assert lines(pages) == 1
    assert own.opened == [], "no trace of looking at one's own"


def test_the_walks_of_an_area_count_what_lies_in_it(today: Desks) -> None:
    at = today(may=ALL, reason="会议用图")
    area = int(at.area("北围")["id"])
    first, last = at.session.execute(
        text(
            "select min(started_at at time zone 'Asia/Shanghai')::date, max(started_at at time zone 'Asia/Shanghai')::date from patrol"
        )
    ).one()
    words = said(made(at, "patrols", f"北围/{first}/{last}"))
    asked = text(
        "select count(distinct v.parcel_id) from visit v join parcel l on l.id = v.parcel_id where l.area_id = :area"
    )
    assert f"{at.session.scalar(asked, {'area': area})} 宗" in words
    assert f"{first} 至 {last}" in words
    assert len(at.opened) > 10
    for wrong in ("北围", "北围/2026-11-20/2026-11-01", "北围/昨天/今天"):
        with pytest.raises(BadRequest):
            made(today(), "patrols", wrong)
    with pytest.raises(NothingToShow):
        made(today(), "patrols", "北围/2020-11-01/2020-11-20")


def test_a_case_names_no_party_and_no_reporter_and_masks_plates(today: Desks) -> None:
    at = today()
    numbers = at.session.scalars(select(Proceeding.proceeding_no).where(Proceeding.noun == "case")).all()
    parties = at.session.scalars(select(Party.name)).all()
    plates = at.session.scalars(select(Vehicle.plate)).all()
    clues = at.session.scalars(text("select tracking_no from clue")).all()
    assert numbers
    assert plates
    whole, masked = "", ""
    for number in numbers[:4]:
        whole += said(made(today(may=ALL), "case", number))
        masked += said(made(today(may=ALL - {"secret.reveal"}), "case", number))
    for name in (*parties, *clues):
        assert name not in whole + masked
    assert any(plate in whole for plate in plates)
    assert not any(plate in masked for plate in plates)
    assert re.search(r"同车辆 .{2}\*+.", masked)


def test_distances_of_a_case_are_those_of_the_database(today: Desks) -> None:
    at = today(may=ALL)
    words = said(made(at, "case", "AJ2026-0001")).split("\n")
    rows = at.session.execute(
        text(
            "select round(st_distance(st_transform(a.place, 4547), st_transform(b.place, 4547))) from proceeding a, proceeding b "
            "where a.proceeding_no = 'AJ2026-0001' and b.proceeding_no in ('AJ2026-0003', 'AJ2026-0009')"
        )
    ).scalars()
    for metres in rows:
        assert f"{metres:,.0f}" in words
    with pytest.raises(NotFound):
        made(today(db.Scope()), "case", "AJ2026-0001")
    with pytest.raises(NotFound):
        made(today(as_of=datetime(2020, 1, 1, tzinfo=BEIJING)), "case", "AJ2026-0001")
