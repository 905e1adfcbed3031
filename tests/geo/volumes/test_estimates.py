"""What any estimate must be: not below what was seen, the same wherever it lies, the same again to the digit."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import Polygon, box

from gis_service.geo import volumes
from gis_service.geo.volumes import CannotEstimate, Hole, Options
from gis_service.geo.volumes.infill import advise, explained_share
from gis_service.geo.volumes.quantities import Range, Truck, quantities, usual_densities
from gis_service.surveys.rules import WasteClass

EAST, NORTH = 452_500.0, 2_476_500.0
PARCEL = box(EAST, NORTH, EAST + 120, NORTH + 90)
QUICK = Options(simulations=60)
slow = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def surveys(draw: st.DrawFn) -> list[Hole]:
    """3 to 12 holes apart from each other, at least one with waste, some open-ended."""
    spots = draw(st.lists(st.tuples(st.integers(1, 11), st.integers(1, 8)), min_size=3, max_size=12, unique=True))
    thick = draw(st.lists(st.sampled_from([0.0, 0.0, 0.4, 1.5, 3.2, 6.0]), min_size=len(spots), max_size=len(spots)))
    if not any(thick):
        thick[0] = 2.0
    ends = draw(st.lists(st.booleans(), min_size=len(spots), max_size=len(spots)))
    return [
        Hole(EAST + 10.0 * x, NORTH + 10.0 * y, t, open_ended=end and t > 0, name=f"ZK{n}")
        for n, ((x, y), t, end) in enumerate(zip(spots, thick, ends, strict=True))
    ]


@slow
@given(surveys())
def test_an_estimate_is_told_in_order_and_within_what_can_lie_there(holes: list[Hole]) -> None:
    told = volumes.estimate(holes, PARCEL, options=QUICK)
    assert 0 <= told.low_m3 <= told.best_m3 <= told.high_m3
    most = PARCEL.area * max(hole.thickness_m for hole in holes)
    for method in ("thiessen", "tin", "idw"):
        assert 0 <= told.volumes_m3[method] <= most * 1.001
    assert told.is_lower_bound == any(hole.open_ended for hole in holes)
    assert told.sign == ("≥" if told.is_lower_bound else "")
    assert PARCEL.buffer(1e-6).covers(told.outline)


@slow
@given(surveys(), st.permutations(range(12)))
def test_the_order_of_holes_changes_nothing(holes: list[Hole], order: list[int]) -> None:
    mixed = [holes[n] for n in order if n < len(holes)]
    one, other = (volumes.estimate(each, PARCEL, options=QUICK) for each in (holes, mixed))
    assert (one.low_m3, one.best_m3, one.high_m3) == (other.low_m3, other.best_m3, other.high_m3)
    assert one.volumes_m3 == pytest.approx(other.volumes_m3, rel=1e-9)


@slow
@given(surveys())
def test_an_estimate_is_worked_out_again_to_the_digit(holes: list[Hole]) -> None:
    told = volumes.estimate(holes, PARCEL, options=QUICK)
    assert volumes.recompute(told.inputs) == told
    kept = volumes.from_json(told.as_json())
    assert kept.as_json() == told.as_json()
    assert volumes.recompute(kept.inputs).as_json() == told.as_json()


@slow
@given(surveys(), st.integers(-900, 900), st.integers(-900, 900))
def test_where_it_lies_changes_nothing(holes: list[Hole], east: int, north: int) -> None:
    moved = [replace(hole, x_m=hole.x_m + east, y_m=hole.y_m + north) for hole in holes]
    one = volumes.estimate(holes, PARCEL, options=QUICK)
    other = volumes.estimate(moved, affinity.translate(PARCEL, east, north), options=QUICK)
    assert other.best_m3 == pytest.approx(one.best_m3, rel=1e-4)
    assert other.volumes_m3 == pytest.approx(one.volumes_m3, rel=1e-4, abs=0.1)


def test_the_outline_goes_half_way_to_the_next_negative_hole() -> None:
    holes = [Hole(EAST + 20, NORTH + 45, 2.0), Hole(EAST + 60, NORTH + 45, 0.0), Hole(EAST + 100, NORTH + 45, 0.0)]
    told = volumes.estimate(holes, PARCEL, options=QUICK)
    assert told.outline.bounds == pytest.approx((EAST, NORTH, EAST + 40, NORTH + 90), abs=1e-6)
    assert told.volumes_m3["thiessen"] == pytest.approx(40 * 90 * 2.0, abs=0.01)


def test_the_geophysical_edge_cuts_the_outline_but_proof_goes_before_it() -> None:
    holes = [Hole(EAST + 20, NORTH + 45, 2.0), Hole(EAST + 100, NORTH + 45, 1.0)]
    holes.append(Hole(EAST + 60, NORTH + 45, 0.0))
    edge = box(EAST, NORTH, EAST + 30, NORTH + 90)
    told = volumes.estimate(holes, PARCEL, edge=edge, options=QUICK)
    assert told.outline_m2 == pytest.approx(30 * 90 + 40 * 90, abs=0.01), "the hole outside the edge keeps its cell"
    assert "edge" in {note.code for note in told.notes}


def test_open_ends_widen_the_interval_upwards() -> None:
    holes = [Hole(EAST + 20 + 20 * n, NORTH + 45, 2.0) for n in range(5)]
    closed = volumes.estimate(holes, PARCEL, options=Options())
    opened = volumes.estimate([replace(hole, open_ended=True) for hole in holes], PARCEL, options=Options())
    assert opened.high_m3 > closed.high_m3
    assert opened.best_m3 > closed.best_m3
    assert opened.volumes_m3 == closed.volumes_m3, "the methods count what was seen, and say that it is the least"


def test_all_negative_holes_leave_an_upper_bound() -> None:
    told = volumes.estimate([Hole(EAST + 20 * n, NORTH + 45, 0.0) for n in range(1, 6)], PARCEL, options=QUICK)
    assert set(told.volumes_m3.values()) == {0.0}
    assert told.low_m3 == 0
    assert told.high_m3 >= 0
    assert "nothing_found" in {note.code for note in told.notes}


THREE = [Hole(EAST + 20, NORTH + 20, 1.0), Hole(EAST + 60, NORTH + 40, 0.0), Hole(EAST + 90, NORTH + 60, 2.0)]


@pytest.mark.parametrize(
    ("holes", "parcel", "options"),
    [
        (THREE[:2], PARCEL, QUICK),
        ([*THREE, Hole(EAST + 5_000, NORTH, 1.0)], PARCEL, QUICK),
        ([*THREE, Hole(113.5, 22.4, 1.0)], PARCEL, QUICK),
        ([*THREE, Hole(EAST + 30, NORTH + 30, -1.0)], PARCEL, QUICK),
        ([*THREE, Hole(EAST + 30, NORTH + 30, float("nan"))], PARCEL, QUICK),
        (THREE, Polygon(), QUICK),
        (THREE, box(113.5, 22.3, 113.6, 22.4), QUICK),
        (THREE, PARCEL, Options(simulations=5)),
        (THREE, PARCEL, Options(methods=("magic",))),
        (THREE, PARCEL, Options(step_m=-1.0)),
    ],
)
def test_what_cannot_be_estimated_is_said_in_both_languages(
    holes: list[Hole], parcel: Polygon, options: Options
) -> None:
    with pytest.raises(CannotEstimate) as refused:
        volumes.estimate(holes, parcel, options=options)
    assert refused.value.zh
    assert refused.value.en
    assert refused.value.code


# --- four quantities --------------------------------------------------------------------------------------------------


def test_every_class_of_waste_has_a_density() -> None:
    assert set(usual_densities()) == {each.value for each in WasteClass}


@given(st.lists(st.floats(0, 1e6), min_size=3, max_size=3).map(sorted), st.sampled_from(sorted(usual_densities())))
def test_four_quantities_go_together(volume: list[float], waste_class: str) -> None:
    told = quantities(Range(*volume), waste_class)
    for each in (told.in_place_m3, told.loose_m3, told.tonnes, told.truckloads):
        assert each.low <= each.best <= each.high
    assert told.loose_m3.best >= round(told.in_place_m3.best, 1)
    assert told.truckloads.best * told.truck.loose_m3 >= told.loose_m3.best - 0.06
    assert told.truckloads.best * told.truck.payload_t >= told.tonnes.best - 0.06


def test_a_measured_density_replaces_the_usual_one() -> None:
    told = quantities(Range(90, 100, 120), "mixed", densities={"mixed": 1.5}, truck=Truck(10, 20))
    assert (told.tonnes.best, told.truckloads.best, told.density_t_m3) == (150.0, 13.0, 1.5)


# --- where to drill next ------------------------------------------------------------------------------------------------


def test_advice_lies_in_the_parcel_apart_from_holes_and_never_counts_backwards() -> None:
    holes = [Hole(EAST + 20 * n, NORTH + 20, 2.0 if n < 3 else 0.0) for n in range(1, 6)]
    _, bodies = volumes.with_ensemble(holes, PARCEL, options=Options(methods=()))
    found = advise(bodies, 5, taken=[(hole.x_m, hole.y_m) for hole in holes])
    assert len(found) == 5
    assert all(PARCEL.covers(box(a.x_m, a.y_m, a.x_m, a.y_m)) for a in found)
    assert all(np.hypot(a.x_m - h.x_m, a.y_m - h.y_m) >= 5 for a in found for h in holes)
    cuts = [a.expected_cut for a in found]
    assert cuts == sorted(cuts)
    assert 0 < cuts[0] <= cuts[-1] < 1


def test_a_place_that_tells_nothing_explains_nothing() -> None:
    rng = np.random.default_rng(1)
    volume = rng.normal(size=2_000)
    told = explained_share(np.column_stack([volume, rng.normal(size=2_000)]), volume - volume.mean())
    assert told[0] > 0.95
    assert told[1] < 0.02
