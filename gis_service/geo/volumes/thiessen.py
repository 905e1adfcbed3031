"""泰森多边形: every place has the thickness of its nearest hole. V = Σ Aᵢ·tᵢ over the cells within the outline."""

from typing import Any

import numpy as np
import shapely

from gis_service.geo.volumes.holes import Floats


def volume_m3(cells: list[Any], thickness_m: Floats) -> float:
    """From the holes' parts of the outline (n shapes) and thickness (n). Never more than area × greatest thickness."""
    return float(np.dot(shapely.area(np.array(cells, dtype=object)), thickness_m))
