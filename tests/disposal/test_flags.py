"""What is doubtful about a load: each check by itself, on loads without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.disposal.manifests.rules import (
    CHECKS,
    Known,
    ManifestStatus,
    Trip,
    Truckload,
    flags,
    km_between,
    standing,
)

NOW = datetime(2026, 9, 10, 12, tzinfo=UTC)
LOADED, UNLOADED = NOW - timedelta(hours=3), NOW - timedelta(hours=2)
LOAD = Truckload(
    "a", "LD1", "mixed", "粤C10001", loaded_at=LOADED, unloaded_at=UNLOADED, loaded_net_t=Decimal(15), gross_t=Decimal(28),
    tare_t=Decimal(13), net_t=Decimal(15), site_id=1, unload_place=(113.6, 22.4), ticket_no="B1",
)  # fmt: skip
KNOWN = Known(
    now=NOW, waste_class="mixed", removal_from=date(2026, 9, 1), consented=frozenset({1}), origin=(113.5, 22.4),
    site_place=(113.6, 22.4), inside_a_site=True,
)  # fmt: skip


def test_a_sound_load_has_no_flag() -> None:
    assert flags(LOAD, KNOWN) == []


FLAGGED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ticket_twice": ({}, {"same_ticket": ("LD9(CZ2026-0002)",)}),
    "no_twice": ({}, {"same_no": ("LD1(CZ2026-0002)",)}),
    "net_arithmetic": ({"net_t": Decimal("15.03")}, {}),
    "net_differs": ({"loaded_net_t": Decimal("15.47")}, {}),
    "overweight": ({"gross_t": Decimal("31.5"), "tare_t": Decimal("16.5")}, {}),
    "unloaded_before_loaded": ({"unloaded_at": LOADED}, {}),
    "too_fast": ({"unloaded_at": LOADED + timedelta(minutes=7)}, {}),
    "trips_overlap": ({}, {"trips": [Trip("LD5", LOADED + timedelta(minutes=30), UNLOADED + timedelta(minutes=30))]}),
    "outside_sites": ({}, {"inside_a_site": False}),
    "site_not_consented": ({"site_id": 2}, {}),
    "site_not_licensed": ({}, {"site_is_licensed": False}),
    "site_does_not_accept": ({}, {"site_accepts": frozenset({"excavated_soil"})}),
    "received_late": ({"loaded_at": UNLOADED - timedelta(hours=12, minutes=1)}, {}),
    "in_future": ({"unloaded_at": NOW + timedelta(minutes=16)}, {}),
    "before_removal": ({}, {"removal_from": date(2026, 9, 11)}),
    "after_removal": ({}, {"removal_until": date(2026, 9, 9)}),
    "other_class": ({}, {"waste_class": "excavated_soil"}),
    "hazardous": ({"waste_class": "hazardous"}, {}),
    "truck_unknown": ({}, {"truck_is_known": False}),
}


@pytest.mark.parametrize("code", FLAGGED)
def test_each_check_flags_what_it_is_for_and_nothing_else(code: str) -> None:
    load, known = FLAGGED[code]
    found = flags(replace(LOAD, **load), replace(KNOWN, **known))
    assert [flag.code for flag in found] == [code]
    assert found[0].level == ("warning" if code in ("overweight", "received_late", "truck_unknown") else "error")
    assert found[0].zh
    assert found[0].en.isascii() or "粤" in found[0].en or "−" in found[0].en


def test_every_check_has_a_case_here() -> None:
    raised = {
        check.__name__
        for check in CHECKS
        for load, known in FLAGGED.values()
        if list(check(replace(LOAD, **load), replace(KNOWN, **known)))
    }
    assert raised == {check.__name__ for check in CHECKS}


def test_a_load_on_the_road_is_late_after_its_hours() -> None:
    load = replace(LOAD, unloaded_at=None, unload_place=None, loaded_at=NOW - timedelta(hours=13))
    assert [flag.code for flag in flags(load, replace(KNOWN, inside_a_site=None))] == ["received_late"]
    assert flags(replace(load, loaded_at=NOW - timedelta(hours=12)), replace(KNOWN, inside_a_site=None)) == []


def test_the_days_of_removal_are_those_of_beijing() -> None:
    load = replace(
        LOAD, loaded_at=datetime(2026, 8, 31, 16, 30, tzinfo=UTC), unloaded_at=datetime(2026, 8, 31, 17, 30, tzinfo=UTC)
    )
    assert flags(load, KNOWN) == []  # half past midnight of 1 September in Beijing


def test_the_limit_of_the_truck_stands_before_the_usual_one() -> None:
    assert [flag.code for flag in flags(LOAD, replace(KNOWN, gross_limit_t=Decimal(25)))] == ["overweight"]
    heavy = replace(LOAD, gross_t=Decimal(40), tare_t=Decimal(25))
    assert flags(heavy, replace(KNOWN, gross_limit_t=Decimal(49))) == []


def test_what_is_sorted_out_of_mixed_waste_may_be_anything_and_further_classes_are_of_the_project() -> None:
    soil = replace(LOAD, waste_class="excavated_soil")
    assert flags(soil, KNOWN) == []
    assert flags(soil, replace(KNOWN, waste_class="demolition_waste", classes=frozenset({"excavated_soil"}))) == []
    assert [flag.code for flag in flags(soil, replace(KNOWN, waste_class="demolition_waste"))] == ["other_class"]


def test_trips_that_only_touch_do_not_overlap() -> None:
    trips = [Trip("LD5", LOADED - timedelta(hours=1), LOADED), Trip("LD6", UNLOADED, UNLOADED + timedelta(hours=1))]
    assert flags(LOAD, replace(KNOWN, trips=trips)) == []


@given(st.decimals(1, 30, places=2), st.decimals(1, 30, places=2))
def test_net_weights_may_differ_by_three_per_cent(loaded: Decimal, arrived: Decimal) -> None:
    load = replace(LOAD, loaded_net_t=loaded, net_t=arrived, gross_t=None, tare_t=None)
    found = {flag.code for flag in flags(load, KNOWN)}
    assert ("net_differs" in found) is (abs(arrived - loaded) > Decimal("0.03") * loaded)


PLACES = st.tuples(st.floats(113, 114), st.floats(22, 23))


@given(PLACES, PLACES, PLACES)
def test_distances_are_those_of_a_sphere(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]
) -> None:
    assert km_between(a, b) == pytest.approx(km_between(b, a))
    assert km_between(a, a) == 0
    assert km_between(a, c) <= km_between(a, b) + km_between(b, c) + 1e-9


def test_a_received_load_with_an_undecided_error_is_doubtful() -> None:
    facts = {"loaded_at": LOADED, "departed": True}
    assert standing(unloaded_at=UNLOADED, has_errors=True, **facts) is ManifestStatus.MISMATCH
    assert standing(unloaded_at=UNLOADED, has_errors=False, **facts) is ManifestStatus.RECEIVED
    assert standing(unloaded_at=None, has_errors=True, **facts) is ManifestStatus.IN_TRANSIT
    assert standing(loaded_at=LOADED, departed=False, unloaded_at=None, has_errors=False) is ManifestStatus.LOADED
    assert standing(loaded_at=None, departed=False, unloaded_at=None, has_errors=False) is ManifestStatus.ISSUED
