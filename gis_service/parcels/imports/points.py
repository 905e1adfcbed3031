"""Control points as people send them: JSON in a form, or a CSV beside the file."""

import csv
import io
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gis_service.parcels.imports.errors import PointsNotUnderstood

MOST_POINTS = 1000


def from_json(text: str | None) -> list[list[float]] | None:
    """The points of a form field; nothing where nothing is said.

    >>> from_json("[[1, 2, 453000, 2473000], [5, 2, 453004, 2473000]]")
    [[1.0, 2.0, 453000.0, 2473000.0], [5.0, 2.0, 453004.0, 2473000.0]]
    >>> from_json("") is None
    True
    """
    if not text or not text.strip():
        return None
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        raise PointsNotUnderstood(where="JSON") from None
    if not isinstance(plain, list):
        raise PointsNotUnderstood(where="JSON")
    return _checked(plain)


def from_csv(path: Path) -> list[list[float]]:
    """The points of a CSV: its last four columns that are numbers, so that a number of the point may stand in front."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    rows = [
        row for row in csv.reader(io.StringIO(text.replace("，", ",").replace("\t", ","))) if any(map(str.strip, row))
    ]
    if rows and not _are_numbers(rows[0][-4:]):
        rows = rows[1:]  # a header
    return _checked([row[-4:] for row in rows])


def _are_numbers(cells: Iterable[str]) -> bool:
    try:
        return all(math.isfinite(float(cell)) for cell in cells)
    except ValueError:
        return False


def _checked(rows: list[Any]) -> list[list[float]]:
    if not 2 <= len(rows) <= MOST_POINTS:
        raise PointsNotUnderstood(where=len(rows))
    return [_point(number, row) for number, row in enumerate(rows, start=1)]


def _point(number: int, row: Any) -> list[float]:
    try:
        found = [float(value) for value in row if not isinstance(value, bool)]
    except (TypeError, ValueError, OverflowError):
        raise PointsNotUnderstood(where=f"#{number}") from None
    if len(found) != 4 or len(row) != 4 or not all(map(math.isfinite, found)):
        raise PointsNotUnderstood(where=f"#{number}")
    return found
