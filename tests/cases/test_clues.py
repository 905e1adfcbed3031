"""Clues: taken in, alike by place, time and kind, merged without loss, opened as cases."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from geoalchemy2.shape import from_shape
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.access.actor import SERVICE
from gis_service.access.rules import Role
from gis_service.cases.clues import operations, queries, rules
from gis_service.cases.clues.errors import ClueSettled, LooksAlike, MergeRefused, PlaceWanting, ReasonWanting
from gis_service.cases.clues.models import Clue
from gis_service.cases.clues.operations import Seen
from gis_service.cases.clues.rules import GROUPS, Limits, camera_evidence, days_between, likeness
from gis_service.cases.conduct import CASES
from gis_service.core import clock
from gis_service.core.clock import BEIJING
from gis_service.core.srid import STORAGE_SRID
from gis_service.files.store import LocalStore
from gis_service.parcels.attachments.operations import Kept
from gis_service.procedures import queries as engine
from tests.cases.conftest import Hand, somebody
from tests.conftest import Person
from tests.factories import a_parcel, an_area, land

HERE = (113.5301, 22.4001)
SEEN_AT = datetime(2026, 9, 1, 22, tzinfo=BEIJING)
LIMITS = Limits()
AROUND = from_shape(land(0, 0, 0.05), srid=STORAGE_SRID)
kinds = st.sampled_from(sorted(GROUPS))
metres = st.none() | st.floats(0, 1_000)
apart = st.none() | st.floats(0, 60)


def a_clue(session: Session, **facts: Any) -> Clue:
    told = {
        "source": "patrol",
        "waste_kind": "construction",
        "place": HERE,
        "place_text": "路口",
        "seen_at": SEEN_AT,
        **facts,
    }
    return operations.take_in(session, SERVICE, "440402", Seen(**told))


def north_of(metres: float) -> tuple[float, float]:
    return HERE[0], HERE[1] + metres / 110_600


def a_photo(colour: str = "red") -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return out.getvalue()


# --- likeness -------------------------------------------------------------------------------------------------------


@given(metres, st.booleans(), apart, kinds, kinds)
def test_likeness_is_the_same_both_ways_and_the_sum_of_its_lines(
    m: float | None, words: bool, days: float | None, a: str, b: str
) -> None:
    one = likeness(distance_m=m, same_words=words, days_apart=days, kinds=(a, b), limits=LIMITS)
    other = likeness(distance_m=m, same_words=words, days_apart=days, kinds=(b, a), limits=LIMITS)
    assert (one.score, one.is_candidate) == (other.score, other.is_candidate)
    assert one.score == sum(line.points for line in one.lines)
    assert 0 <= one.score <= 100
    assert len(one.lines) == 3


@given(metres, st.booleans(), apart, kinds, kinds)
def test_outside_any_limit_nothing_is_a_candidate(
    m: float | None, words: bool, days: float | None, a: str, b: str
) -> None:
    found = likeness(distance_m=m, same_words=words, days_apart=days, kinds=(a, b), limits=LIMITS)
    if (m is not None and m > LIMITS.radius_m) or (m is None and not words) or days is None or days > LIMITS.days:
        assert not found.is_candidate


@given(st.floats(0, 150), st.floats(0, 150), st.floats(0, 7), kinds)
def test_nearer_is_never_less_alike(near: float, far: float, days: float, kind: str) -> None:
    near, far = min(near, far), max(near, far)
    scores = [
        likeness(distance_m=m, same_words=False, days_apart=days, kinds=(kind, kind), limits=LIMITS).score
        for m in (near, far)
    ]
    assert scores[0] >= scores[1]


@given(st.dates(), st.dates(), st.dates(), st.dates())
def test_days_between_spans_are_the_same_both_ways(a: date, b: date, c: date, d: date) -> None:
    first, second = (min(a, b), max(a, b)), (min(c, d), max(c, d))
    found = days_between(first, second)
    assert found == days_between(second, first)
    assert (found == 0) is (first[0] <= second[1] and second[0] <= first[1])


@pytest.mark.parametrize(
    ("facts", "alike"),
    [
        ({}, True),
        ({"place": north_of(145)}, True),
        ({"place": north_of(160)}, False),
        ({"seen_at": SEEN_AT + timedelta(days=7)}, True),
        ({"seen_at": SEEN_AT + timedelta(days=8)}, False),
        ({"seen_at": SEEN_AT - timedelta(days=7)}, True),
        ({"seen_at": SEEN_AT - timedelta(days=8)}, False),
        ({"waste_kind": "excavated_soil"}, True),
        ({"waste_kind": "mixed"}, True),
        ({"waste_kind": "domestic"}, False),
        ({"place": None, "place_text": "路 口。"}, True),
        ({"place": None, "place_text": "别处"}, False),
    ],
)
def test_candidates_lie_within_radius_days_and_kind(session: Session, facts: dict[str, Any], alike: bool) -> None:
    clue, other = a_clue(session), a_clue(session, **facts)
    assert [each.id for each in queries.candidates(session, clue, LIMITS)] == ([other.id] if alike else [])
    assert [each.id for each in queries.candidates(session, other, LIMITS)] == ([clue.id] if alike else [])


def test_an_act_of_many_days_is_alike_to_what_was_seen_on_any_of_them(session: Session) -> None:
    long = a_clue(
        session,
        happened_from=SEEN_AT - timedelta(days=40),
        happened_to=SEEN_AT + timedelta(days=20),
        seen_at=SEEN_AT + timedelta(days=20),
    )
    other = a_clue(session, seen_at=SEEN_AT - timedelta(days=30))
    assert [each.id for each in queries.candidates(session, other, LIMITS)] == [long.id]


def test_a_case_opened_without_a_clue_is_found_too(hand: Hand) -> None:
    case = hand.open(place=HERE)
    clue = a_clue(hand.session)
    (found,) = queries.candidates(hand.session, clue, LIMITS)
    assert (found.noun, found.id) == ("case", case.id)
    assert [line.points for line in found.found.lines] == [50, 30, 20]


# --- merged, dismissed, opened --------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "files")


def with_photo(session: Session, store: LocalStore, clue: Clue, colour: str) -> None:
    sha256, size = store.put(BytesIO(a_photo(colour)), limit_bytes=10**6)
    operations.add_file(session, store, SERVICE, clue, Kept(sha256, size, "a.jpg"), pictures_only=True)


def test_merging_keeps_both_and_what_came_with_them(session: Session, store: LocalStore) -> None:
    first, second, third = (a_clue(session) for _ in range(3))
    for clue, colour in zip((first, second, third), ("red", "green", "blue"), strict=True):
        with_photo(session, store, clue, colour)
    operations.merge(session, SERVICE, third.id, second.id, "")
    operations.merge(session, SERVICE, second.id, first.id, "同一处")
    assert [clue.merged_into_id for clue in (second, third)] == [first.id, first.id]
    case = operations.open_case(
        session, CASES, somebody(session, Role.CASE_OFFICER), first.id, title="示例案", limits=LIMITS
    )
    assert len(engine.files_of(session, case.id)) == 3
    assert {clue.id for clue in queries.of_case(session, case.id)} == {first.id, second.id, third.id}
    for clue in (first, second, third):
        assert queries.coarse_state(session, clue.tracking_no) == "taken_up"


def test_what_is_merged_into_an_open_case_lands_in_its_file(session: Session, store: LocalStore) -> None:
    officer = somebody(session, Role.CASE_OFFICER)
    first = a_clue(session)
    case = operations.open_case(session, CASES, officer, first.id, title="示例案", limits=LIMITS)
    late = a_clue(session, seen_at=SEEN_AT + timedelta(days=1))
    with_photo(session, store, late, "red")
    operations.merge(session, officer, late.id, first.id, "同一处")
    assert len(engine.files_of(session, case.id)) == 1


def test_a_clue_is_settled_once(session: Session) -> None:
    clue, other = a_clue(session), a_clue(session)
    with pytest.raises(ReasonWanting):
        operations.dismiss(session, SERVICE, clue.id, " ")
    operations.dismiss(session, SERVICE, clue.id, "重复报告")
    with pytest.raises(ClueSettled, match="dismissed"):
        operations.merge(session, SERVICE, clue.id, other.id, "")
    with pytest.raises(MergeRefused, match="dismissed"):
        operations.merge(session, SERVICE, other.id, clue.id, "")
    with pytest.raises(MergeRefused, match="the same"):
        operations.merge(session, SERVICE, other.id, other.id, "")


def test_likenesses_are_looked_at_before_a_case_is_opened(session: Session) -> None:
    officer = somebody(session, Role.CASE_OFFICER)
    clue, other = a_clue(session), a_clue(session)
    with pytest.raises(LooksAlike) as refusal:
        operations.open_case(session, CASES, officer, clue.id, title="示例案", limits=LIMITS)
    assert [each["field"] for each in refusal.value.errors] == [other.tracking_no]
    operations.open_case(
        session, CASES, officer, clue.id, title="示例案", limits=LIMITS, despite="相隔一道围墙,不是同一堆"
    )
    assert clue.reason == "相隔一道围墙,不是同一堆"


def test_a_case_takes_over_place_days_and_land_of_its_clue(session: Session) -> None:
    area, parcel = an_area(session, geom=AROUND), a_parcel(session, shape=land(10, 10))
    clue = a_clue(session, place=(113.5305, 22.4005), happened_from=SEEN_AT - timedelta(days=3), happened_to=SEEN_AT)
    case = operations.open_case(
        session, CASES, somebody(session, Role.CASE_OFFICER), clue.id, title="示例案", limits=LIMITS
    )
    assert (case.facts["happened_from"], case.facts["happened_to"]) == ("2026-08-29", "2026-09-01")
    assert [row["id"] for row in engine.parcels_of(session, case.id)] == [parcel.id]
    assert clue.area_id == case.area_id
    assert case.area_id == area.id


def test_a_clue_says_where(session: Session) -> None:
    with pytest.raises(PlaceWanting):
        a_clue(session, place=None, place_text="  ")


def test_tracking_numbers_cannot_be_guessed() -> None:
    numbers = {rules.tracking_no(date(2026, 9, 1)) for _ in range(2_000)}
    assert len(numbers) == 2_000
    assert all(rules.TRACKING.fullmatch(number) for number in numbers)


@pytest.mark.parametrize("reviewed", [False, True])
@pytest.mark.parametrize("published", [False, True])
def test_a_camera_is_evidence_only_when_reviewed_and_published(reviewed: bool, published: bool) -> None:
    assert camera_evidence(reviewed=reviewed, published=published)[0] is (reviewed and published)


def test_the_flag_of_a_camera_is_shown_on_clue_and_case(session: Session) -> None:
    parcel = a_parcel(session)
    camera_id = session.scalar(
        text(
            "insert into camera (parcel_id, geom) select id, st_pointonsurface(geom) from parcel where id = :id returning id"
        ),
        {"id": parcel.id},
    )
    clue = a_clue(session, source="camera", camera_id=camera_id)
    case = operations.open_case(
        session, CASES, somebody(session, Role.CASE_OFFICER), clue.id, title="示例案", limits=LIMITS
    )
    (told,) = CASES.details(session, case)["clues"]
    assert told["camera"]["usable"] is False
    session.execute(
        text("update camera set reviewed_on = :on, published_url = 'https://example.cn/a' where id = :id"),
        {"on": clock.today(), "id": camera_id},
    )
    (told,) = CASES.details(session, case)["clues"]
    assert told["camera"]["usable"] is True


# --- doors ----------------------------------------------------------------------------------------------------------


def sent(**more: Any) -> dict[str, Any]:
    return {"source": "phone", "waste_kind": "domestic", "place": list(HERE), "place_text": "路口", **more}


def test_the_desk_takes_in_compares_merges_and_opens(sign_in: Callable[..., Person]) -> None:
    officer, inspector = sign_in(Role.CASE_OFFICER), sign_in(Role.INSPECTOR)
    first = inspector.post("/api/v1/clues", json=sent(quantity_m3="20")).json()
    second = officer.post("/api/v1/clues", json=sent(source="hotline")).json()
    assert officer.post(f"/api/v1/clues/{first['id']}/files", files={"file": ("a.jpg", a_photo())}).status_code == 201
    told = officer.get("/api/v1/me/notifications").json()["items"]
    assert [each["link"] for each in told] == [f"/desk/clues/{first['id']}"]
    page = officer.get(f"/api/v1/clues/{second['id']}").json()
    assert [(each["id"], each["score"]) for each in page["candidates"]] == [(first["id"], 100)]
    refused = officer.post(f"/api/v1/clues/{second['id']}/open", json={"title": "示例案"})
    assert (refused.status_code, refused.json()["code"]) == (409, "clue.looks_alike")
    assert inspector.post(f"/api/v1/clues/{second['id']}/merge", json={"into_id": first["id"]}).status_code == 403
    assert (
        officer.post(f"/api/v1/clues/{second['id']}/merge", json={"into_id": first["id"]}).json()["state"] == "merged"
    )
    opened = officer.post(f"/api/v1/clues/{first['id']}/open", json={"title": "示例案"})
    assert opened.status_code == 201, opened.text
    case = officer.get(f"/api/v1/cases/{opened.json()['case_id']}").json()
    assert [file["label"] for file in case["files"]] == [f"线索 {first['tracking_no']}"]
    assert {clue["tracking_no"] for clue in case["details"]["clues"]} == {first["tracking_no"], second["tracking_no"]}
    listed = officer.get("/api/v1/clues?state=opened").json()["items"]
    assert [each["id"] for each in listed] == [first["id"]]


def test_clues_of_another_area_are_not_seen(sign_in: Callable[..., Person], services: Any) -> None:
    with services.sessions.begin() as session:
        here, there = an_area(session, geom=AROUND), an_area(session)
        ids = here.id, there.id
    clue = sign_in(Role.CASE_OFFICER).post("/api/v1/clues", json=sent()).json()
    assert clue["area_id"] == ids[0]
    assert sign_in(Role.CASE_OFFICER, area_id=ids[0]).get(f"/api/v1/clues/{clue['id']}").status_code == 200
    stranger = sign_in(Role.CASE_OFFICER, area_id=ids[1])
    assert stranger.get(f"/api/v1/clues/{clue['id']}").status_code == 404
    assert stranger.get("/api/v1/clues").json()["items"] == []
