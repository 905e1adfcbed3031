"""What lies below the sample's land, before any database: smooth, as much as was said, the same every time."""

from datetime import date

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon

from gis_service.sample import boreholes, underground
from gis_service.sample.surveys_plan import SURVEYS, SurveyTold
from gis_service.surveys.logs import Log, faults, is_open_ended

LAND = MultiPolygon([shapely.box(452_000, 2_478_000, 452_180, 2_478_140)])
TOLD = SurveyTold("示例", 30, 8_000, "demolition_waste", ((0.5, 0.5),), over="铅")


@pytest.fixture(scope="module")
def ground() -> underground.Underground:
    return underground.below(LAND, [1], TOLD.m3, TOLD.spots)


@pytest.fixture(scope="module")
def logs(ground: underground.Underground) -> list[Log]:
    return made(ground)


def made(ground: underground.Underground, told: SurveyTold = TOLD) -> list[Log]:
    return boreholes.logs(told, ground, LAND, 7, date(2024, 3, 4), date(2024, 4, 12))


def test_there_is_as_much_as_was_said(ground: underground.Underground) -> None:
    cell_m2 = (ground.xs[1] - ground.xs[0]) * (ground.ys[1] - ground.ys[0])
    assert ground.waste_m.sum() * cell_m2 == pytest.approx(TOLD.m3, rel=0.01)


def test_neighbours_resemble_each_other(ground: underground.Underground) -> None:
    steps = np.abs(np.diff(ground.waste_m, axis=1))
    assert steps.max() < 0.6
    assert ground.waste_m.max() > 2


def test_holes_lie_inside_and_no_log_contradicts_itself(logs: list[Log]) -> None:
    assert len(logs) == TOLD.holes
    assert all(LAND.contains(shapely.Point(float(log.easting), float(log.northing))) for log in logs)
    assert [fault for log in logs for fault in faults(log)] == []
    assert len({log.point_no for log in logs}) == len(logs)


def test_holes_are_of_all_kinds_some_meet_waste_and_some_do_not_reach_its_bottom(logs: list[Log]) -> None:
    assert {log.kind.value for log in logs} == {"borehole", "pit", "trench"}
    assert 8 < sum(bool(log.waste) for log in logs) < TOLD.holes
    assert any(is_open_ended(log) for log in logs)


def test_one_sample_leaches_too_much_and_the_others_do_not(logs: list[Log]) -> None:
    lead = [
        float(each.value)
        for log in logs
        for sample in log.samples
        for each in sample.results
        if (each.analyte, each.unit) == ("铅", "mg/L") and sample.medium.value == "leachate_test"
    ]
    assert sum(value > 5 for value in lead) == 1
    assert len(lead) >= 3


def test_the_same_is_made_twice(ground: underground.Underground, logs: list[Log]) -> None:
    again = underground.below(LAND, [1], TOLD.m3, TOLD.spots)
    assert np.array_equal(again.waste_m, ground.waste_m)
    assert made(again) == logs


def test_land_without_waste_shows_none() -> None:
    clean = SurveyTold("示例", 12)
    assert not any(log.waste for log in made(underground.below(LAND, [2], 0), clean))


def test_zones_of_two_middles_share_the_land() -> None:
    two = underground.below(LAND, [3], 4_000, ((0.25, 0.5), (0.75, 0.5)))
    zones = [two.zone(0), two.zone(1)]
    assert shapely.union_all(zones).area == pytest.approx(LAND.area)
    assert zones[0].intersection(zones[1]).area == pytest.approx(0)


def test_the_plan_names_each_parcel_once() -> None:
    assert len({told.parcel_no for told in SURVEYS}) == len(SURVEYS) >= 8
