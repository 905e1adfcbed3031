"""Keyset cursors: the place where a page ended, as an opaque word in the `next` link."""

import base64
import binascii
import json
from typing import Any

from gis_service.core.errors import BadRequest


def cursor(values: list[Any]) -> str:
    """
    >>> cursor(["BW-0001", 7])
    'WyJCVy0wMDAxIiw3XQ'
    """
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=str)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place(word: str, size: int) -> list[Any]:
    """The values behind a cursor of `size` values; anything else is a bad request.

    >>> place('WyJCVy0wMDAxIiw3XQ', 2)
    ['BW-0001', 7]
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
    except (binascii.Error, ValueError):
        raise BadRequest(parameter="after", value=word) from None
    if not isinstance(values, list) or len(values) != size:
        raise BadRequest(parameter="after", value=word)
    return values
