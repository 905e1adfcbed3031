"""What was known at a moment: each dumping once, nothing of what came later; and the figures of the land."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from geoalchemy2.shape import from_shape
from shapely import LineString
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import clock, db
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.facilities.models import FenceSegment
from gis_service.parcels.models import Parcel
from gis_service.risk import facts
from gis_service.risk.rules import Figure, weights
from tests.factories import SOUTH, WEST
from tests.risk.conftest import DISTRICT, Town, a_case, a_clue, ago, an_observation, make_town, spot


def kinds(session: Session, days_ago: float = 0) -> list[str]:
    return sorted(each.kind for each in facts.events(session, ago(days_ago)))


def test_a_clue_that_became_a_case_is_one_dumping_and_only_from_then_on(session: Session) -> None:
    town = make_town(session)
    case = a_case(session, ago(10), parcel=town.open)
    a_clue(session, ago(20), spot(0.5), state="opened", case_id=case, decided_at=ago(10))
    assert kinds(session) == ["case"]
    assert kinds(session, 15) == ["clue"]
    assert kinds(session, 25) == []
    assert facts.events(session, clock.now())[0].happened_at < ago(
        19
    )  # it happened when it was seen, not when the file was opened


def test_a_clue_dismissed_or_merged_counts_until_it_was(session: Session) -> None:
    first = a_clue(session, ago(30), spot(0.5))
    a_clue(session, ago(30), spot(0.5), state="merged", merged_into_id=first, decided_at=ago(5))
    a_clue(session, ago(30), spot(3.5), state="dismissed", reason="不实", decided_at=ago(5))
    assert (kinds(session), kinds(session, 6)) == (["clue"], ["clue"] * 3)


def test_a_case_found_not_to_be_one_counts_until_it_was(session: Session) -> None:
    town = make_town(session)
    case = a_case(session, ago(30), parcel=town.open, state="not_established")
    session.execute(
        text(
            """insert into proceeding_step (proceeding_id, seq, action, before, after, actor_name, at, happened_on, previous_hash, hash)
               values (:case, 1, 'dismiss', 'verifying', 'not_established', 'x', :at, :at, '', 'h')"""
        ),
        {"case": case, "at": ago(5)},
    )
    assert (kinds(session), kinds(session, 6)) == ([], ["case"])


def test_a_finding_counts_until_it_was_followed_and_only_findings_of_dumping_do(session: Session) -> None:
    town = make_town(session)
    an_observation(session, ago(9), town.open, followed_by_noun="clue", followed_by_id=1, followed_at=ago(8))
    an_observation(session, ago(9), town.open, followed_by_noun="none", followed_at=ago(8))
    an_observation(session, ago(9), town.open, item="SIGN")
    assert (kinds(session), kinds(session, 8.5)) == (["finding"], ["finding"] * 2)


def figures(session: Session) -> dict[int, dict[str, Figure]]:
    at = clock.now() + timedelta(seconds=5)
    lands, known = facts.land(session, DISTRICT, at), facts.events(session, at)
    return facts.figures(lands, known, facts.around(session, at), at, weights())


def test_figures_of_land_at_a_road_and_far_from_it(session: Session) -> None:
    town = make_town(session)
    found = figures(session)
    assert found[town.open]["road"] == pytest.approx(0, abs=0.01)
    # the south side of some 103 m, and 20 m of each side next to it
    assert found[town.open]["frontage"] == pytest.approx(143, abs=3)
    assert found[town.fenced]["frontage"] == 0.0
    assert found[town.fenced]["road"] == pytest.approx(803, abs=5)  # 7.8 thousandths of a degree at 22.4° N
    assert found[town.open]["gap"] == pytest.approx(428, abs=3)  # nothing stands: the whole outline
    assert (found[town.fenced]["gap"], found[town.cared]["gap"]) == (0.0, None)
    assert found[town.open]["patrol"] is None


def test_a_gap_is_the_outline_without_a_sound_fence(session: Session) -> None:
    town = make_town(session)
    corners = [(0.004, 0), (0.005, 0), (0.005, 0.001), (0.004, 0.001), (0.004, 0.0004)]
    line = LineString([(WEST + x, SOUTH + y) for x, y in corners])
    fence = FenceSegment(parcel_id=town.cared, fence_type="mesh", geom=from_shape(line, srid=STORAGE_SRID))
    session.add(fence)
    session.flush()
    assert figures(session)[town.cared]["gap"] == pytest.approx(44.3 - 2 * facts.FENCE_M, abs=1.5)
    fence.condition = "damaged"
    session.flush()
    assert figures(session)[town.cared]["gap"] == pytest.approx(428, abs=3)


def test_dumping_weighs_by_distance_age_kind_and_wholly_on_land_that_is_named(session: Session) -> None:
    town = make_town(session)
    assert figures(session)[town.open]["past"] == 0.0
    a_clue(session, ago(0), spot(0.5))  # on the land
    on = figures(session)
    assert on[town.open]["past"] == pytest.approx(0.6, abs=0.01)
    assert on[town.fenced]["past"] == 0.0  # 880 m away
    assert 0.0 < on[town.cared]["past"] < 0.05  # some 360 m away
    a_case(session, ago(1460), parcel=town.fenced, place=spot(0.5))
    assert figures(session)[town.fenced]["past"] == pytest.approx(0.5, abs=0.01)


def test_the_past_of_the_land_is_asked_as_it_was(app: FastAPI, town: Town) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        before = session.scalar(text("select clock_timestamp()"))
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.get_one(Parcel, town.open).fence_status = "full"
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        after = session.scalar(text("select clock_timestamp()"))
        then, now = ({each.id: each.fence for each in facts.land(session, DISTRICT, at)} for at in (before, after))
    assert (then[town.open], now[town.open]) == ("none", "full")
    assert then[town.fenced] == now[town.fenced] == "full"
