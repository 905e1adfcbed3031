"""A survey from its opening to its approval: what closes a parcel, what does not, and how the register goes along."""

from decimal import Decimal
from typing import Any

import pytest
from shapely import MultiPolygon
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.parcels.models import Parcel
from gis_service.procedures.errors import Blocked, SamePerson
from gis_service.procedures.models import Proceeding
from gis_service.procedures.operations import Opening, open_proceeding
from gis_service.surveys import queries
from gis_service.surveys.bodies import operations as bodies
from gis_service.surveys.conduct import SURVEYS
from gis_service.surveys.errors import OneParcelOnly, UnderWay
from gis_service.surveys.estimates.models import VolumeEstimate
from tests.factories import a_parcel, land
from tests.filing import take
from tests.surveys.making import SQUARE, a_log, a_sample, a_survey, holes, leader, officer

DESK = {"suspicion": "high", "history": "2009 年吹填,2016 年有倾倒线索"}


def report(session: Session, who: Actor, survey: Proceeding, result: str) -> None:
    take(session, SURVEYS, who, survey, "finish_desk", DESK)
    take(session, SURVEYS, who, survey, "start_drilling", {"spacing_m": "40"})
    take(session, SURVEYS, who, survey, "report", {"survey_result": result, "conclusion": "见报告"})


def reviewed(session: Session, survey: Proceeding, verdict: str = "pass") -> None:
    facts = {"experts": ["王教授"], "verdict": verdict, "review_note": "同意"}
    take(session, SURVEYS, officer(session), survey, "review", facts)


def blocked_by(
    session: Session, survey: Proceeding, action: str, who: Actor, facts: dict[str, Any] | None = None
) -> set[str]:
    with pytest.raises(Blocked) as blocked:
        take(session, SURVEYS, who, survey, action, facts)
    return {each["code"] for each in blocked.value.errors}


def parcel_of(session: Session, survey: Proceeding) -> Parcel:
    return session.get_one(Parcel, queries.one(session, survey.id).parcel_id, populate_existing=True)


def a_body(session: Session, survey: Proceeding, best: str = "1000") -> int:
    volume = Decimal(best)
    estimate = VolumeEstimate(
        survey_id=survey.id, inputs={}, inputs_sha256="", state="done", result={}, low_m3=volume / 2, best_m3=volume, high_m3=volume * 2
    )  # fmt: skip
    session.add(estimate)
    session.flush()
    return bodies.draw(session, queries.one(session, survey.id), SQUARE, {}, estimate=estimate).id


def test_negative_geophysics_alone_never_closes_a_parcel(session: Session) -> None:
    who = officer(session)
    survey = a_survey(session, who)
    take(session, SURVEYS, who, survey, "finish_desk", DESK)
    take(session, SURVEYS, who, survey, "finish_geophysics", {"geophysics": ["ert"], "geophysics_finding": "未见异常"})
    take(session, SURVEYS, who, survey, "report", {"survey_result": "negative", "conclusion": "物探未见异常"})
    reviewed(session, survey)
    assert blocked_by(session, survey, "approve", leader(session)) == {"no_intrusive_evidence"}
    assert parcel_of(session, survey).survey_status == "reported"


def test_a_signed_reason_lets_a_negative_without_holes_pass(session: Session) -> None:
    who, chief = officer(session), leader(session)
    survey = a_survey(session, who)
    take(session, SURVEYS, who, survey, "finish_desk", DESK)
    take(session, SURVEYS, who, survey, "report", {"survey_result": "negative", "conclusion": "山体基岩出露"})
    reviewed(session, survey)
    take(
        session,
        SURVEYS,
        chief,
        survey,
        "waive",
        {"waived_blocker": "no_intrusive_evidence"},
        reason="全部为基岩,不可能填埋",
    )
    take(session, SURVEYS, chief, survey, "approve")
    parcel = parcel_of(session, survey)
    assert (parcel.survey_status, parcel.waste_found, parcel.waste_volume_m3) == ("approved", False, None)


def test_a_negative_needs_as_many_holes_as_the_layout_asks(session: Session) -> None:
    who, chief = officer(session), leader(session)
    survey = a_survey(session, who)
    holes(session, who, survey, [a_log(n, waste_m="0") for n in range(5)])
    report(session, who, survey, "negative")
    reviewed(session, survey)
    assert blocked_by(session, survey, "approve", chief) == {"too_few_points"}
    holes(session, who, survey, [a_log(5, waste_m="0")])
    take(session, SURVEYS, chief, survey, "approve")
    assert parcel_of(session, survey).survey_status == "approved"


def test_a_hole_with_waste_forbids_a_negative_and_nobody_waives_it(session: Session) -> None:
    who = officer(session)
    survey = a_survey(session, who)
    holes(session, who, survey, [a_log(n, waste_m="0.3" if n == 4 else "0") for n in range(8)])
    report(session, who, survey, "negative")
    reviewed(session, survey)
    assert blocked_by(session, survey, "approve", leader(session)) == {"waste_shown"}


@pytest.mark.parametrize("result", ["suspected", "inconclusive"])
def test_what_is_not_conclusive_is_sent_back_and_supplemented(session: Session, result: str) -> None:
    who, chief = officer(session), leader(session)
    survey = a_survey(session, who)
    holes(session, who, survey, [a_log(n, waste_m="0") for n in range(6)])
    report(session, who, survey, result)
    reviewed(session, survey)
    assert blocked_by(session, survey, "approve", chief) == {"not_conclusive"}
    take(session, SURVEYS, chief, survey, "send_back", reason="东侧未布孔")
    assert parcel_of(session, survey).survey_status == "resurvey"
    take(session, SURVEYS, who, survey, "report", {"survey_result": "negative", "conclusion": "已补钻"})
    assert blocked_by(session, survey, "approve", chief) == {"not_reviewed"}, (
        "the earlier review was of the earlier report"
    )


def test_a_positive_is_shown_by_a_hole_a_body_and_its_volume(session: Session) -> None:
    who, chief = officer(session), leader(session)
    survey = a_survey(session, who)
    report(session, who, survey, "positive")
    reviewed(session, survey)
    assert blocked_by(session, survey, "approve", chief) == {"no_waste_shown", "no_body"}
    holes(session, who, survey, [a_log(n, open_ended=n == 2) for n in range(4)])
    a_body(session, survey, "1234.5")
    take(session, SURVEYS, chief, survey, "approve")
    parcel = parcel_of(session, survey)
    assert (parcel.survey_status, parcel.waste_found, parcel.waste_volume_m3) == ("approved", True, Decimal("1234.5"))
    assert SURVEYS.details(session, survey)["open_ended"] == 1


def test_a_body_across_parcels_gives_each_its_part(session: Session) -> None:
    who, chief = officer(session), leader(session)
    survey = a_survey(session, who)
    neighbour = a_parcel(session, shape=land(1, 0))
    holes(session, who, survey, [a_log(n) for n in range(4)])
    over_both = land(0, 0, 0.0005).union(land(0, 0, 0.001)).union(land(1, 0))
    estimate = VolumeEstimate(
        survey_id=survey.id, inputs={}, inputs_sha256="", state="done", result={}, low_m3=1, best_m3=800, high_m3=900
    )
    session.add(estimate)
    session.flush()
    body = bodies.draw(session, queries.one(session, survey.id), _multi(over_both), {}, estimate=estimate)
    shares = {parcel_id: share for _, parcel_id, _, share in bodies.parcels_of(session, [body.id])}
    assert shares == {queries.one(session, survey.id).parcel_id: Decimal("0.5000"), neighbour.id: Decimal("0.5000")}
    report(session, who, survey, "positive")
    reviewed(session, survey)
    take(session, SURVEYS, chief, survey, "approve")
    assert parcel_of(session, survey).waste_volume_m3 == 400


def _multi(shape: Any) -> Any:
    return shape if shape.geom_type == "MultiPolygon" else MultiPolygon([shape])


def test_samples_must_have_results_before_a_report(session: Session) -> None:
    who = officer(session)
    survey = a_survey(session, who)
    holes(session, who, survey, [a_log(0, samples=(a_sample("S1"), a_sample("S2", ("铅", "0.4", "mg/L"))))])
    take(session, SURVEYS, who, survey, "finish_desk", DESK)
    facts = {"survey_result": "positive", "conclusion": "见报告"}
    assert blocked_by(session, survey, "report", who, facts) == {"results_wanting"}


def test_who_reported_neither_reviews_nor_approves(session: Session) -> None:
    who = officer(session)
    survey = a_survey(session, who)
    report(session, who, survey, "negative")
    facts = {"experts": ["王教授"], "verdict": "pass", "review_note": "同意"}
    with pytest.raises(SamePerson):
        take(session, SURVEYS, who, survey, "review", facts)


def test_a_parcel_has_one_survey_under_way(session: Session) -> None:
    who = officer(session)
    survey = a_survey(session, who)
    with pytest.raises(UnderWay, match=survey.proceeding_no):
        a_survey(session, who, parcel_of(session, survey))
    take(session, SURVEYS, leader(session), survey, "cancel", reason="改由市里统一摸排")
    assert parcel_of(session, survey).survey_status == "pending"
    a_survey(session, who, parcel_of(session, survey))


def test_a_survey_is_about_one_parcel(session: Session) -> None:
    with pytest.raises(OneParcelOnly):
        open_proceeding(session, SURVEYS, officer(session), "440402", Opening("摸排", parcel_ids=[]))


def test_an_approved_survey_stands(session: Session) -> None:
    """The database itself refuses another hole, another layer, another result, another estimate."""
    who, chief = officer(session), leader(session)
    survey = a_survey(session, who)
    points = holes(session, who, survey, [a_log(n, waste_m="0") for n in range(6)])
    report(session, who, survey, "negative")
    reviewed(session, survey)
    take(session, SURVEYS, chief, survey, "approve")
    for statement in (
        f"update survey_point set total_depth_m = 99 where id = {points[0].id}",
        f"update stratum set is_waste = true where point_id = {points[0].id}",
        f"insert into volume_estimate (survey_id, inputs, inputs_sha256) values ({survey.id}, '{{}}', '')",
        f"insert into survey_sample (point_id, sample_no, from_m, to_m, medium) values ({points[0].id}, 'X', 0, 1, 'soil')",
    ):
        with pytest.raises(IntegrityError, match="stands"), session.begin_nested():
            session.execute(text(statement))


@pytest.mark.parametrize(
    "spoil",
    [
        "update stratum set to_m = to_m - 0.1 where point_id = {id} and seq = 1",
        "update stratum set from_m = from_m - 0.1 where point_id = {id} and seq = 2",
        "update survey_point set total_depth_m = 4 where id = {id}",
        "insert into stratum (point_id, seq, from_m, to_m, soil_name, is_waste) values ({id}, 9, 4.5, 6, '砂', false)",
    ],
)
def test_the_database_refuses_a_log_that_contradicts_itself(session: Session, spoil: str) -> None:
    who = officer(session)
    (point,) = holes(session, who, a_survey(session, who), [a_log(0)])
    session.execute(text("set constraints all immediate"))
    with pytest.raises(IntegrityError, match="gap, overlap or end elsewhere"), session.begin_nested():
        session.execute(text(spoil.format(id=point.id)))
