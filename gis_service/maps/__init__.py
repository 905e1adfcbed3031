"""The reading side that maps use: layers as data, vector tiles, OGC API, and the map to hand over as one file.

图层 (layer): one folder under `layers/`. From it come the web map, the OGC collection, the tiles, the legend and the
folium map, with one style. Everything here reads views of the schema `layer` as the reader role, under the scope of
the person who asks; nothing here knows how a parcel is changed.

Standards: OGC API Features Part 1 (OGC 17-069r4) and Part 2 (18-058r1), OGC API Tiles Part 1 (20-057), Mapbox Vector
Tiles 2.1. Colours: each value of a status has a colour, a hatch and a sign, so that no map depends on colour alone.
"""
