"""What the worker works out about a walk."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from gis_service.access.rules import Role
from gis_service.core import clock
from gis_service.patrols.models import Patrol, PatrolCoverage, PatrolFlag, TrackPart
from gis_service.patrols.walks import jobs, operations
from gis_service.patrols.walks.models import TrackSketch
from gis_service.worker import tasks
from tests.conftest import CloneServices, Person
from tests.factories import a_parcel
from tests.patrols.walks.conftest import START, a_part, a_patrol, a_visit, around, outline

Opening = Callable[[], Any]
SignIn = Callable[..., Person]
VIEW_M = 30.0


def measured(services: CloneServices, patrol_id: int) -> None:
    tasks(services)[jobs.TASK](patrol_id=patrol_id)


def rows(session: Any, patrol_id: int) -> list[tuple[Any, ...]]:
    asked = select(*PatrolCoverage.__table__.c).where(PatrolCoverage.patrol_id == patrol_id)
    return [tuple(row) for row in session.execute(asked.order_by(PatrolCoverage.parcel_id))]


@pytest.fixture
def inspector(sign_in: SignIn) -> Person:
    return sign_in(Role.INSPECTOR)


def test_a_walk_around_a_parcel_proves_most_of_it(
    services: CloneServices, as_service: Opening, square: tuple[int, int], inspector: Person
) -> None:
    with as_service() as session:
        patrol = a_patrol(session, inspector.user_id)
        a_part(session, patrol, around())
    measured(services, patrol.id)
    with as_service() as session:
        [cover] = session.scalars(select(PatrolCoverage)).all()
        walk = session.get(Patrol, patrol.id)
        assert (cover.parcel_id, cover.proved, cover.view_m) == (square[0], True, VIEW_M)
        assert 0.75 < cover.seen_share < 0.95
        assert cover.inside_s > 300
        assert START <= cover.first_at < cover.last_at
        assert 350 < walk.length_m < 450
        assert walk.figures["parts"] == 1
        assert walk.measured_at is not None
        assert [gap["reason"] for gap in walk.gaps] == ["no_fix"]
        assert session.scalars(select(PatrolFlag)).all() == []


def test_late_parts_are_measured_again_and_the_same_parts_give_the_same_rows(
    services: CloneServices, as_service: Opening, square: tuple[int, int], inspector: Person
) -> None:
    way = around()
    half = len(way) // 2
    with as_service() as session:
        patrol = a_patrol(session, inspector.user_id)
        a_part(session, patrol, way[half:])
    measured(services, patrol.id)
    with as_service() as session:
        [(_, _, first, *_)] = rows(session, patrol.id)
        a_part(session, patrol, way[:half])
    measured(services, patrol.id)
    with as_service() as session:
        once = rows(session, patrol.id)
    measured(services, patrol.id)
    with as_service() as session:
        assert rows(session, patrol.id) == once
        assert once[0][2] > first


def test_parcels_of_the_visits_have_a_row_even_where_nothing_was_seen(
    services: CloneServices, as_service: Opening, square: tuple[int, int], inspector: Person
) -> None:
    with as_service() as session:
        far = a_parcel(session, shape=outline(east=453_000))
        patrol = a_patrol(session, inspector.user_id)
        a_part(session, patrol, around())
        a_visit(session, patrol, far)
    measured(services, patrol.id)
    with as_service() as session:
        cover = session.get(PatrolCoverage, (patrol.id, far.id))
        assert (cover.seen_share, cover.proved) == (0, False)
        assert 800 < cover.nearest_m < 1000


def test_times_stay_those_of_the_phone_and_a_clock_far_off_is_doubted(
    services: CloneServices, as_service: Opening, square: tuple[int, int], inspector: Person
) -> None:
    with as_service() as session:
        patrol = a_patrol(session, inspector.user_id, clock_offset_s=3600.0, ended_at=None)
        a_part(session, patrol, around())
    measured(services, patrol.id)
    with as_service() as session:
        [cover] = session.scalars(select(PatrolCoverage)).all()
        assert START <= cover.first_at < START + timedelta(hours=1)
        flag = session.get(PatrolFlag, (patrol.id, "clock"))
        assert flag.facts["offset_s"] == 3600
        assert session.get(Patrol, patrol.id).gaps == []


def test_a_walk_of_yesterday_sent_again_is_doubted_and_names_it(
    services: CloneServices, as_service: Opening, square: tuple[int, int], inspector: Person
) -> None:
    way = around(side=300)
    again = [[f[0], f[1], (f[2] or 0) + 86_400_000, *f[3:]] for f in way]
    with as_service() as session:
        first = a_patrol(session, inspector.user_id)
        a_part(session, first, way)
        second = a_patrol(session, inspector.user_id, started_at=START + timedelta(days=1), ended_at=None)
        a_part(session, second, again)
        other_way = a_patrol(session, inspector.user_id, started_at=START + timedelta(days=2), ended_at=None)
        a_part(session, other_way, around(seed=5, start=START + timedelta(days=2), side=300))
    for patrol in (first, second, other_way):
        measured(services, patrol.id)
    with as_service() as session:
        found = session.scalars(select(PatrolFlag).where(PatrolFlag.code == "replay")).all()
        assert [(flag.patrol_id, flag.facts["patrol_id"]) for flag in found] == [(second.id, first.id)]
        assert found[0].facts["shift_s"] == 86_400


def test_a_doubt_that_no_longer_holds_goes(
    services: CloneServices, as_service: Opening, square: tuple[int, int], inspector: Person
) -> None:
    way = around()
    with as_service() as session:
        patrol = a_patrol(session, inspector.user_id)
        a_part(session, patrol, [[*f[:3], 200.0, *f[4:]] for f in way[:20]])
    measured(services, patrol.id)
    with as_service() as session:
        assert session.get(PatrolFlag, (patrol.id, "accuracy")) is not None
        a_part(session, patrol, way[20:])
    measured(services, patrol.id)
    with as_service() as session:
        assert session.get(PatrolFlag, (patrol.id, "accuracy")) is None


def test_a_walk_that_is_not_there_is_no_error(services: CloneServices) -> None:
    measured(services, 4711)


# --- retention --------------------------------------------------------------------------------------------------------


def test_after_its_time_a_track_is_thinned_to_its_proof(
    services: CloneServices, as_service: Opening, square: tuple[int, int], inspector: Person
) -> None:
    with as_service() as session:
        old = a_patrol(session, inspector.user_id)
        a_part(session, old, around())
        session.execute(
            text("""insert into inbox_record (uuid, body_text, sha256, kind, sent_by_id, patrol_uuid, verdict)
                    values (gen_random_uuid(), 'the fixes', repeat('a', 64), 'track', :who, :walk, 'stored'),
                           (gen_random_uuid(), 'the visit', repeat('b', 64), 'visit', :who, :walk, 'stored')"""),
            {"who": inspector.user_id, "walk": old.client_uuid},
        )
    measured(services, old.id)
    with as_service() as session:
        before = rows(session, old.id)
        assert session.get(TrackSketch, old.id) is not None
    soon, later = START + timedelta(days=179), START + timedelta(days=181)
    assert jobs.thin_all(services.sessions, keep_days=180, view_m=VIEW_M, now=soon) == 0
    assert jobs.thin_all(services.sessions, keep_days=180, view_m=VIEW_M, now=later) == 1
    assert jobs.thin_all(services.sessions, keep_days=180, view_m=VIEW_M, now=later) == 0
    with as_service() as session:
        walk = session.get(Patrol, old.id)
        assert walk.thinned_at == later
        assert session.scalars(select(TrackPart)).all() == []
        assert session.get(TrackSketch, old.id) is None
        assert rows(session, old.id) == before
        texts = session.execute(text("select kind, body_text from inbox_record order by kind")).all()
        assert [tuple(row) for row in texts] == [("track", ""), ("visit", "the visit")]
        entry = session.execute(text("select subject, detail from audit_entry where action = 'track.thin'")).one()
        assert entry.subject == f"patrol/{old.id}"
        assert entry.detail == {"parts": 1, "fixes": len(around()), "inbox": 1}


def test_what_was_never_measured_is_measured_before_it_is_thinned(
    services: CloneServices, as_service: Opening, square: tuple[int, int], inspector: Person
) -> None:
    with as_service() as session:
        old = a_patrol(session, inspector.user_id, state="running", ended_at=None)
        a_part(session, old, around())
    jobs.thin_all(services.sessions, keep_days=180, view_m=VIEW_M, now=START + timedelta(days=200))
    with as_service() as session:
        [cover] = session.scalars(select(PatrolCoverage)).all()
        assert cover.proved


def test_a_part_that_comes_after_the_thinning_adds_its_proof_and_goes_the_next_night(
    services: CloneServices, as_service: Opening, square: tuple[int, int], inspector: Person
) -> None:
    way, later = around(), START + timedelta(days=200)
    half = len(way) // 2
    with as_service() as session:
        old = a_patrol(session, inspector.user_id)
        a_part(session, old, way[:half])
    jobs.thin_all(services.sessions, keep_days=180, view_m=VIEW_M, now=later)
    with as_service() as session:
        [(_, _, first, *_)] = rows(session, old.id)
        a_part(session, session.get(Patrol, old.id), [*way[half:]])
    assert jobs.thin_all(services.sessions, keep_days=180, view_m=VIEW_M, now=later + timedelta(days=1)) == 1
    with as_service() as session:
        [(_, _, share, *_)] = rows(session, old.id)
        assert share >= first
        assert session.scalars(select(TrackPart)).all() == []


def test_the_copy_in_the_inbox_is_forgotten_of_thinned_walks_only(
    services: CloneServices, as_service: Opening, inspector: Person
) -> None:
    with as_service() as session:
        patrol = a_patrol(session, inspector.user_id)
        session.execute(
            text("""insert into inbox_record (uuid, body_text, sha256, kind, sent_by_id, patrol_uuid, verdict)
                    values (gen_random_uuid(), 'the fixes', repeat('a', 64), 'track', :who, :walk, 'stored')"""),
            {"who": inspector.user_id, "walk": patrol.client_uuid},
        )
        assert session.scalar(text("select forget_track(:id)"), {"id": patrol.id}) == 0
        assert session.scalar(text("select body_text from inbox_record")) == "the fixes"


def test_measuring_takes_the_clock_of_now(
    services: CloneServices,
    as_service: Opening,
    square: tuple[int, int],
    inspector: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    then = datetime(2026, 12, 1, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: then)
    with as_service() as session:
        patrol = a_patrol(session, inspector.user_id)
    measured(services, patrol.id)
    with as_service() as session:
        assert session.get(Patrol, patrol.id).measured_at == then
        assert operations.track_of([]).parts == 0
