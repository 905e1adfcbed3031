"""How people write one coordinate: plain numbers, degrees-minutes-seconds in every dress, packed ddd.mmss (domain 4.5).

Pure: text in, number out, and the other way. Nothing is guessed here: what a number means (degrees, metres, packed) is
concluded from all values of a table together.
"""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Hemisphere = Literal["E", "W", "N", "S"]


class Written(NamedTuple):
    """One coordinate as it was written; `degrees` where the text itself says so, by signs, words or three parts."""

    value: float
    degrees: bool = False
    hemisphere: Hemisphere | None = None


_SIGNS = str.maketrans(
    {
        **dict.fromkeys("º˚度", "°"),
        **dict.fromkeys("′’‘´`＇分", "'"),
        **dict.fromkeys("″”“〃＂秒", '"'),
        **dict.fromkeys("－—–−‐", "-"),
        "。": ".",
    }
)
#: Words for hemispheres, as `folded` leaves them.
_WORDS: dict[str, Hemisphere | None] = {
    "东经": "E", "西经": "W", "北纬": "N", "南纬": "S", "经°": None, "纬°": None, "E": "E", "W": "W", "N": "N", "S": "S",
}  # fmt: skip
_NAMED_BEFORE = re.compile(r"(东经|西经|北纬|南纬|经°|纬°|[EWNS])[:：]?\s*(?=[\d+\-])", re.IGNORECASE)
_NAMED_AFTER = re.compile(r"(?<=[\d°'\"])\s*([EWNS])$", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_METRES = re.compile(r"(?<=[\d.])\s*(?:米|m)$", re.IGNORECASE)
_SIGNED = re.compile(
    r"(?P<minus>[+-]?)(?P<d>\d{1,3}(?:\.\d*)?)\s*°\s*(?:(?P<m>\d{1,2}(?:\.\d*)?)\s*(?:'\s*(?:(?P<s>\d{1,2}(?:\.\d*)?)\s*\"?)?)?)?"
)
_BARE = re.compile(r"(?P<minus>[+-]?)(?P<d>\d{1,3})(?P<by>[-: ])(?P<m>\d{1,2})(?P=by)(?P<s>\d{1,2}(?:\.\d*)?)")


def folded(text: str) -> str:
    """Signs of degrees, minutes, seconds and minus in one form each, full-width characters as plain ones.

    >>> folded("１１３度３２分４０．２秒")
    '113°32\\'40.2"'
    """
    plain = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS).replace("''", '"')
    return " ".join(plain.split())


def parse(text: str) -> Written | None:
    """One coordinate, or None where the text is none.

    >>> parse("113°32′42″"), parse("北纬22度24分")
    (Written(value=113.545, degrees=True, hemisphere=None), Written(value=22.4, degrees=True, hemisphere='N'))
    >>> parse("113-32-42").value, parse("E113 32 42").value, parse("113°32.7′").value
    (113.545, 113.545, 113.545)
    >>> parse("2,478,700.123米"), parse("113 32"), parse("113°72′")
    (Written(value=2478700.123, degrees=False, hemisphere=None), None, None)
    """
    plain, hemisphere, named = _without_names(folded(text))
    found = _number(plain)
    degrees = named
    if found is None:
        found, degrees = _sexagesimal(plain), True
    if found is None:
        return None
    return Written(-abs(found) if hemisphere in ("W", "S") else found, degrees, hemisphere)


def _without_names(plain: str) -> tuple[str, Hemisphere | None, bool]:
    """The text without 东经, N and the like; which hemisphere it named, and whether it named anything."""
    before = _NAMED_BEFORE.match(plain)
    if before:
        return plain[before.end() :], _WORDS[before[1].upper()], True
    after = _NAMED_AFTER.search(plain)
    if after:
        return plain[: after.start()], _WORDS[after[1].upper()], True
    return plain, None, False


def _number(plain: str) -> float | None:
    plain = _METRES.sub("", plain)
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    found = float(plain) if _NUMBER.fullmatch(plain) else None
    return found if found is not None and np.isfinite(found) else None


def _sexagesimal(plain: str) -> float | None:
    match = _SIGNED.fullmatch(plain) or _BARE.fullmatch(plain)
    if match is None:
        return None
    d, m, s = match["d"], match["m"], match["s"]
    if ("." in d and m) or (m and "." in m and s):
        return None  # only the last part has a fraction
    minutes, seconds = float(m or 0), float(s or 0)
    if float(d) > 180 or minutes >= 60 or seconds > 60:  # rounding writes 60″
        return None
    size = (float(d) * 3600 + minutes * 60 + seconds) / 3600
    return -size if match["minus"] == "-" else size


def as_dms(degrees: float, places: int = 4) -> str:
    """Degrees as people write them, seconds with so many places.

    >>> as_dms(113.545), as_dms(-0.5, 0)
    ('113°32′42.0000″', '-0°30′00″')
    """
    d, m, s = _parts(degrees, places)
    width = places + 3 if places else 2
    return f"{'-' if degrees < 0 else ''}{d}°{m:02d}′{s:0{width}.{places}f}″"


def _parts(degrees: float, places: int) -> tuple[int, int, Decimal]:
    """Whole degrees, whole minutes and seconds, rounded once."""
    seconds = (Decimal(abs(degrees)) * 3600).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole, rest = divmod(seconds, 60)
    return int(whole) // 60, int(whole) % 60, rest


# --- packed ddd.mmss ---------------------------------------------------------------------------------------------

FEWEST_PACKED = 4
"""So many different values must fit before anybody suspects packed degrees."""

_HALF_A_DIGIT = 1e-7
"""What a binary number may lack of the decimal one that was typed."""


def as_packed(degrees: float, places: int = 4) -> str:
    """Degrees packed as ddd.mmss, seconds with so many places behind.

    >>> as_packed(113.545, 1), as_packed(113.55, 0)
    ('113.32420', '113.3300')
    """
    d, m, s = _parts(degrees, places)
    digits = f"{s:0{places + 3 if places else 2}.{places}f}".replace(".", "")
    return f"{'-' if degrees < 0 else ''}{d}.{m:02d}{digits}"


def unpacked(values: Floats) -> Floats:
    """Degrees from ddd.mmss: 113.33 is 113°33′00″, that is 113.55°.

    >>> unpacked(np.array([113.33, 22.2136, -0.3])).round(6).tolist()
    [113.55, 22.36, -0.5]
    """
    size = np.abs(values)
    whole = np.floor(size + _HALF_A_DIGIT / 1e4)
    behind = np.maximum((size - whole) * 100, 0.0)
    minutes = np.floor(behind + _HALF_A_DIGIT)
    seconds = np.maximum((behind - minutes) * 100, 0.0)
    found: Floats = np.copysign(whole + minutes / 60 + seconds / 3600, values)
    return found


def fits_packed(values: Floats) -> bool:
    """Whether every value may be ddd.mmss: no minute and no second reaches 60, and something stands behind the minutes.

    >>> fits_packed(np.array([113.3300, 113.3359, 113.3401, 22.2136, 22.2205]))
    True
    >>> fits_packed(np.array([113.33, 113.34, 113.35, 22.21, 22.22])), fits_packed(np.array([113.3361, 22.2136]))
    (False, False)
    """
    different = np.unique(np.abs(values[np.isfinite(values)]))
    if len(different) < FEWEST_PACKED:
        return False
    digits = np.floor((different % 1) * 10_000 + _HALF_A_DIGIT * 100).astype(np.int64)
    minutes, seconds = digits // 100, digits % 100
    return bool((minutes < 60).all() and (seconds < 60).all() and (seconds > 0).any())


# --- lists in one cell -------------------------------------------------------------------------------------------

_BRACKETED = re.compile(r"[\[(]([^\[\]()]+)[\])]")
_BETWEEN_POINTS = re.compile(r"[;；\n\r|]+")
_BETWEEN_NUMBERS = re.compile(r"\s*[,，、]\s*")
FEWEST_IN_A_LIST = 3


class Listed(NamedTuple):
    """One point of a list, both coordinates as they were written."""

    label: str
    first: str
    second: str


def points(text: str) -> list[Listed] | None:
    """The points of a cell that lists them; None where it does not.

    >>> points("113.54,22.40;113.55,22.40；113.55,22.41")[1]
    Listed(label='', first='113.55', second='22.40')
    >>> points("J1,2478700.1,452100.2\\nJ2,2478700.1,452500.2\\nJ3,2478450.1,452500.2")[2]
    Listed(label='J3', first='2478450.1', second='452500.2')
    >>> points("东至路;南至河;西至山"), points("113.54,22.40")
    (None, None)
    """
    items = [item for item in _items(text) if item.strip()]
    split = [_parted(item) for item in items]
    if len(split) < FEWEST_IN_A_LIST or any(not 2 <= len(parts) <= 4 for parts in split):
        return None
    numbered = _all_numbered(split)
    found = [_point(parts, numbered=numbered) for parts in split]
    understood = sum(parse(one.first) is not None and parse(one.second) is not None for one in found)
    return found if understood * 2 > len(found) else None


def _items(text: str) -> list[str]:
    if len(bracketed := _BRACKETED.findall(text)) >= FEWEST_IN_A_LIST:
        return [str(inner) for inner in bracketed]
    items = [item for item in _BETWEEN_POINTS.split(text) if item.strip()]
    if len(items) > 1:
        return items
    words = text.split()
    if len(words) > 1 and all(_BETWEEN_NUMBERS.search(word) for word in words):
        return words
    numbers = _BETWEEN_NUMBERS.split(text.strip())
    return [f"{a},{b}" for a, b in zip(numbers[0::2], numbers[1::2], strict=False)] if len(numbers) % 2 == 0 else items


def _parted(item: str) -> list[str]:
    parts = _BETWEEN_NUMBERS.split(item.strip())
    return [part for part in (parts if len(parts) > 1 else item.split()) if part]


def _all_numbered(split: list[list[str]]) -> bool:
    """Whether the first of three parts counts 1, 2, 3: then it names the point and is no coordinate."""
    return all(len(parts) >= 3 and parts[0] == str(n) for n, parts in enumerate(split, start=1))


def _point(parts: list[str], *, numbered: bool) -> Listed:
    if len(parts) >= 3 and (numbered or parse(parts[0]) is None):
        return Listed(parts[0], parts[1], parts[2])
    return Listed("", parts[0], parts[1])
