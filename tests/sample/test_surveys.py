"""The sample's surveys agree with its register, and rest on holes that lie where they should."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.parcels.models import Parcel
from gis_service.procedures import queries as engine
from gis_service.procedures.models import Proceeding
from gis_service.sample.surveys_plan import FOUND_M3
from gis_service.surveys import queries
from gis_service.surveys.bodies.models import WasteBody
from gis_service.surveys.conduct import SURVEYS
from gis_service.surveys.estimates import library
from gis_service.surveys.estimates.models import VolumeEstimate
from gis_service.surveys.laboratory import screening
from gis_service.surveys.logs import faults
from gis_service.surveys.models import Survey
from gis_service.surveys.points import operations as points
from gis_service.surveys.procedure import SURVEY
from gis_service.surveys.programmes import queries as programmes
from gis_service.surveys.programmes.models import SurveyProgramme


@pytest.fixture
def loaded(sample_services: Any) -> Iterator[Session]:
    with sample_services.owner_session() as session:
        db.enter(session, EVERYTHING)
        yield session


def surveys(session: Session) -> list[tuple[Proceeding, Survey, Parcel]]:
    asked = select(Proceeding, Survey, Parcel).join(Survey, Survey.proceeding_id == Proceeding.id)
    return [tuple(row) for row in session.execute(asked.join(Parcel, Parcel.id == Survey.parcel_id))]  # type: ignore[misc]


def test_surveys_stand_at_every_stage_as_the_register_says(loaded: Session) -> None:
    found = surveys(loaded)
    assert len(found) >= 8
    assert [no.proceeding_no for no, _, parcel in found if no.state != parcel.survey_status] == []
    under_way = {"desk_done", "geophysics_done", "drilling", "lab", "reported", "resurvey", "approved"}
    assert {proceeding.state for proceeding, _, _ in found} == under_way
    assert {own.result for _, own, _ in found} >= {"positive", "negative"}


def test_the_register_keeps_its_history(loaded: Session) -> None:
    """Telling a survey wrote nothing into the register."""
    assert (
        loaded.scalar(
            text("select count(*) from parcel_version where reason like '摸排 MP%' or reason like '处置 CZ%'")
        )
        == 0
    )


def test_there_are_many_holes_all_inside_their_parcels(loaded: Session) -> None:
    counted = text("""select count(*), count(*) filter (where not st_covers(p.geom, h.geom)),
                             count(distinct h.kind), count(*) filter (where h.waste_thickness_m > 0 and not h.bottom_reached)
                        from survey_point h join survey s on s.proceeding_id = h.survey_id join parcel p on p.id = s.parcel_id""")
    points_, outside, kinds, open_ended = loaded.execute(counted).one()
    assert (points_ >= 150, outside, kinds, open_ended >= 3) == (True, 0, 3, True)


def test_no_log_contradicts_itself(loaded: Session) -> None:
    for proceeding, _, _ in surveys(loaded):
        found = queries.points(loaded, proceeding.id)
        strata = queries.strata_of(loaded, [point.id for point in found])
        assert [fault for point in found for fault in faults(points.log_of(point, strata[point.id]))] == []


def test_finished_surveys_meet_the_rules_they_were_told_without(loaded: Session) -> None:
    """What would block an approval today would have blocked it then."""
    steps = [step for step in SURVEY.steps if step.action in ("report", "approve")]
    for proceeding, _, _ in surveys(loaded):
        if proceeding.state == "approved":
            found = [blocker for step in steps for blocker in SURVEYS.blockers(loaded, proceeding, step)]
            assert found == [], proceeding.title


def test_bodies_say_what_the_register_says(loaded: Session) -> None:
    shared = text("""select p.parcel_no, sum(b.volume_best_m3 * w.share) from waste_body b join waste_body_parcel w on w.waste_body_id = b.id
                       join parcel p on p.id = w.parcel_id where p.waste_found group by p.parcel_no""")
    found = {no: float(m3) for no, m3 in loaded.execute(shared)}
    known = dict(
        loaded.execute(select(Parcel.parcel_no, Parcel.waste_volume_m3).where(Parcel.parcel_no.in_(found))).all()
    )
    assert set(found) == set(FOUND_M3)
    assert {no: float(known[no]) for no in found} == pytest.approx(found, rel=0.01, abs=10)


def test_some_land_has_several_bodies_and_one_body_lies_in_two_parcels(loaded: Session) -> None:
    per_survey = "select max(n) from (select count(*) n from waste_body group by survey_id) s"
    per_body = "select count(*) from (select waste_body_id from waste_body_parcel group by 1 having count(*) = 2) s"
    assert loaded.scalar(text(per_survey)) == 2
    assert loaded.scalar(text(per_body)) == 1


def test_an_estimate_can_be_worked_out_again(loaded: Session) -> None:
    smallest = min(loaded.scalars(select(VolumeEstimate)), key=lambda each: len(each.inputs["holes"]))
    result, _ = library.worked_out(smallest.inputs)
    assert {side: Decimal(f"{result[side]:.1f}") for side in ("low_m3", "best_m3", "high_m3")} == {
        "low_m3": smallest.low_m3, "best_m3": smallest.best_m3, "high_m3": smallest.high_m3,
    }  # fmt: skip
    assert loaded.scalar(select(WasteBody.id).where(WasteBody.estimate_id == smallest.id))


def test_most_values_of_the_laboratory_keep_the_limits_and_some_do_not(loaded: Session) -> None:
    compared = [each for _, own, _ in surveys(loaded) for each in screening.of_survey(loaded, own)["compared"]]
    over = sum(bool(each["exceeds"]) for each in compared)
    assert 0 < over < len(compared) / 20


def test_one_programme_runs_with_land_still_missing_and_one_is_closed(loaded: Session) -> None:
    closed, running = loaded.scalars(select(SurveyProgramme).order_by(SurveyProgramme.frozen_on)).all()
    assert (closed.state, running.state) == ("closed", "frozen")
    statuses = [each["survey_status"] for each in programmes.targets(loaded, running.id)]
    done = sum(each in ("approved", "not_required") for each in statuses)
    assert 0 < done < len(statuses)
    assert loaded.scalar(text("select count(*) from survey where programme_id is not null")) >= 4


def test_lines_of_geophysics_and_some_holes_have_their_pictures(loaded: Session, sample_services: Any) -> None:
    hashes = set(
        loaded.scalars(text("select picture_sha256 from geophysics_line union select sha256 from survey_point_photo"))
    )
    assert len(hashes) > 20
    assert [each for each in hashes if not sample_services.store.path(each).is_file()] == []
    assert loaded.scalar(
        text("select count(*) from geophysics_line where anomaly is not null and interpretation like '%异常%'")
    )


def test_every_log_of_the_sample_plays_again(loaded: Session) -> None:
    found = engine.listed(loaded, SURVEY, engine.Wanted(size=500))
    assert [fault for each in found for fault in engine.faults_of(loaded, SURVEY, each)] == []
