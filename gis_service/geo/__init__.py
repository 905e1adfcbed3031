"""Pure geometry: coordinate systems, measures and rings. numpy, shapely and pyproj only, no database, no HTTP.

`elevation` also takes scipy and rasterio.

Eastings and northings are named so; where a pair has to be `x, y`, x is east and y is north.
"""
