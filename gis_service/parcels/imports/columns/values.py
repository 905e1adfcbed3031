"""How a cell of a file is read, by the kind of its column. A cell that cannot be used says why and is left out."""

import re
import tomllib
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from gis_service.parcels.imports.columns.recognise import UNITS_M2, Spec
from gis_service.parcels.imports.columns.spelling import normal
from gis_service.parcels.rules import PARCEL_CODE
from gis_service.parcels.vocabulary import vocabulary

CLASSIFIED = ("秘密", "机密", "绝密", "secret", "confidential", "topsecret")
MOST_CHARACTERS, MOST_OF_A_NUMBER = 500, 60
"""Longer texts and longer numbers are something else in the wrong column."""

MOST_M2 = Decimal(10) ** 12
"""Areas from here on cannot be stored (and no parcel has 1,000,000 km²)."""


class Unusable(Exception):
    """The cell cannot be used; `code` is that of a note, facts fill its sentence."""

    def __init__(self, code: str, **facts: Any):
        super().__init__(code)
        self.code, self.facts = code, facts


def shown(cell: Any) -> str:
    """The cell as a person may recognise it, not too long."""
    return str(cell)[:60]


# --- words and numbers of people ---------------------------------------------------------------------------------


def text(cell: Any) -> str | None:
    """Free text: its own punctuation kept, blanks squeezed, nothing where nothing is said.

    >>> text("  格创·芯谷二期（A区）\\n"), text(" "), text(12.0)
    ('格创·芯谷二期（A区）', None, '12')
    """
    return _short_enough(" ".join(unicodedata.normalize("NFC", _plain(cell)).split()))


def lines(cell: Any) -> str | None:
    """Free text of several lines: as it was written, but for blanks around it.

    >>> lines(" 一、已清表 \\r\\n二、 待围蔽\\n")
    '一、已清表 \\n二、 待围蔽'
    """
    written = unicodedata.normalize("NFC", _plain(cell)).replace("\r\n", "\n").replace("\r", "\n")
    return _short_enough(written.strip())


def code(cell: Any) -> str | None:
    """A number that is a name: full-width forms folded, leading zeros kept.

    >>> code("０１２－３"), code(7), code(7.0)
    ('012-3', '7', '7')
    """
    found = " ".join(unicodedata.normalize("NFKC", _plain(cell)).split())
    if re.fullmatch(r"\d\.?\d*[Ee]\+\d+", found) or (isinstance(cell, float) and abs(cell) >= 1e15):
        raise Unusable("value.destroyed")
    return _short_enough(found)


def _short_enough(found: str) -> str | None:
    if len(found) > MOST_CHARACTERS:
        raise Unusable("value.too_long", most=MOST_CHARACTERS)
    return found or None


def parcel_no(cell: Any) -> str | None:
    found = code(cell)
    if found and len(found) > MOST_OF_A_NUMBER:
        raise Unusable("value.too_long", most=MOST_OF_A_NUMBER)
    return found


def _plain(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def number(cell: Any) -> Decimal | None:
    """
    >>> number("1,234.50"), number("35%"), number("")
    (Decimal('1234.50'), Decimal('35'), None)
    """
    digits = code(cell)
    if digits is None:
        return None
    try:
        found = Decimal(re.sub(r"[,\s%]", "", digits))
    except InvalidOperation:
        raise Unusable("value.not_number") from None
    if not found.is_finite():
        raise Unusable("value.not_number")
    return found


def area_m2(cell: Any, unit: str | None) -> Decimal | None:
    """An area in m², from a number in the unit of its column or with a unit of its own.

    >>> area_m2("0.7655公顷", None), area_m2(135, "亩"), area_m2("90 000", None)
    (Decimal('7655.00'), Decimal('90000.00'), Decimal('90000.00'))
    """
    said = normal(_plain(cell))
    if not said:
        return None
    match = re.fullmatch(r"([\d.,]+)(\D.*)?", said)
    if match is None:
        raise Unusable("value.not_number")
    factor = UNITS_M2.get(match[2] or unit or "m2")
    if factor is None:
        raise Unusable("value.area_unit", value=match[2] or unit)
    found = (number(match[1]) or Decimal(0)) * factor
    if not 0 < found < MOST_M2:
        if found == 0:
            return None  # tables without nulls write 0 for "not known"
        raise Unusable("value.out_of_range")
    return found.quantize(Decimal("0.01"))


# --- kinds that need nothing but the cell ------------------------------------------------------------------------


def within(cell: Any, spec: Spec) -> Decimal | None:
    """A number that its column can hold; physical quantities are not negative."""
    found = number(cell)
    if found is not None and not 0 <= found <= (spec.most or MOST_M2):
        raise Unusable("value.out_of_range")
    return found


def year(cell: Any) -> int | None:
    """
    >>> year("2026年"), year(2027.0), year(0)
    (2026, 2027, None)
    """
    said = (code(cell) or "").removesuffix("年").removesuffix("年度")
    if said in ("", "0"):
        return None
    if not re.fullmatch(r"\d{4}", said) or not 1990 <= int(said) <= 2100:
        raise Unusable("value.out_of_range")
    return int(said)


def day(cell: Any) -> str | None:
    """A full date as ISO text; a month alone is no date.

    >>> day("2026年5月2日"), day("20260502"), day("2026/05/02 00:00:00"), day("2026.5.2")
    ('2026-05-02', '2026-05-02', '2026-05-02', '2026-05-02')
    """
    said = (code(cell) or "").partition(" ")[0].partition("T")[0]
    if said in ("", "0"):
        return None
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)|(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", said)
    try:
        return date(*map(int, filter(None, match.groups()))).isoformat() if match else _no_date()
    except ValueError:
        return _no_date()


def _no_date() -> str:
    raise Unusable("value.not_date")


YES = frozenset({"是", "有", "y", "yes", "true", "t", "1", "√"})
NO = frozenset({"否", "无", "没有", "n", "no", "false", "f", "0", "×"})


def yes_no(cell: Any) -> bool | None:
    said = normal(_plain(cell))
    if said in YES or said in NO:
        return said in YES
    if said:
        raise Unusable("value.not_yes_no")
    return None


def parcel_code(cell: Any) -> str | None:
    """宗地代码: blanks out, capitals, 19 characters.

    >>> parcel_code(" 440402 001001 gb00001")
    '440402001001GB00001'
    """
    said = (code(cell) or "").replace(" ", "").upper()
    if said and not re.fullmatch(PARCEL_CODE, said):
        raise Unusable("value.parcel_code")
    return said or None


# --- words of the vocabulary -------------------------------------------------------------------------------------


@cache
def _words(axis: str) -> dict[str, str]:
    """Normal word → stored value: the value itself, its Chinese and English word, and what people also write."""
    with Path(__file__).with_name("words.toml").open("rb") as file:
        also = tomllib.load(file).get(axis, {})
    found: dict[str, str] = {}
    for value, names in vocabulary()[axis].items():
        if value != "title":
            found |= {normal(name): value for name in (value, *names, *also.get(value, []))}
    return found


def word(cell: Any, spec: Spec) -> str | None:
    """The stored value behind a word.

    >>> word("已全围蔽", Spec("fence_status", "word")), word("FULL", Spec("fence_status", "word"))
    ('full', 'full')
    """
    said = normal(_plain(cell))
    if not said:
        return None
    if said not in _words(spec.field):
        raise Unusable("value.unknown_word", allowed="、".join(_allowed(spec.field)))
    return _words(spec.field)[said]


def _allowed(axis: str) -> list[str]:
    return [zh for value, (zh, _en) in vocabulary()[axis].items() if value != "title"]


def words(cell: Any, spec: Spec) -> list[str] | None:
    """Several words in one cell: 堆土、停车."""
    parts = [part for part in re.split(r"[、,，;；/|+]", _plain(cell)) if part.strip()]
    found = [word(part, spec) for part in parts]
    return [value for value in dict.fromkeys(found) if value] or None


def secrecy(cell: Any, spec: Spec) -> str | None:
    if any(normal(_plain(cell)).startswith(level) for level in CLASSIFIED):
        raise Unusable("secrecy.classified")
    return word(cell, spec)


def bounds(cell: Any) -> dict[str, str]:
    """四至 in one cell, taken apart.

    >>> bounds("东至港湾大道，南临规划路；西至山边,北至排洪渠")
    {'bounds_east': '港湾大道', 'bounds_south': '规划路', 'bounds_west': '山边', 'bounds_north': '排洪渠'}
    """
    sides = {"东": "bounds_east", "南": "bounds_south", "西": "bounds_west", "北": "bounds_north"}
    pattern = r"([东南西北])(?:侧|面|边)?[至临:：]+(.+?)(?=[,，;；。、\s]*(?:[东南西北](?:侧|面|边)?[至临:：]|$))"
    return {sides[side]: where.strip() for side, where in re.findall(pattern, text(cell) or "")}


READERS: dict[str, Callable[[Any, Spec], Any]] = {
    "text": lambda cell, _: text(cell),
    "lines": lambda cell, _: lines(cell),
    "code": lambda cell, _: code(cell),
    "parcel_no": lambda cell, _: parcel_no(cell),
    "number": within,
    "year": lambda cell, _: year(cell),
    "date": lambda cell, _: day(cell),
    "yes_no": lambda cell, _: yes_no(cell),
    "parcel_code": lambda cell, _: parcel_code(cell),
    "word": word,
    "words": words,
    "secrecy": secrecy,
}
"""Kind → how a cell of it is read without knowing the register."""
