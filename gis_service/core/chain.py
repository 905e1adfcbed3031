"""A chain of entries: each is hashed together with the hash of the one before, so that none can be changed, moved or left out.

The rule is one sentence, so that anybody can recompute it: the hash of an entry is the SHA-256, in lower-case hexadecimal, of
the previous hash (its 64 ASCII characters) followed by the entry as canonical JSON in UTF-8. The entry is taken without its
own `hash` and `previous_hash`. The first entry follows `START`.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

START = "0" * 64
"""What the first entry of a chain follows."""

OWN = frozenset({"hash", "previous_hash"})
"""The fields of an entry that hold the chain itself."""

EXACT = 2**53
"""Beyond this a floating-point number no longer tells its whole numbers apart."""


def link(previous: str, entry: Mapping[str, Any]) -> str:
    """The hash of `entry` after an entry whose hash is `previous`; raises `ValueError` for what JSON cannot hold exactly.

    >>> first = link(START, {"seq": 1, "action": "立案"})
    >>> first == link(START, {"action": "立案", "seq": 1.0, "previous_hash": START, "hash": "…"})
    True
    >>> link(first, {"seq": 2}) == link(START, {"seq": 2})
    False
    """
    return hashlib.sha256(previous.encode("ascii") + canonical(entry)).hexdigest()


def canonical(entry: Mapping[str, Any]) -> bytes:
    """The entry as one certain text: keys sorted, no spaces, characters as they are; its own hashes left out.

    It is the same before the entry is stored as `jsonb` and after it is read again: a whole number is written without a
    point, and numbers that `jsonb` would write differently are refused.

    >>> canonical({"面积": 12.0, "at": "2026-11-28T08:00:00Z", "hash": "…"}).decode()
    '{"at":"2026-11-28T08:00:00Z","面积":12}'
    """
    own = {key: _plain(value) for key, value in entry.items() if key not in OWN}
    text = json.dumps(own, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def _plain(value: Any) -> Any:
    """The value with each number in its one way of writing."""
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("the keys of an entry must be text")
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        return _number(value)
    if value is None or isinstance(value, str | int):
        return value
    raise ValueError(f"{type(value).__name__} has no one way to be written; give it as text")


def _number(value: float) -> int | float:
    if not abs(value) < EXACT:  # also what is not a number
        raise ValueError(f"{value} cannot be written exactly")
    return int(value) if value.is_integer() else value
