"""Attribute values made fit to be stored: JSON types only, text that a database takes, no NaN."""

import json
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from gis_service.parcels.reading.result import Issue, issue, unreadable

#: Deepest nesting of an attribute that is kept; real ones have one or two levels.
DEPTH = 20


def cleaned(pairs: Iterable[tuple[str, Any]], row: int, layer: str) -> tuple[dict[str, Any], list[Issue]]:
    """Attributes as JSON, and an issue for every value that had to be changed."""
    kept: dict[str, Any] = {}
    issues: list[Issue] = []
    for name, value in pairs:
        plain, complaint = _clean(value, DEPTH)
        kept[_text(name)] = plain
        if complaint:
            facts = {"bytes": len(value)} if complaint == "value.binary" else {}
            issues.append(issue(complaint, row=row, layer=layer, field=_text(name), **facts))
    return kept, issues


def _clean(value: Any, depth: int) -> tuple[Any, str | None]:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int):
        return value, None
    if isinstance(value, float):
        return (value, None) if math.isfinite(value) else (None, "value.not_finite")
    if isinstance(value, str):
        text = _text(value)
        return text, None if text == value else "value.characters"
    if isinstance(value, bytes):
        return None, "value.binary"
    if isinstance(value, list | tuple | np.ndarray | dict):
        return _clean_nested(value, depth)
    return str(value), None


def _clean_nested(value: Any, depth: int) -> tuple[Any, str | None]:
    if depth == 0:
        raise unreadable("json.too_deep")
    if isinstance(value, dict):
        items = {_text(str(k)): _clean(v, depth - 1) for k, v in value.items()}
        return {k: v for k, (v, _) in items.items()}, _first(c for _, c in items.values())
    parts = [_clean(v, depth - 1) for v in value]
    return [v for v, _ in parts], _first(c for _, c in parts)


def _first(complaints: Iterable[str | None]) -> str | None:
    return next((c for c in complaints if c), None)


def _text(text: str) -> str:
    """Without NUL, which PostgreSQL refuses, and without halves of surrogate pairs, which UTF-8 does not know."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def shown(value: Any, length: int = 60) -> str:
    """A value cut short for a sentence."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= length else text[:length] + "…"
