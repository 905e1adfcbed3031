"""Made-up parcels of 12 to 47 corners on a grid, in metres of EPSG:4547: the same ones every time."""

import sys
from pathlib import Path

import geopandas
import numpy as np
from shapely import Polygon

EAST, NORTH, STEP_M = 452_000.0, 2_477_000.0, 190.0


def parcels(count: int) -> geopandas.GeoDataFrame:
    random = np.random.default_rng(22)
    shapes = []
    for n in range(count):
        corners = int(random.integers(12, 48))
        turns = np.sort(random.uniform(0, 2 * np.pi, corners)) if corners < 14 else np.linspace(0, 2 * np.pi, corners, endpoint=False)  # fmt: skip
        reach = random.uniform(55, 90, corners)
        x, y = EAST + STEP_M * (n % 20), NORTH + STEP_M * (n // 20)
        shapes.append(Polygon(np.column_stack([x + reach * np.cos(turns), y + reach * np.sin(turns)]).round(3)))
    numbers = [f"GX-{n:04}" for n in range(1, count + 1)]
    return geopandas.GeoDataFrame({"parcel_no": numbers}, geometry=shapes, crs=4547)


if __name__ == "__main__":
    parcels(int(sys.argv[1])).to_file(Path(sys.argv[2]), layer="parcels", driver="GPKG")
