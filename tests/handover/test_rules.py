"""The table of handovers and what stands in the way: pure."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.handover import rules
from gis_service.handover.rules import HANDOVER, PHOTO_SIDES, Photo, Situation
from gis_service.parcels.rules import DisposalStatus, FenceStatus, GeomSource, HandoverStatus, SurveyStatus
from gis_service.procedures.rules import faults

TODAY = date(2026, 11, 28)
PHOTOS = tuple(Photo(side, TODAY) for side in PHOTO_SIDES)
LOOKED = {
    "outline_confirmed": True, "fence_seen": "full", "sign_seen": "good", "waste_seen": False, "occupied": False, "access": True,
}  # fmt: skip


def known(**more: object) -> Situation:
    return Situation(**{"parcel_no": "T-0001", "checklist": LOOKED, "photos": PHOTOS, **more})  # type: ignore[arg-type]


def codes(situation: Situation) -> list[str]:
    return [blocker.code for blocker in rules.obstacles(situation, TODAY)]


def test_the_table_holds_together() -> None:
    assert faults(HANDOVER) == []


def test_every_state_under_way_is_a_status_of_the_register() -> None:
    final = {"withdrawn", "refused"}
    assert {state.code for state in HANDOVER.states} - final <= set(HandoverStatus)


def test_good_land_has_nothing_in_its_way() -> None:
    assert codes(known()) == []


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("retired", {"retired": True}),
        ("right_holder", {"has_right_holder": False}),
        ("topology", {"open_faults": 1}),
        ("outline", {"geom_source": GeomSource.DRAWN}),
        ("survey", {"survey_status": SurveyStatus.LAB}),
        ("waste", {"waste_found": True, "disposal_status": DisposalStatus.ACCEPTANCE}),
        ("case", {"open_cases": 2}),
        ("rectification", {"open_rectifications": 1}),
        ("boundary", {"checklist": {**LOOKED, "outline_confirmed": False}}),
        ("fence", {"checklist": {**LOOKED, "fence_seen": "damaged"}}),
        ("sign", {"checklist": {**LOOKED, "sign_seen": "damaged"}}),
        ("seen", {"checklist": {**LOOKED, "waste_seen": True}}),
        ("seen", {"checklist": {**LOOKED, "occupied": True}}),
        ("seen", {"checklist": {**LOOKED, "access": False}}),
        ("photos", {"photos": PHOTOS[:3]}),
        ("photos", {"photos": (*PHOTOS[:3], Photo("北侧", TODAY - timedelta(days=31)))}),
        ("witness", {"needs_witness": True}),
        ("newer", {"has_newer": False}),
    ],
)
def test_each_blocker_is_named_alone_with_a_sentence_in_both_languages(code: str, facts: dict[str, object]) -> None:
    (blocker,) = rules.obstacles(known(**facts), TODAY)
    assert (blocker.code, blocker.waivable) == (code, rules.CODES[code][2])
    assert "T-0001" in blocker.zh
    assert "T-0001" in blocker.en


def test_nobody_looked_and_nobody_confirmed_the_outline() -> None:
    assert codes(known(checklist=None)) == ["checklist", "boundary"]


def test_before_anybody_looked_fence_and_sign_are_what_the_register_says() -> None:
    unseen = known(checklist=None, fence_status=FenceStatus.NONE, sign_count=0)
    assert codes(unseen) == ["checklist", "boundary", "fence", "sign"]
    assert codes(known(fence_status=FenceStatus.NONE, sign_count=0)) == []


def test_waste_that_was_cleared_and_accepted_is_no_obstacle() -> None:
    for status in (DisposalStatus.AUDITED, DisposalStatus.CLOSED_OUT):
        assert codes(known(waste_found=True, disposal_status=status)) == []


def test_a_photo_of_the_thirtieth_day_still_counts() -> None:
    assert codes(known(photos=[Photo(side, TODAY - timedelta(days=30)) for side in PHOTO_SIDES])) == []


def test_the_newest_photo_of_a_side_counts() -> None:
    old = Photo("东侧", TODAY - timedelta(days=90))
    assert codes(known(photos=[*PHOTOS, old])) == []


def test_work_that_has_not_come_up_yet_is_no_obstacle() -> None:
    fresh = known(state="listed", checklist=None, photos=(), needs_witness=True)
    assert rules.ahead("listed", rules.obstacles(fresh, TODAY)) == []
    assert [b.code for b in rules.ahead("inspection", rules.obstacles(fresh, TODAY))] == [
        "checklist",
        "boundary",
        "photos",
    ]
    assert [b.code for b in rules.ahead("signing", rules.obstacles(known(needs_witness=True), TODAY))] == ["witness"]


@given(st.sampled_from(sorted(rules.GUARDS)), st.lists(st.sampled_from(sorted(rules.CODES)), unique=True))
def test_a_step_asks_only_for_its_own_blockers(action: str, found: list[str]) -> None:
    blockers = [rules._blocker(code, code, code) for code in found]
    asked = [blocker.code for blocker in rules.guarding(action, blockers)]
    assert asked == [code for code in found if code in rules.GUARDS[action]]


def test_every_guarded_code_has_words_and_every_step_it_guards_is_there() -> None:
    assert {code for asked in rules.GUARDS.values() for code in asked} <= set(rules.CODES)
    assert set(rules.GUARDS) <= {step.action for step in HANDOVER.steps}


@given(st.sampled_from(sorted(rules.UNDER_WAY)), st.sampled_from(sorted(HandoverStatus)))
def test_land_in_care_stays_so_in_the_register_until_it_is_signed_for(state: str, before: str) -> None:
    status = rules.register_status(state, before)
    assert status == (before if before in rules.KEPT_IN_CARE else state)
    assert rules.register_status("withdrawn", before) == rules.register_status("refused", before) == before


@pytest.mark.parametrize("side", ["giving", "receiving", "witness"])
def test_nobody_signs_for_another_side(side: str) -> None:
    for other in {"giving", "receiving", "witness"} - {side}:
        assert not rules.may_sign(side, frozenset({other}), drawn=True)
    assert rules.may_sign(side, frozenset({side}), drawn=False)
    assert rules.may_sign(side, frozenset({"office"}), drawn=True)
    assert rules.may_sign(side, frozenset({"office"}), drawn=False) is (side == "giving")
