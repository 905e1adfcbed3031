"""Reading what people send: GeoJSON, GeoPackage, Shapefile and the land office's TXT, from hands we do not know.

A file is read in a child process of its own (`child`), with a stripped environment, no network and limits on memory and
time, because GDAL and every parser below it must be expected to fail on hostile input. What comes back are JSON lines,
never pickles. `reader.read` is the only entrance; `result` holds the shapes of the answer.

Nothing is repaired here and nothing is guessed: what was concluded (format, coordinate system, encoding) is told with
its evidence, and every doubt is an issue that names its row and field.
"""
