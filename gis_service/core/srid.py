"""The two coordinate systems of a deployment, fixed before any table exists.

They are read here, and not handed down like other settings, because column types carry them: models and migrations
need them at import. Both are EPSG codes.
"""

import os

STORAGE_SRID = int(os.environ.get("GIS_STORAGE_SRID", "4490"))
"""CGCS2000 longitude and latitude: what every geometry column holds."""

METRIC_SRID = int(os.environ.get("GIS_METRIC_SRID", "4547"))
"""CGCS2000 3-degree Gauss-Krüger, central meridian 114°E: where lengths and areas are measured."""
