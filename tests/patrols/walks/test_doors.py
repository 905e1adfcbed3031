"""Doors of walks: lists and filters, one walk whole, tracks with their reason and trace, photos, a parcel's patrols."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from gis_service.access.rules import Role
from gis_service.patrols.models import ObservationChange
from gis_service.patrols.walks import jobs
from tests.conftest import CloneServices, Person
from tests.factories import an_area
from tests.patrols.walks.conftest import (
    START,
    a_part,
    a_patrol,
    a_photo,
    a_visit,
    an_observation,
    around,
)

Opening = Callable[[], Any]
SignIn = Callable[..., Person]
REASON = {"reason": "核对围蔽缺口位置"}


@pytest.fixture
def inspector(sign_in: SignIn, square: tuple[int, int]) -> Person:
    return sign_in(Role.INSPECTOR, area_id=square[1])


@pytest.fixture
def walk(services: CloneServices, as_service: Opening, square: tuple[int, int], inspector: Person) -> int:
    """A measured walk around the square, with a visit, an observation and two photos."""
    with as_service() as session:
        patrol = a_patrol(session, inspector.user_id, area_id=square[1])
        a_part(session, patrol, around())
        parcel = session.get_one(_parcel_class(), square[0])
        visit = a_visit(session, patrol, parcel, all_fine=False)
        seen = an_observation(session, patrol, parcel, visit_uuid=visit.client_uuid, quantity=6)
        a_photo(session, services.store, patrol, seen.client_uuid)
        session.add(ObservationChange(observation_id=seen.id, field="quantity", was=4, now=6, reason="复核", made_at=START, by_name="巡查员甲"))  # fmt: skip
    jobs.measure(services.sessions, patrol.id, view_m=30)
    return int(patrol.id)


def _parcel_class() -> Any:
    from gis_service.parcels.models import Parcel

    return Parcel


def got(person: Person, path: str, **query: Any) -> Any:
    answer = person.get(f"/api/v1{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_walk_says_everything_but_its_track(walk: int, square: tuple[int, int], sign_in: SignIn) -> None:
    found = got(sign_in(Role.LAND_OFFICER), f"/patrols/{walk}")
    [cover] = found["coverage"]
    assert (cover["parcel_id"], cover["band"], cover["proved"]) == (square[0], "most", True)
    assert found["shapes"][str(square[0])]["type"] == "MultiPolygon"
    [seen] = found["observations"]
    assert seen["changes"] == [{"field": "quantity", "was": 4, "now": 6, "reason": "复核", "made_at": seen["changes"][0]["made_at"], "by": "巡查员甲"}]  # fmt: skip
    assert (seen["followed_by"], len(found["photos"]), len(found["visits"])) == (None, 1, 1)
    assert found["track"]["own"] is False
    assert found["gaps"][0]["reason"] == "no_fix"
    assert "fixes" not in str(found["visits"])


def test_ones_own_track_is_open_and_leaves_no_trace(walk: int, inspector: Person, as_service: Opening) -> None:
    found = got(inspector, f"/patrols/{walk}/track")
    assert sum(len(piece) for piece in found["pieces"]) == len(around())
    with as_service() as session:
        assert session.scalar(text("select count(*) from audit_entry where action = 'track.read'")) == 0


def test_the_track_of_another_wants_a_reason_and_leaves_a_trace_that_its_person_sees(
    walk: int, inspector: Person, sign_in: SignIn
) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    refused = officer.get(f"/api/v1/patrols/{walk}/track")
    assert (refused.status_code, refused.json()["code"]) == (422, "track.unexplained")
    assert got(officer, f"/patrols/{walk}/track", **REASON)["pieces"]
    [mine] = got(inspector, "/me/tracks")["items"]
    assert [(each["reason"], bool(each["by"])) for each in mine["opened"]] == [(REASON["reason"], True)]


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.WASTE_OFFICER, Role.CASE_OFFICER])
def test_who_may_not_open_tracks_is_refused_whatever_the_reason(walk: int, sign_in: SignIn, role: Role) -> None:
    answer = sign_in(role).get(f"/api/v1/patrols/{walk}/track", params=REASON)
    assert answer.status_code == 403


def test_tracks_are_opened_only_on_the_land_for_which_one_may(
    walk: int, as_service: Opening, sign_in: SignIn, square: tuple[int, int]
) -> None:
    with as_service() as session:
        elsewhere = an_area(session).id
    there = sign_in(Role.LEADER, area_id=elsewhere)
    assert there.get(f"/api/v1/patrols/{walk}/track", params=REASON).status_code == 404
    here = sign_in(Role.LEADER, area_id=square[1])
    assert here.get(f"/api/v1/patrols/{walk}/track", params=REASON).status_code == 200


def test_no_door_but_the_act_shows_the_fixes_of_another(walk: int, services: CloneServices, sign_in: SignIn) -> None:
    """A leader sees the walk, and in the same transaction none of its parts."""
    from gis_service.access import queries as access
    from gis_service.core import clock, db

    leader = sign_in(Role.LEADER)
    with services.sessions.begin() as session:
        name = session.scalar(text("select username from app_user where id = :id"), {"id": leader.user_id})
        actor = access.actor_named(session, name, at=clock.now())
        db.enter(session, actor.scope("patrol.read"))
        assert session.scalar(text("select count(*) from patrol")) == 1
        assert session.scalar(text("select count(*) from track_part")) == 0
        assert session.scalar(text("select count(*) from track_sketch")) == 0


def test_a_thinned_track_is_gone_and_says_so(walk: int, inspector: Person, services: CloneServices) -> None:
    jobs.thin_all(services.sessions, keep_days=180, view_m=30, now=START + timedelta(days=200))
    answer = inspector.get(f"/api/v1/patrols/{walk}/track")
    assert (answer.status_code, answer.json()["code"]) == (410, "track.thinned")
    assert got(inspector, f"/patrols/{walk}")["coverage"]


def test_walks_are_listed_by_page_newest_first(as_service: Opening, inspector: Person, square: tuple[int, int]) -> None:
    with as_service() as session:
        for n in range(5):
            a_patrol(session, inspector.user_id, area_id=square[1], started_at=START + timedelta(days=n))
    first = got(inspector, "/patrols", limit=3)
    rest = got(inspector, "/patrols", limit=3, after=first["next"])
    days = [item["started_at"][:10] for item in (*first["items"], *rest["items"])]
    assert days == ["2026-11-24", "2026-11-23", "2026-11-22", "2026-11-21", "2026-11-20"]
    assert rest["next"] is None
    assert inspector.get("/api/v1/patrols", params={"after": "nonsense"}).status_code == 400


def test_lists_are_filtered_by_person_day_area_flag_and_parcel(
    walk: int, services: CloneServices, as_service: Opening, inspector: Person, square: tuple[int, int], sign_in: SignIn
) -> None:
    other = sign_in(Role.INSPECTOR)
    with as_service() as session:
        off = a_patrol(session, other.user_id, started_at=START + timedelta(days=3), clock_offset_s=900.0)
    jobs.measure(services.sessions, off.id, view_m=30)
    officer = sign_in(Role.LAND_OFFICER)

    def ids(**query: Any) -> list[int]:
        return [item["id"] for item in got(officer, "/patrols", **query)["items"]]

    assert ids() == [off.id, walk]
    assert ids(person_id=inspector.user_id) == ids(area_id=square[1]) == ids(parcel_id=square[0]) == [walk]
    assert ids(since="2026-11-22") == ids(flag="any") == ids(flag="clock") == [off.id]
    assert ids(until="2026-11-20") == [walk]
    assert ids(flag="replay") == []


def test_people_of_other_areas_see_neither_the_walk_nor_its_photos(
    walk: int, as_service: Opening, sign_in: SignIn, inspector: Person
) -> None:
    with as_service() as session:
        elsewhere = an_area(session).id
    stranger = sign_in(Role.INSPECTOR, area_id=elsewhere)
    [photo] = got(inspector, f"/patrols/{walk}")["photos"]
    assert got(stranger, "/patrols")["items"] == []
    for path in (f"/patrols/{walk}", f"/patrols/{walk}/photos/{photo['sha256']}/content"):
        assert stranger.get(f"/api/v1{path}").status_code == 404


def test_a_photo_is_shown_byte_for_byte_and_can_be_saved(walk: int, inspector: Person, services: CloneServices) -> None:
    [photo] = got(inspector, f"/patrols/{walk}")["photos"]
    path = f"/api/v1/patrols/{walk}/photos/{photo['sha256']}"
    shown = inspector.get(f"{path}/content")
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.content == services.store.path(photo["sha256"]).read_bytes()
    assert "attachment" in inspector.get(f"{path}/content", params={"save": "true"}).headers["content-disposition"]
    assert inspector.get(f"{path}/thumbnail").status_code == 200
    assert inspector.get(f"/api/v1/patrols/{walk}/photos/{'0' * 64}/content").status_code == 404


def test_a_parcel_knows_its_last_visit_and_what_was_seen_lately(
    walk: int, square: tuple[int, int], inspector: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = SimpleNamespace(now=lambda: START + timedelta(days=60))
    monkeypatch.setattr("gis_service.patrols.walks.routes.clock", later)
    found = got(inspector, f"/parcels/{square[0]}/patrols")
    assert found["lately"]["30"] == {"seen_share": 0.0, "walks": 0}
    assert found["lately"]["90"]["walks"] == 1
    assert found["lately"]["90"]["seen_share"] > 0.7
    assert (found["visits"][0]["observations"], found["walks"][0]["patrol_id"]) == (1, walk)
