"""From a file to its Cloud Optimized GeoTIFF and what is known of it, as plain data. Pure; runs in the child, and for the sample."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import shapely

from gis_service.maps.orthophotos import cog, reading
from gis_service.maps.orthophotos.cog import Told
from gis_service.maps.orthophotos.reading import Said
from gis_service.maps.orthophotos.rules import Stage


def worked_out(asked: Mapping[str, Any], out: Path, told: Told) -> dict[str, Any]:
    """`asked`: `path`, what is said of it (`crs`, `world`) and the `window` of the district in degrees.

    Raises `OrthophotoRefused` and `CrsError`.
    """
    told(Stage.EXAMINING, 0)
    said = Said(asked.get("crs"), tuple(asked["world"]) if asked.get("world") else None)
    picture = reading.examined(Path(asked["path"]), said, tuple(asked["window"]))
    drawn = cog.draw(picture, out, told)
    return {
        "crs": picture.epsg, "resolution_m": round(drawn.resolution_m, 4), "min_zoom": drawn.min_zoom, "max_zoom": drawn.max_zoom,
        "footprint": shapely.to_wkt(drawn.footprint, rounding_precision=8),
    }  # fmt: skip
