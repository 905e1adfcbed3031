"""Each figure against what a person counts from `world`, before and after things changed; rows and figures say the same."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.cluster import Cluster
from gis_service.core.db import Scope
from gis_service.kpi.catalogue import CATALOGUE, DECIMALS, GROUPS, OWNERS, PERIODS, UNIT_ROLES, UNITS_EN
from gis_service.kpi.errors import IndicatorUnknown
from gis_service.kpi.figures import NO_AREA, NO_UNIT, Figure, figures, rounded, rows
from gis_service.kpi.late import late
from gis_service.kpi.telling import sights, told
from tests.kpi.world import AUGUST, BULKING, EXPECTED, MIXED, OCTOBER, SEPTEMBER, at, end

MOMENTS = {"september": (SEPTEMBER, 0), "october": (OCTOBER, 1)}
BOTH = pytest.mark.parametrize(("moment", "which"), MOMENTS.values(), ids=MOMENTS)


def of(found: list[Figure], code: str, name: str | None = None) -> Figure:
    return next(each for each in found if each.code == code and (each.area or each.unit) == name)


def test_every_figure_has_been_counted_by_hand() -> None:
    assert set(EXPECTED) == set(CATALOGUE)


def test_the_catalogue_is_complete_in_both_languages() -> None:
    for code, each in CATALOGUE.items():
        words = (each.zh, each.en, each.sentence_zh, each.sentence_en, each.numerator_zh, each.numerator_en)
        assert all(words), code
        assert bool(each.denominator_zh) == bool(each.denominator_en) == (each.den is not None) == (each.unit == "%"), (
            code
        )
        known = (GROUPS, OWNERS, PERIODS, UNIT_ROLES, UNITS_EN, UNITS_EN)
        told = (each.group, each.owner, each.period, each.unit_role, each.unit, each.counted_in)
        assert all(value in words for value, words in zip(told, known, strict=True)), code


@BOTH
def test_figures_are_those_counted_by_hand(reading: Session, moment: Any, which: int) -> None:
    found = {each.code: each for each in figures(reading, moment)}
    for code, expected in EXPECTED.items():
        part, whole = expected[which]
        digits = DECIMALS.get(CATALOGUE[code].counted_in, 0)
        figure = found[code]
        assert figure.numerator == rounded(Decimal(part), digits), code
        assert figure.denominator == (None if whole is None else rounded(Decimal(whole), digits)), code
        if whole is None:
            assert figure.value == rounded(Decimal(part), DECIMALS.get(CATALOGUE[code].unit, 0)), code
        elif whole == 0:
            assert figure.value is None, code
        else:
            assert figure.value == rounded(100 * figure.numerator / figure.denominator, 1), code


@BOTH
def test_the_rows_counted_make_the_figure(reading: Session, moment: Any, which: int) -> None:
    for figure in figures(reading, moment):
        behind = rows(reading, figure.code, moment)
        digits = DECIMALS.get(CATALOGUE[figure.code].counted_in, 0)
        assert rounded(sum((row["amount"] for row in behind), Decimal(0)), digits) == figure.numerator, figure.code
        if CATALOGUE[figure.code].counted_in in ("宗", "件", "个"):
            assert sum(row["counted"] for row in behind) == figure.numerator, figure.code
        if figure.denominator is not None:
            assert rounded(sum((row["weight"] for row in behind), Decimal(0)), digits) == figure.denominator
        assert all(row["counted"] == (row["amount"] != 0) for row in behind)


@BOTH
@pytest.mark.parametrize("by", ["area", "unit"])
def test_parts_make_the_whole_and_open_their_own_rows(reading: Session, moment: Any, which: int, by: Any) -> None:
    whole, parts = figures(reading, moment), figures(reading, moment, by=by)
    for figure in whole:
        those = [each for each in parts if each.code == figure.code]
        step = Decimal(1).scaleb(-DECIMALS.get(CATALOGUE[figure.code].counted_in, 0))
        assert abs(sum((each.numerator or 0 for each in those), Decimal(0)) - (figure.numerator or 0)) <= step * len(
            those
        )
        for each in those:
            behind = rows(reading, each.code, moment, area=each.area, unit=each.unit)
            assert abs(sum((row["amount"] for row in behind), Decimal(0)) - (each.numerator or 0)) <= step


def test_transferred_land_counts_for_whoever_had_it_then(reading: Session) -> None:
    before, after = (figures(reading, day, codes=["handover.done"], by="unit") for day in (end("10-09"), end("10-10")))
    assert (of(before, "handover.done", "管护甲").numerator, of(before, "handover.done", "管护甲").denominator) == (
        1,
        2,
    )
    assert (of(after, "handover.done", "管护甲").numerator, of(after, "handover.done", "管护甲").denominator) == (1, 1)
    assert of(after, "handover.done", "管护乙").value == 100


def test_a_rectification_is_the_unit_s_that_was_in_charge_then(reading: Session) -> None:
    late_ones = {day: figures(reading, end(day), codes=["rectification.late"], by="unit") for day in ("10-04", "10-05")}
    assert of(late_ones["10-04"], "rectification.late", "管护甲").numerator == 1
    assert of(late_ones["10-05"], "rectification.late", "管护乙").numerator == 1
    assert of(late_ones["10-05"], "rectification.late", "管护甲").numerator == 0


def test_every_area_has_its_line_and_what_has_none_is_told_apart(reading: Session) -> None:
    found = figures(reading, SEPTEMBER, codes=["land.count", "fence.full"], by="area")
    assert {each.area: each.value for each in found if each.code == "land.count"} == {"北": 2, "南": 1, NO_AREA: 1}
    assert of(found, "fence.full", "南").value is None, "nothing there needs a fence"
    units = figures(reading, OCTOBER, codes=["land.count"], by="unit")
    assert {each.unit: each.value for each in units} == {"管理甲": 2, "权属丙": 1, NO_UNIT: 1}


def test_before_anything_was_planned_there_is_nothing_to_divide_by(reading: Session) -> None:
    figure = figures(reading, AUGUST, codes=["survey.done"])[0]
    assert (figure.numerator, figure.denominator, figure.value) == (0, 0, None)


def test_a_project_counts_while_it_was_not_withdrawn(reading: Session) -> None:
    assert [
        figures(reading, end(day), codes=["disposal.projects"])[0].value for day in ("10-01", "10-05", "10-08")
    ] == [1, 2, 1]


def test_volumes_are_told_with_their_interval_and_shared_by_parcel(reading: Session) -> None:
    figure = figures(reading, SEPTEMBER, codes=["waste.volume"])[0]
    assert (figure.low, figure.value, figure.high) == (80, 100, 120)
    assert {row["no"]: row["amount"] for row in rows(reading, "waste.volume", SEPTEMBER)} == {"P1": 60, "P2": 40}


def test_progress_takes_the_approved_quantity_once_there_is_one(reading: Session) -> None:
    before, after = (figures(reading, end(day), codes=["disposal.progress"])[0] for day in ("09-19", "09-30"))
    assert (before.denominator, after.denominator) == (200, 100)
    last = figures(reading, OCTOBER, codes=["disposal.progress"])[0]
    assert last.numerator == rounded(39 / MIXED + Decimal("12.5") / BULKING, 1)


def test_lines_compare_with_the_month_before_and_with_the_plan_as_it_was_then(reading: Session) -> None:
    lines = {
        day: told(reading, sights(None, codes=["survey.done"]), end(day), "district")[0]
        for day in ("10-11", "10-12", "10-31")
    }
    assert lines["10-31"].before == Decimal("66.7")
    assert lines["10-31"].change == Decimal("33.3")
    assert [line.plan for line in lines.values()] == [80, 90, 90], "it was raised on the twelfth"
    assert lines["10-31"].to_plan == 10
    north = told(reading, sights(None, codes=["survey.done"]), OCTOBER, "area")
    assert {line.figure.area: line.plan for line in north} == {"北": 100, "南": None}


def test_what_is_late_names_its_unit_and_person(reading: Session) -> None:
    found = late(reading, sights(None), OCTOBER, 100)[1]
    # AJ3 went to the police on the twentieth, who have three days to decide
    assert [(row["no"], row["unit"], row["days"]) for row in found] == [("CZ1", "管理甲", 16), ("AJ3", "管理甲", 8)]
    assert found[1]["why_zh"] == "公安决定是否立案超期"
    assert late(reading, sights(None), OCTOBER, 1) == (2, found[:1])
    found = late(reading, sights(None), end("10-03"), 100)[1]
    assert {(row["no"], row["unit"], row["person"]) for row in found} == {
        ("P2", "管理甲", None),
        ("ZG2", "管护甲", None),
        (
            "AJ1",
            "管理甲",
            None,
        ),  # decided on the twentieth and eighteenth of September, to be served within seven working days
        ("AJ4", "管理甲", None),
    }
    missed = late(reading, sights(None), SEPTEMBER, 100)[1]
    assert ("T2", "管护甲", "巡查员甲", 5) in {(row["no"], row["unit"], row["person"], row["days"]) for row in missed}


def test_a_unit_sees_its_own_land_and_nothing_else(small: Any, reading: Session) -> None:
    db.enter(reading, Scope(unit_ids=frozenset({small[1]["管护乙"]})))
    # version rows carry the custodian of their time: before the tenth this unit had nothing
    assert [figures(reading, day, codes=["land.count"])[0].value for day in (SEPTEMBER, OCTOBER)] == [0, 1]
    assert [row["no"] for row in rows(reading, "land.count", OCTOBER)] == ["P2"]
    db.enter(reading, Scope())
    assert all(not each.numerator for each in figures(reading, OCTOBER))
    db.enter(reading, EVERYTHING)


def test_a_body_drawn_anew_keeps_the_shares_of_its_old_outline(small: Any, cluster: Cluster) -> None:
    """The old outline reached half into each parcel; measured again on the outlines of then, the shares are its own."""
    owner = create_engine(cluster.url(db.OWNER_ROLE, small[0].name))
    with Session(owner) as session:
        db.enter(session, EVERYTHING)
        db.setting(session, app_version_at=at("10-20").isoformat())
        session.execute(
            text("update waste_body set geom = st_multi(st_translate(geom, 0.0002, 0)) where body_no = 'T1'")
        )
        found = {row["no"]: row["amount"] for row in rows(session, "waste.volume", SEPTEMBER)}
        session.rollback()
    owner.dispose()
    assert found["P1"] == pytest.approx(50, abs=0.5)
    assert found["P2"] == pytest.approx(50, abs=0.5)


def test_an_unknown_figure_is_refused(reading: Session) -> None:
    with pytest.raises(IndicatorUnknown):
        figures(reading, OCTOBER, codes=["no.such"])
    with pytest.raises(IndicatorUnknown):
        rows(reading, "no.such", OCTOBER)
