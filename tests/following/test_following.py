"""What becomes of what a patrol saw: the right thing, once, and those who handle it know."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.cases.clues.models import Clue, ClueFile
from gis_service.core import clock, db
from gis_service.following import operations, rules
from gis_service.following.operations import AGAIN, House
from gis_service.following.rules import Then
from gis_service.notifications.models import Notification
from gis_service.patrols.findings import origins
from gis_service.patrols.items import ITEMS
from gis_service.patrols.models import Observation
from gis_service.procedures import queries as engine
from gis_service.procedures.models import Proceeding
from gis_service.rectification import queries
from gis_service.rectification.conduct import details
from gis_service.rectification.models import Rectification
from gis_service.rectification.rules import BEFORE
from tests.factories import a_parcel
from tests.following.conftest import Walk, near


def told(session: Session, user_id: int | None) -> list[str]:
    """What a person reads in their list; nobody else may."""
    db.setting(session, app_actor=str(user_id))
    titles = list(session.scalars(select(Notification.title_zh).where(Notification.user_id == user_id)))
    db.setting(session, app_actor="")
    return titles


def test_every_check_item_has_a_line_of_the_table() -> None:
    assert set(rules.TABLE.rules) == set(ITEMS)


@pytest.mark.parametrize("item", [code for code, item in ITEMS.items() if item.case])
def test_what_may_be_dumping_becomes_a_clue_however_slight(item: str) -> None:
    assert rules.decide(item, "low", recurred=False).then is Then.CLUE


@pytest.mark.parametrize(
    ("material", "kind"), [("rubble", "construction"), ("hazardous", "hazardous"), (None, "mixed"), (["x"], "mixed")]
)
def test_the_form_tells_the_kind_of_waste(material: object, kind: str) -> None:
    assert rules.decide("NEW_WASTE", "high", recurred=False, material=material).waste_kind == kind


@pytest.mark.parametrize(
    "fault",
    [{"then": "party"}, {"then": "none", "least": "urgent"}, {"then": "clue", "waste_kind": "gold"}],
)
def test_a_table_with_a_fault_is_refused(fault: dict[str, str]) -> None:
    lines = {code: {"then": "none"} for code in ITEMS} | {"FENCE": fault}
    with pytest.raises(ValueError, match=r"party|least|gold"):
        rules.read({"recurred_raises": True, "merge_score": 70, "same_place_m": 30, "items": lines})


def test_a_table_that_forgets_an_item_is_refused() -> None:
    with pytest.raises(ValueError, match="FENCE"):
        rules.read({"recurred_raises": True, "merge_score": 70, "same_place_m": 30, "items": {
            code: {"then": "none"} for code in ITEMS if code != "FENCE"
        }})  # fmt: skip


def test_a_broken_fence_becomes_a_rectification_with_its_photos(session: Session, walk: Walk, house: House) -> None:
    seen = walk.sees(photos=2)
    assert operations.follow(session, house, seen.id) is Then.RECTIFICATION
    made = session.get_one(Proceeding, seen.followed_by_id)
    own = queries.one(session, made.id)
    assert (own.item_code, own.source, own.parcel_id, own.severity) == ("FENCE", "patrol", walk.parcel.id, "medium")
    assert (made.counterpart_unit_id, made.unit_id, made.opened_by) == (
        walk.unit.id, walk.office.id, walk.inspector.id,
    )  # fmt: skip
    assert own.description == "围蔽:东侧破损 12 米"
    assert len(queries.photos(session, made.id, BEFORE)) == 2
    assert (seen.followed_by_noun, seen.followed_at is not None) == ("rectification", True)


def test_who_handles_it_sees_where_it_came_from(session: Session, walk: Walk, house: House) -> None:
    seen = walk.sees()
    operations.follow(session, house, seen.id)
    made = session.get_one(Proceeding, seen.followed_by_id)
    (origin,) = details(session, made)["observations"]
    assert (origin["id"], origin["patrol_id"], origin["by"], origin["photos"]) == (
        seen.id, walk.patrol.id, walk.inspector.name, 1,
    )  # fmt: skip
    assert told(session, walk.officer.id), "whoever may issue the notice is told"


def test_fresh_soil_becomes_a_clue_that_duty_is_told_of(session: Session, walk: Walk, house: House) -> None:
    seen = walk.sees("NEW_SOIL", shape=near(), quantity=12, quantity_unit="m3", description=None)
    assert operations.follow(session, house, seen.id) is Then.CLUE
    clue = session.get_one(Clue, seen.followed_by_id)
    assert (clue.source, clue.waste_kind, clue.quantity_m3, clue.state) == ("patrol", "excavated_soil", 12, "new")
    assert clue.what == "新增堆土、渣土,约 12 立方米"
    assert session.scalar(select(func.count()).select_from(ClueFile).where(ClueFile.clue_id == clue.id)) == 1
    assert any("新线索" in title for title in told(session, walk.duty.id))
    assert origins(session, "clue", [clue.id])[0]["id"] == seen.id


def test_a_trifle_stays_in_the_record(session: Session, walk: Walk, house: House) -> None:
    seen = walk.sees("OTHER", severity="low")
    assert operations.follow(session, house, seen.id) is Then.NONE
    assert (seen.followed_by_noun, seen.followed_by_id) == ("none", None)


def test_a_second_sight_of_what_is_open_adds_its_photo(session: Session, walk: Walk, house: House) -> None:
    first, second = walk.sees(), walk.sees()
    for seen in (first, second):
        operations.follow(session, house, seen.id)
    assert first.followed_by_id == second.followed_by_id
    labels = [file.label for file in engine.files_of(session, first.followed_by_id or 0)]
    assert len(labels) == 2
    assert BEFORE in labels
    assert any(label.startswith(AGAIN) for label in labels)
    assert any("再次发现" in title for title in told(session, walk.officer.id))


def test_another_item_or_another_parcel_is_another_problem(session: Session, walk: Walk, house: House) -> None:
    elsewhere = a_parcel(session, area_id=walk.area.id, custodian_unit_id=walk.unit.id)
    all_seen = [walk.sees(), walk.sees("GATE"), walk.sees(parcel=elsewhere)]
    for seen in all_seen:
        operations.follow(session, house, seen.id)
    assert len({seen.followed_by_id for seen in all_seen}) == 3


def test_what_comes_back_within_ninety_days_counts_as_more_severe(session: Session, walk: Walk, house: House) -> None:
    first = walk.sees()
    operations.follow(session, house, first.id)
    made = session.get_one(Proceeding, first.followed_by_id)
    made.is_closed, made.closed_at, made.state = True, clock.now(), "closed"
    session.flush()
    again = walk.sees()
    operations.follow(session, house, again.id)
    own = queries.one(session, again.followed_by_id or 0)
    assert (again.followed_by_id == first.followed_by_id, own.recurred, own.severity) == (False, True, "high")


def test_beside_all_parcels_the_same_place_is_the_same_problem(session: Session, walk: Walk, house: House) -> None:
    here, close_by, far = (
        walk.sees("WATER", parcel_id=None, shape=near(east)) for east in (0.0, 0.0001, 0.001)
    )  # 0, about 10 and about 103 metres
    for seen in (here, close_by, far):
        operations.follow(session, house, seen.id)
    assert here.followed_by_id == close_by.followed_by_id != far.followed_by_id


def test_a_clue_of_the_same_place_time_and_kind_is_merged_and_stays(session: Session, walk: Walk, house: House) -> None:
    first, second = walk.sees("NEW_SOIL", shape=near()), walk.sees("NEW_SOIL", shape=near(0.0001))
    for seen in (first, second):
        operations.follow(session, house, seen.id)
    merged = session.get_one(Clue, second.followed_by_id)
    assert (merged.state, merged.merged_into_id) == ("merged", first.followed_by_id)
    assert len(told(session, walk.duty.id)) == 1, "nobody is told of it as if it were new"


def test_a_clue_that_is_only_somewhat_alike_waits_for_people(session: Session, walk: Walk, house: House) -> None:
    first, second = walk.sees("NEW_SOIL", shape=near()), walk.sees("NEW_WASTE", shape=near(0.001))
    for seen in (first, second):
        operations.follow(session, house, seen.id)
    assert session.get_one(Clue, second.followed_by_id).state == "new"


def test_a_broken_photo_does_not_keep_a_fence_from_being_repaired(session: Session, walk: Walk, house: House) -> None:
    seen = walk.sees(photos=1)
    walk.photographs(seen, b"\xff\xd8\xff and then nonsense")
    assert operations.follow(session, house, seen.id) is Then.RECTIFICATION
    assert len(queries.photos(session, seen.followed_by_id or 0, BEFORE)) == 1


def test_a_phone_whose_clock_is_ahead_is_followed_all_the_same(session: Session, walk: Walk, house: House) -> None:
    seen = walk.sees(at=clock.now() + timedelta(days=3))
    assert operations.follow(session, house, seen.id) is Then.RECTIFICATION
    assert queries.one(session, seen.followed_by_id or 0).found_on == clock.today()


@pytest.mark.parametrize(("item", "who"), [("FENCE", "officer"), ("NEW_SOIL", "duty")])
def test_a_correction_is_told_once_to_whoever_handles_it(
    session: Session, walk: Walk, house: House, item: str, who: str
) -> None:
    seen = walk.sees(item, shape=near())
    operations.follow(session, house, seen.id)
    walk.corrects(seen, "quantity", None, 20)
    for _ in range(2):
        operations.follow(session, house, seen.id)
    titles = [title for title in told(session, getattr(walk, who).id) if "已更正" in title]
    assert len(titles) == 1
    (origin,) = origins(session, str(seen.followed_by_noun), [seen.followed_by_id or 0])
    assert [(each["field"], each["was"], each["now"]) for each in origin["changes"]] == [("quantity", None, 20)]


def test_what_was_corrected_before_it_was_followed_is_no_news(session: Session, walk: Walk, house: House) -> None:
    seen = walk.sees()
    walk.corrects(seen, "severity", "low", "medium")
    operations.follow(session, house, seen.id)
    operations.follow(session, house, seen.id)
    assert not [title for title in told(session, walk.officer.id) if "已更正" in title]


EVENTS = st.lists(st.tuples(st.sampled_from(["follow", "correct"]), st.integers(0, 4)), max_size=25)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_any_order_and_repetition_gives_each_observation_one_follower(
    session: Session, house: House, events: list[tuple[str, int]]
) -> None:
    with session.begin_nested() as undone:
        walk = Walk(session, house.store)  # type: ignore[arg-type]
        seen = [
            *(walk.sees(photos=0) for _ in range(2)), walk.sees("GATE", photos=0),
            *(walk.sees("NEW_SOIL", photos=0, shape=near()) for _ in range(2)),
        ]  # fmt: skip
        for what, n in [*events, *(("follow", n) for n in range(5))]:
            if what == "follow":
                operations.follow(session, house, seen[n].id)
            else:
                walk.corrects(seen[n], "severity", "low", "high")
        ids = [each.id for each in seen]
        followers = dict(
            session.execute(select(Observation.id, Observation.followed_by_id).where(Observation.id.in_(ids))).all()
        )
        opened = session.scalar(
            select(func.count()).select_from(Rectification).where(Rectification.parcel_id == walk.parcel.id)
        )
        clues = session.scalar(select(func.count()).select_from(Clue).where(Clue.created_by == walk.inspector.id))
        assert all(followers.values())
        assert (followers[ids[0]] == followers[ids[1]], opened, clues) == (True, 2, 2)
        undone.rollback()
