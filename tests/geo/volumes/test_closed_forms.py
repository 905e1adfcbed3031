"""Bodies whose volume is a formula, under a grid of holes: each method within the error its own rule makes."""

import numpy as np
import pytest
from shapely.geometry import box

from gis_service.geo import volumes
from gis_service.geo.volumes import Hole, Options

EAST, NORTH = 452_500.0, 2_476_500.0
SIDE_M, STEP_M = 200.0, 10.0
PARCEL = box(EAST, NORTH, EAST + SIDE_M, NORTH + SIDE_M)
CENTRE = np.array([EAST + SIDE_M / 2, NORTH + SIDE_M / 2])


def grid(thickness) -> list[Hole]:
    """Holes in the middle of squares of 10 m that tile the parcel."""
    middles = np.arange(STEP_M / 2, SIDE_M, STEP_M)
    places = [(EAST + x, NORTH + y) for x in middles for y in middles]
    return [Hole(x, y, round(max(0.0, float(thickness(x, y))), 6), name=f"{n}") for n, (x, y) in enumerate(places)]


def by_method(holes: list[Hole], **options) -> dict[str, float]:
    return volumes.estimate(holes, PARCEL, options=Options(simulations=50, step_m=2.0, **options)).volumes_m3


@pytest.mark.parametrize("method", volumes.METHODS)
def test_a_box_over_the_whole_parcel_has_its_exact_volume(method: str) -> None:
    """Thickness is the same everywhere: every method must give area × thickness, cut cells included."""
    told = by_method(grid(lambda _x, _y: 3.0))
    assert told[method] == pytest.approx(3.0 * SIDE_M**2, rel=1e-6 if method != "sections" else 0.02)


def test_a_wedge_under_a_grid_has_its_closed_form_volume() -> None:
    """Thickness rises from 0 in the west to 4 m in the east: V = ½·200·4·200 = 80,000 m³.

    The mean over a square is the value in its middle, so Thiessen is exact. A plane is a plane for every triangle between holes;
    beyond the last holes (half a step) a method that goes on level errs by at most ½·step · slope·step/2 on either side, and
    opposite signs cancel; 1 % of the whole is the bound used. IDW and kriging weigh neighbours evenly around a cell.
    """
    told = by_method(grid(lambda x, _y: 4.0 * (x - EAST) / SIDE_M))
    assert told["thiessen"] == pytest.approx(80_000, rel=1e-6)
    assert told["tin"] == pytest.approx(80_000, rel=0.01)
    assert told["idw"] == pytest.approx(80_000, rel=0.01)
    assert told["kriging"] == pytest.approx(80_000, rel=0.01)
    assert told["sections"] == pytest.approx(80_000, rel=0.03)


def test_a_cone_under_a_grid_has_its_closed_form_volume() -> None:
    """Height 6 m, radius 80 m: V = ⅓·π·80²·6 = 40,212 m³.

    Midpoints over squares err in the second order: (step²/24) × the integral of the Laplacian, which for a cone is the line
    integral of its slope around the foot, 2πR·h/R = 2πh: 10²/24 · 2π·6 = 157 m³, or 0.4 %. Triangles between holes have the same
    order. What the rule of the outline adds: a rim of half a step around the foot, at most 2πR·(step/2)·(slope·step/2) = 942 m³.
    """
    true = np.pi * 80**2 * 6 / 3
    told = by_method(grid(lambda x, y: 6 * (1 - np.hypot(x - CENTRE[0], y - CENTRE[1]) / 80)))
    assert told["thiessen"] == pytest.approx(true, abs=157 + 942)
    for method in ("tin", "kriging", "idw"):
        assert told[method] == pytest.approx(true, abs=157 + 942 + 0.01 * true), method
    assert told["sections"] == pytest.approx(true, rel=0.06)


def test_the_interval_closes_around_a_body_that_is_drilled_through_and_through() -> None:
    told = volumes.estimate(grid(lambda x, _y: 3.0 + np.sin((x - EAST) / 25)), PARCEL, options=Options(simulations=100))
    true = SIDE_M**2 * (3.0 + (1 - np.cos(SIDE_M / 25)) * 25 / SIDE_M)
    assert (told.high_m3 - told.low_m3) / true < 0.05
    assert told.best_m3 == pytest.approx(true, rel=0.02)
