"""Ground with a known shape, for tests of elevation models."""

import numpy as np

from gis_service.geo.elevation.pairing import Pair
from gis_service.geo.elevation.surface import Floats, Grid
from tests.geo.elevation.conftest import EAST, NORTH

GRID = Grid(4547, EAST, NORTH, 1.0, 1.0, 120, 140)


def hills(east: Floats, north: Floats) -> Floats:
    """Rolling ground with slopes of up to some 30 %, smooth enough to be resampled to a millimetre."""
    x, y = east - EAST, north - NORTH
    return np.asarray(20 + 3 * np.sin(x / 21) + 4 * np.cos(y / 27 + 1) + 1.5 * np.sin((x + 2 * y) / 33))


def places(grid: Grid = GRID) -> tuple[Floats, Floats]:
    east, north = np.meshgrid(grid.easts(), grid.norths())
    return east, north


def noisy(seed: int, sigma: float, grid: Grid = GRID) -> Floats:
    return np.random.default_rng(seed).normal(0, sigma, grid.shape) if sigma else np.zeros(grid.shape)


def pair_of(before: Floats, after: Floats, grid: Grid = GRID) -> Pair:
    return Pair(grid, before, after, (), resampled=False)


def cone(east: Floats, north: Floats, at: tuple[float, float], radius: float, height: float) -> Floats:
    """A cone that stands so many metres east and north of the corner of the scene."""
    away = np.hypot(east - EAST - at[0], north - NORTH - at[1])
    return np.asarray(height * np.maximum(1 - away / radius, 0.0))
