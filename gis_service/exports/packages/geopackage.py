"""Layers as tables of a GeoPackage: ids of the register as `fid`, words instead of codes, and the style of each layer."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import shapely
from geopandas import GeoDataFrame

from gis_service.core import clock
from gis_service.core.clock import BEIJING
from gis_service.core.db import Scope
from gis_service.core.reader import Reader
from gis_service.core.srid import STORAGE_SRID
from gis_service.exports.fields import YES_NO
from gis_service.exports.formats.geopackage import GEOMETRY, TYPES
from gis_service.exports.formats.gpkg_file import File, Table
from gis_service.maps.catalogue import Attribute, Layer
from gis_service.maps.frames import frame
from gis_service.maps.packages.asked import Wish
from gis_service.maps.packages.errors import NothingToPack
from gis_service.maps.packages.making import Told
from gis_service.maps.styles.drawing import Drawn
from gis_service.parcels.vocabulary import vocabulary, words

MULTIPLE = {"Polygon": shapely.MultiPolygon, "LineString": shapely.MultiLineString}


def write(reader: Reader, scope: Scope, wish: Wish, out: Path, told: Told | None = None) -> int:
    """Write the layers of a wish, as the scope sees them; returns the number of features. Raises `NothingToPack`."""
    at, count = clock.now(), 0
    with File(out, STORAGE_SRID) as file:
        for done, layer in enumerate(wish.layers, 1):
            found = frame(reader, scope, layer, wish.asked(at))
            if len(found):
                _table(file, layer, found, f"截止时间 {(wish.as_of or at).astimezone(BEIJING):%Y-%m-%d %H:%M}")
            count += len(found)
            if told:
                told(done, len(wish.layers))
    if not count:
        raise NothingToPack()
    return count


def _table(file: File, layer: Layer, found: GeoDataFrame, about: str) -> None:
    columns = dict(zip(layer.by_name, _headers(layer), strict=True))
    typed = [(columns[a.name], TYPES[a.type]) for a in layer.attributes]
    with file.table(Table(layer.id, layer.title, GEOMETRY[layer.geometry], typed, about)) as add:
        add(_rows(layer, found))
    label = layer.style.label.property if layer.style.label else layer.label
    shown = columns[layer.category] if layer.category else None
    file.style(layer.id, Drawn(layer, shown, columns.get(label) if label else None, "zh"))


def _headers(layer: Layer) -> list[str]:
    """The attributes' words as columns; those that read alike are told apart by their names."""
    heads = [a.zh for a in layer.attributes]
    return [
        f"{head}_{a.name}" if heads.count(head) > 1 or head.lower() in ("fid", "geom") else head
        for head, a in zip(heads, layer.attributes, strict=True)
    ]


def _rows(layer: Layer, found: GeoDataFrame) -> Iterator[tuple[Any, ...]]:
    values = zip(*(found[name] for name in layer.by_name), strict=True)
    for key, shape, row in zip(found["id"], found.geometry, values, strict=True):
        several = MULTIPLE.get(shape.geom_type)
        told = (_shown(a, value) for a, value in zip(layer.attributes, row, strict=True))
        yield int(key), several([shape]) if several else shape, *told


def _shown(attribute: Attribute, value: Any) -> Any:
    """A value as SQLite keeps it and people read it; several as one text."""
    if isinstance(value, list):
        return "、".join(str(_shown(attribute, one)) for one in value)
    if pd.isna(value):
        return None
    if attribute.type == "boolean":
        return YES_NO["zh"][bool(value)]
    if attribute.vocabulary and value in vocabulary()[attribute.vocabulary]:
        return words(attribute.vocabulary, value, "zh")
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).isoformat(timespec="seconds")
    return {"integer": int, "number": float}.get(attribute.type, str)(value)
