"""Rows of a GDAL layer, in portions, with their text decoded by us where GDAL must not."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyogrio import raw
from shapely.geometry.base import BaseGeometry

from gis_service.geo import detect
from gis_service.parcels.reading import values
from gis_service.parcels.reading.request import Emit, Request
from gis_service.parcels.reading.result import Issue, Row, issue, unreadable
from gis_service.parcels.reading.shaping import as_it_came, shaped
from gis_service.parcels.reading.wkb import mended, shapes_of, why_not

CHUNK = 1000
SAMPLE = 2000

#: Bytes of a text (as ISO-8859-1) → the text, and a code of an issue where it was cut or could not be decoded.
Decode = Callable[[str], tuple[str, str | None]]


@dataclass(frozen=True)
class Source:
    """One layer of a file as GDAL opens it. With `decode`, GDAL is told to leave text alone."""

    path: Path
    layer: str | int
    name: str
    rows: int
    decode: Decode | None = None
    encoding: str = "UTF-8"


@dataclass(frozen=True)
class Portion:
    """Successive rows: geometries as WKB, and one array for each field."""

    names: list[str]
    wkb: NDArray[np.object_]
    columns: list[NDArray[Any]]


def sample_of(source: Source) -> detect.Floats:
    """One coordinate pair of each of the first rows."""
    return detect.first_points(_first_shapes(source))


def kinds_of(source: Source) -> set[str]:
    """The types of geometry among the first rows."""
    return {shape.geom_type for shape in _first_shapes(source) if shape is not None}


def _first_shapes(source: Source) -> list[BaseGeometry | None]:
    return shapes_of(_portion(source, 0, SAMPLE, columns=[]).wkb)


def _portion(source: Source, skip: int, most: int, columns: list[str] | None = None) -> Portion:
    try:
        meta, _, wkb, data = raw.read(
            source.path,
            layer=source.layer,
            encoding="ISO-8859-1" if source.decode else None,
            columns=columns,
            force_2d=True,
            skip_features=skip,
            max_features=most,
            datetime_as_string=True,
        )
    except (RuntimeError, ValueError, OSError):
        raise unreadable("read.damaged", part=source.name) from None
    data = [_whole(array, kind) for array, kind in zip(data, meta["ogr_types"], strict=True)]
    return Portion([str(name) for name in meta["fields"]], wkb, data)


def _whole(array: NDArray[Any], kind: str) -> NDArray[Any]:
    """Integers again where an empty value made GDAL's integers floating-point numbers."""
    if not kind.startswith("OFTInteger") or array.dtype.kind != "f":
        return array
    return np.array([None if np.isnan(v) else int(v) for v in array], dtype=object)


def emit_rows(source: Source, names: Sequence[str], finding: detect.Finding, request: Request, emit: Emit) -> None:
    """Hand out all rows of a layer; it is damaged when fewer come than it says it has."""
    if source.rows > request.limits.rows:
        raise unreadable("read.too_many_rows", rows=source.rows, limit=request.limits.rows)
    count = 0
    for portion in _portions(source):
        for row in _rows(source, portion, names, count + 1, finding, request):
            emit(row)
        count += len(portion.wkb)
    if count != source.rows:
        raise unreadable("read.damaged", part=source.name)


def _portions(source: Source) -> Iterator[Portion]:
    for skip in range(0, source.rows, CHUNK):
        yield _portion(source, skip, CHUNK)


def _rows(
    source: Source,
    portion: Portion,
    names: Sequence[str],
    first: int,
    finding: detect.Finding,
    request: Request,
) -> Iterator[Row]:
    shapes = shapes_of(portion.wkb)
    areas = shaped(shapes, first, source.name, finding, request.limits.points)
    for i, area in enumerate(areas):
        attributes, issues = _attributes(source, [column[i] for column in portion.columns], names, first + i)
        issues += _malformed(portion.wkb[i], shapes[i], source, first + i) or area.issues
        raw = area.raw or _forced(portion.wkb[i], shapes[i], finding, request.limits.points)
        yield area.as_row(attributes, issues, raw=raw)


def _forced(wkb: bytes | None, shape: BaseGeometry | None, finding: detect.Finding, most_points: int) -> bytes | None:
    """What GEOS can make of a geometry that it refuses, as lines: what is meant by them a person decides."""
    if wkb is None or shape is not None:
        return None
    made = mended(wkb)
    lines = None if made is None or made.is_empty else shapely.boundary(made)
    return None if lines is None else as_it_came(lines, finding, most_points)


def _malformed(wkb: bytes | None, shape: BaseGeometry | None, source: Source, row: int) -> list[Issue]:
    """A geometry that is there but that GEOS refuses: rings that are open or have too few points."""
    if wkb is None or shape is not None:
        return []
    reason = why_not(wkb)
    if reason is None:
        return [issue("geometry.not_finite", row=row, layer=source.name)]
    zh, en = reason
    return [issue("geometry.malformed", row=row, layer=source.name, reason_zh=zh, reason_en=en)]


def _attributes(
    source: Source, found: Sequence[Any], names: Sequence[str], row: int
) -> tuple[dict[str, Any], list[Issue]]:
    issues: list[Issue] = []
    pairs = []
    for name, value in zip(names, found, strict=True):
        plain = None if isinstance(value, float | np.floating) and np.isnan(value) else value  # GDAL's empty number
        if source.decode and isinstance(plain, str):
            plain, complaint = source.decode(plain)
            if complaint:
                issues.append(issue(complaint, row=row, layer=source.name, field=name, encoding=source.encoding))
        pairs.append((name, plain))
    attributes, more = values.cleaned(pairs, row, source.name)
    return attributes, issues + more


def distinct(names: Sequence[str], layer: str) -> tuple[list[str], list[Issue]]:
    """Field names made different from each other, and what was renamed.

    >>> distinct(["NO", "NO"], "x")[0]
    ['NO', 'NO_2']
    """
    kept: list[str] = []
    issues: list[Issue] = []
    for name in names:
        renamed, nth = name, 1
        while renamed in kept:
            nth += 1
            renamed = f"{name}_{nth}"
        if renamed != name:
            issues.append(issue("field.renamed", layer=layer, field=name, nth=nth, renamed=renamed))
        kept.append(renamed)
    return kept, issues


def field_names(source: Source) -> list[str]:
    """The names of the fields as GDAL gives them, in order."""
    return _portion(source, 0, 1).names
