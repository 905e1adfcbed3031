"""Tracks: order, cleaning, gaps, length; what they prove for parcels; which are doubted."""

from collections.abc import Sequence
from itertools import pairwise
from math import pi
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.geo import crs
from gis_service.geo.tracks import coverage, doubts, fixes, replay
from gis_service.geo.tracks.coverage import Place
from gis_service.geo.tracks.fixes import Part, Track, assemble
from tests.benchmarks import forged_tracks

EAST, NORTH = 452_000.0, 2_478_000.0
START_MS = 1_795_000_000_000
SQUARE = {1: shapely.box(EAST - 50, NORTH - 50, EAST + 50, NORTH + 50)}
Fix = list[float | None]


def fix(x: float, y: float, s: float, accuracy: float | None = 5.0) -> Fix:
    """A fix so many metres from the middle of the square, so many seconds after the start."""
    lon, lat = crs.transform_xy(np.array([EAST + x]), np.array([NORTH + y]), 4547, 4490)
    return [float(lon[0]), float(lat[0]), START_MS + s * 1000, accuracy, None, None, None]


def line(*places: tuple[float, float], every: float = 5.0, speed: float = 1.25, start: float = 0.0) -> list[Fix]:
    """Fixes along straight ways at a steady speed."""
    made, at = [fix(*places[0], start)], start
    for (ax, ay), (bx, by) in pairwise(places):
        n = max(int(np.hypot(bx - ax, by - ay) / (speed * every)), 1)
        for k in range(1, n + 1):
            at += every
            made.append(fix(ax + (bx - ax) * k / n, ay + (by - ay) * k / n, at))
    return made


def track(*parts: Sequence[Fix], **told: Any) -> Track:
    return assemble([Part(part, **told) for part in parts])


def share(of: Track, view_m: float = 30.0) -> float:
    seen = coverage.coverage(of, SQUARE, view_m=view_m)
    return seen[1].share if seen else 0.0


# --- order, cleaning, gaps ----------------------------------------------------------------------------------------------


def test_parts_are_put_in_order() -> None:
    way = line((0, 0), (100, 0))
    assert track(way[10:], way[:10]).t.tolist() == track(way).t.tolist()


def test_a_step_back_in_time_is_counted_and_put_in_order() -> None:
    made = track([fix(0, 0, 10), fix(5, 0, 5), fix(10, 0, 15)])
    assert made.dropped.back == 1
    assert (np.diff(made.t) > 0).all()


def test_of_one_moment_the_most_accurate_fix_counts() -> None:
    made = track([fix(0, 0, 0, 20.0), fix(3, 0, 0, 4.0), fix(5, 0, 5)])
    assert (made.dropped.twice, made.accuracy[0]) == (1, 4.0)


@pytest.mark.parametrize("bad", [[None, 22.0, START_MS, 5.0], [0.0, 0.0, START_MS, 5.0], [float("nan"), 22.0, START_MS, 5.0],
                                 [113.5, 95.0, START_MS, 5.0], [113.5], []])  # fmt: skip
def test_what_cannot_be_read_is_left_out_and_counted(bad: Fix) -> None:
    made = track([bad, fix(0, 0, 0)])
    assert (len(made), made.dropped.invalid) == (1, 1)


def test_a_spike_is_no_way() -> None:
    way = line((0, 0), (100, 0))
    with_spike = [*way[:8], fix(40, 400, 37.5), *way[8:]]
    made = track(with_spike)
    assert made.dropped.spikes == 1
    assert fixes.length_m(made) == pytest.approx(100, abs=1)


def test_a_track_is_cut_where_more_than_a_minute_or_two_hundred_metres_are_missing() -> None:
    near = track([fix(0, 0, 0), fix(10, 0, 60)])
    late = track([fix(0, 0, 0), fix(10, 0, 61)])
    far = track([fix(0, 0, 0), fix(201, 0, 60)])
    assert [len(fixes.pieces(each)) for each in (near, late, far)] == [1, 2, 2]


def test_a_gap_has_the_reason_that_the_phone_told() -> None:
    told = {"from": START_MS + 10_000, "to": START_MS + 300_000, "reason": "hidden"}
    made = track([fix(0, 0, 0), fix(5, 0, 10), fix(80, 0, 310)], gaps=[told])
    [gap] = fixes.gaps(made)
    assert (gap.reason, round(gap.to_s - gap.from_s)) == ("hidden", 300)
    assert gap.distance_m == pytest.approx(75, abs=0.1)


def test_a_gap_that_nobody_explains_is_unknown_and_the_ends_have_no_fix() -> None:
    start = START_MS / 1000
    made = track([fix(0, 0, 120), fix(5, 0, 400)])
    assert [g.reason for g in fixes.gaps(made, start, start + 900)] == ["no_fix", "unknown", "no_fix"]


def test_a_walk_without_a_fix_is_one_gap() -> None:
    [gap] = fixes.gaps(track([]), 1000.0, 1900.0)
    assert gap.reason == "no_fix"


def test_length_is_the_way_and_not_the_wandering_of_a_phone_at_rest() -> None:
    assert fixes.length_m(track(line((0, 0), (300, 0), (300, 400)))) == pytest.approx(700, rel=0.01)
    rng = np.random.default_rng(3)
    still = [fix(*rng.normal(0, 1, 2), s) for s in range(600)]
    made = track(still)
    assert fixes.length_m(made) < fixes.steps_m(made).sum() / 10


def test_no_length_over_a_gap() -> None:
    assert fixes.length_m(track(line((0, 0), (100, 0)), line((500, 0), (600, 0), start=1000))) == pytest.approx(
        200, rel=0.01
    )


# --- what it proves ------------------------------------------------------------------------------------------------------


def test_from_one_place_a_disc_is_seen() -> None:
    assert share(track([fix(0, 0, 0)])) == pytest.approx(pi * 30**2 / 100**2, rel=0.005)


def test_along_a_way_a_stadium_is_seen() -> None:
    expected = (40 * 60 + pi * 30**2) / 100**2
    assert share(track(line((-20, 0), (20, 0)))) == pytest.approx(expected, rel=0.005)


def test_through_the_middle_a_band_is_seen() -> None:
    assert share(track(line((-200, 0), (200, 0)))) == pytest.approx(60 / 100, rel=0.002)


def test_from_a_corner_a_quarter_of_a_disc_is_seen() -> None:
    assert share(track([fix(-50, -50, 0)])) == pytest.approx(pi * 30**2 / 4 / 100**2, rel=0.005)


def test_around_the_outline_all_but_the_middle_is_seen() -> None:
    round_it = track(line((-50, -50), (50, -50), (50, 50), (-50, 50), (-50, -50)))
    assert share(round_it) == pytest.approx(1 - 40**2 / 100**2, rel=0.005)


@pytest.mark.parametrize("view_m", [5.0, 30.0, 55.0, 57.0, 100.0])
@pytest.mark.parametrize("turn", [(75.796875, 18.0), (49.0, -20.0), (120.0, 0.0), (3.0, 3.0)])
def test_there_and_back_shows_what_the_way_there_shows(turn: tuple[float, float], view_m: float) -> None:
    there = share(track(line(turn, (0, 0))), view_m)
    assert share(track(line(turn, (0, 0), turn)), view_m) == pytest.approx(there, abs=0.002)


def test_a_way_walked_twice_reaches_the_parcels_beside_it() -> None:
    reach = coverage.within_reach(track(line((75.796875, 18.0), (0.0, 0.0), (75.796875, 18.0))), 30.0)
    true = shapely.LineString([(EAST + 75.796875, NORTH + 18.0), (EAST, NORTH)]).buffer(50.0)
    assert reach is not None
    assert reach.contains(true)


def test_over_a_gap_nothing_is_seen() -> None:
    assert share(track([fix(-150, 0, 0), fix(150, 0, 60)])) == 0.0


def test_a_fix_worse_than_fifty_metres_proves_nothing() -> None:
    assert coverage.coverage(track([fix(0, 0, 0, 51.0)]), SQUARE) == {}
    assert coverage.coverage(track([fix(0, 0, 0, None)]), SQUARE) == {}


def test_presence_is_proved_within_thirty_metres_or_the_accuracy() -> None:
    """40 m beside the parcel: too far for a fix of 5 m, near enough for one of 45 m."""
    for accuracy, proved in ((5.0, False), (45.0, True)):
        seen = coverage.coverage(track([fix(90, 0, 0, accuracy)]), SQUARE)[1]
        assert (seen.proved, round(seen.nearest_m)) == (proved, 40)


def test_time_on_the_parcel_is_that_of_the_fixes_near_it() -> None:
    still = [fix(0, 0, s) for s in range(0, 301, 10)]
    away = line((400, 0), (500, 0), start=900)
    seen = coverage.coverage(track(still, away), SQUARE)[1]
    assert (seen.inside_s, seen.first_s, seen.last_s) == (300.0, START_MS / 1000, START_MS / 1000 + 300)


def test_a_photo_proves_presence_without_a_track() -> None:
    seen = coverage.coverage(track([]), SQUARE, places=[Place(EAST + 60, NORTH, 8.0, 5.0)])[1]
    assert (seen.proved, seen.share, seen.nearest_m) == (True, 0.0, 10.0)


walks = st.lists(st.tuples(st.floats(-120, 120), st.floats(-120, 120)), min_size=1, max_size=6).map(lambda p: line(*p))


@settings(max_examples=60, deadline=None)
@given(walks, st.floats(5, 100), st.floats(0, 60))
def test_a_share_lies_between_none_and_all_and_grows_with_the_viewing_distance(
    way: list[Fix], view_m: float, more: float
) -> None:
    made = track(way)
    near, far = share(made, view_m), share(made, view_m + more)
    assert 0 <= near <= far + 1e-9
    assert far <= 1


@settings(max_examples=60, deadline=None)
@given(walks, walks)
def test_more_track_never_shows_less(way: list[Fix], again: list[Fix]) -> None:
    later = [[f[0], f[1], (f[2] or 0) + 86_400_000, *f[3:]] for f in again]
    both, first = share(track(way, later)), share(track(way))
    assert both >= first - 1e-9
    assert both >= share(track(later)) - 1e-9


@settings(max_examples=60, deadline=None)
@given(walks, st.lists(st.integers(0, 400), max_size=5), st.randoms(use_true_random=False))
def test_neither_parts_nor_their_order_matter(way: list[Fix], cuts: list[int], rnd: Any) -> None:
    bounds = sorted({0, len(way), *(cut % (len(way) + 1) for cut in cuts)})
    parts = [way[a:b] for a, b in pairwise(bounds)]
    rnd.shuffle(parts)
    whole, cut = track(way), track(*parts)
    for name in ("t", "x", "y", "accuracy"):
        assert getattr(whole, name).tolist() == getattr(cut, name).tolist()
    assert coverage.coverage(whole, SQUARE) == coverage.coverage(cut, SQUARE)
    assert fixes.length_m(whole) == fixes.length_m(cut)
    assert replay.sketch(whole).rows.tobytes() == replay.sketch(cut).rows.tobytes()


anything = st.lists(
    st.lists(
        st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=False, width=32), st.integers(0, 2**45)),
        max_size=8,
    ),
    max_size=12,
)


@settings(max_examples=100, deadline=None)
@given(anything)
def test_no_fixes_however_odd_break_anything(rows: list[Any]) -> None:
    made = track(rows)
    fixes.gaps(made, 0.0, 1e9)
    coverage.coverage(made, SQUARE)
    doubts.plain(made, list(SQUARE.values()), clock_offset_s=1.0)


# --- doubts --------------------------------------------------------------------------------------------------------------


def codes(found: Sequence[doubts.Doubt]) -> set[str]:
    return {doubt.code for doubt in found}


def test_a_clock_that_is_six_minutes_off_is_doubted_and_one_four_minutes_off_is_not() -> None:
    assert codes(doubts.plain(track([fix(0, 0, 0)]), clock_offset_s=-360)) == {"clock"}
    assert not doubts.plain(track([fix(0, 0, 0)]), clock_offset_s=240)


def test_a_drive_from_one_parcel_to_the_next_is_no_doubt() -> None:
    far = shapely.box(EAST + 2950, NORTH - 50, EAST + 3050, NORTH + 50)
    at_first = [fix(0, 0, s) for s in range(0, 120, 5)]
    drive = line((0, 0), (3000, 0), speed=12, start=120)
    at_last = [fix(3000, 0, 400 + s) for s in range(0, 120, 5)]
    assert "car_speed" not in codes(doubts.plain(track(at_first, drive, at_last), [SQUARE[1], far]))
    assert "car_speed" in codes(doubts.plain(track(line((-500, 0), (3500, 0), speed=12)), [SQUARE[1], far]))


def test_facts_say_where_and_how_fast_a_jump_was() -> None:
    [doubt] = doubts.plain(track([fix(0, 0, 0), fix(5, 0, 5), fix(2005, 0, 10), fix(2010, 0, 15)]))
    assert doubt.code == "teleport"
    assert (doubt.facts["distance_m"], doubt.facts["took_s"], doubt.facts["km_h"]) == (2000, 5.0, 1440)


def test_forgeries_are_doubted_and_genuine_walks_are_not() -> None:
    """A small part of `python -m tests.benchmarks.forged_tracks`, with a seed on which nothing was chosen."""
    _, made, caught, _ = forged_tracks.table(seed=77, genuine_count=50, each=4, kinds=forged_tracks.KINDS)
    forged = [kind for kind in made if kind in forged_tracks.KINDS]
    assert sum(caught[kind] for kind in forged) >= 0.95 * sum(made[kind] for kind in forged)
    assert (
        caught["genuine"] <= 0.02 * made["genuine"]
    )  # the bar; real tracks, where they are here, are among the genuine
