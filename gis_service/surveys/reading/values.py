"""Single values as people write them: numbers with units, dates, yes and no, words of a list. Pure; nothing is guessed."""

import difflib
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from gis_service.surveys.rules import (
    MEDIUM_WORDS,
    ODOUR_WORDS,
    POINT_WORDS,
    POSITION_WORDS,
    WASTE_WORDS,
    Medium,
    Odour,
    PointKind,
    PositionMethod,
    WasteClass,
)

Word = TypeVar("Word", bound=StrEnum)

MOST_DIGITS = 15
"""What a spreadsheet keeps of a number."""

MOST_COMPARED = 500

UNITS: dict[str, dict[str, Decimal]] = {
    "length": {"": Decimal(1), "m": Decimal(1), "米": Decimal(1), "cm": Decimal("0.01"), "厘米": Decimal("0.01"), "mm": Decimal("0.001"), "毫米": Decimal("0.001")},
    "diameter": {"": Decimal(1), "mm": Decimal(1), "毫米": Decimal(1), "cm": Decimal(10), "厘米": Decimal(10), "m": Decimal(1000), "米": Decimal(1000)},
    "share": {"": Decimal(1), "%": Decimal(1)},
    "plain": {"": Decimal(1), "%": Decimal(1), "ppm": Decimal(1)},
}  # fmt: skip
"""What may stand behind a number, and what it is multiplied by."""

_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?)\s*([^\d\s.,]{0,4})")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")


class NotUnderstood(ValueError):
    """A value that cannot be read; `zh` and `en` say what may stand there."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def plain(text: str) -> str:
    """Half-width, trimmed, with an ordinary minus."""
    return unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-").strip()


def number(text: str, kind: str = "plain", unit: str = "") -> Decimal:
    """A number as written, brought to the unit of its column; `unit` is the one the head names.

    >>> number("３．５ m", "length"), number("350cm", "length"), number("1,234.5"), number("11", "diameter", "cm")
    (Decimal('3.5'), Decimal('3.50'), Decimal('1234.5'), Decimal('110'))
    """
    match = _NUMBER.fullmatch(_THOUSANDS.sub("", plain(text)))
    factor = UNITS[kind].get((match[2].casefold() or unit) if match else "?")
    if match is None or factor is None:
        raise NotUnderstood(
            f"“{short(text)}”不是数。请只写数字,如 3.5",
            f"'{short(text)}' is no number. Write digits only, such as 3.5",
        )
    found = Decimal(match[1])
    if not found:
        return Decimal(0)
    if not -12 <= found.adjusted() < 12 or len(found.as_tuple().digits) > 2 * MOST_DIGITS:
        raise NotUnderstood(
            f"“{short(text)}”的位数太多。请核对", f"'{short(text)}' has too many digits. Please check it"
        )
    return found if factor == 1 else found * factor


_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}.*)?")
_PACKED_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")


def day(text: str) -> date:
    """A date with the year first; 05/03/2026 is refused, since nobody knows which is the month.

    >>> day("2026年3月5日"), day("20260305"), day("2026-03-05 14:30")
    (datetime.date(2026, 3, 5), datetime.date(2026, 3, 5), datetime.date(2026, 3, 5))
    """
    match = _DATE.fullmatch(plain(text)) or _PACKED_DATE.fullmatch(plain(text))
    try:
        if match:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise NotUnderstood(
        f"“{short(text)}”不是日期。请写成 2026-03-05", f"'{short(text)}' is no date. Write it as 2026-03-05"
    )


_YES = {"是", "y", "yes", "true", "1", "有", "√", "✓", "对"}
_NO = {"否", "n", "no", "false", "0", "无", "×", "✗", "不是", "不"}


def flag(text: str) -> bool:
    given = plain(text).casefold()
    if given in _YES or given in _NO:
        return given in _YES
    raise NotUnderstood(
        f"“{short(text)}”应为“是”或“否”。请改正", f"'{short(text)}' should be 是 (yes) or 否 (no). Correct it"
    )


_KINDS = {
    PointKind.BOREHOLE: ("机钻", "钻探", "zk", "bh", "钻井"),
    PointKind.PIT: ("试坑", "坑探", "tk", "tp", "trial pit", "pit", "浅坑"),
    PointKind.TRENCH: ("槽探", "tc", "沟槽"),
    PointKind.PROBE: ("钎探", "窗口取样", "qt", "ws", "probe", "window sample", "直推"),
}
_CLASSES = {
    WasteClass.DOMESTIC_WASTE: ("存量垃圾", "陈腐垃圾"),
    WasteClass.DEMOLITION_WASTE: ("建筑垃圾",),
    WasteClass.GENERAL_INDUSTRIAL: ("工业固废", "一般固废"),
    WasteClass.HAZARDOUS: ("危废", "疑似危险废物"),
    WasteClass.EXCAVATED_SOIL: ("渣土", "弃土", "余泥"),
    WasteClass.SLURRY: ("泥浆",),
    WasteClass.GREEN_WASTE: ("绿化垃圾",),
    WasteClass.UNKNOWN: ("不明", "未知", "待定"),
}
_ODOURS = {
    Odour.NONE: ("无味", "无异味"),
    Odour.WEAK: ("微弱", "轻微", "微"),
    Odour.MEDIUM: ("中等", "一般"),
    Odour.STRONG: ("强烈", "刺鼻", "恶臭"),
}
_METHODS = {
    PositionMethod.RTK: ("gnss-rtk", "rtk测量", "网络rtk"),
    PositionMethod.HANDHELD: ("手持gps", "手持", "手机"),
    PositionMethod.MAP: ("图上", "图解"),
}
_MEDIA = {
    Medium.SOLID_WASTE: ("固体废物", "垃圾"),
    Medium.LEACHATE_TEST: ("浸出液", "浸出毒性"),
    Medium.SOIL: ("土",),
    Medium.LEACHATE: ("渗沥液",),
}


def _spelled(
    known: Mapping[Word, tuple[str, ...]], others: Mapping[Word, tuple[str, ...]], codes: int = 2
) -> dict[str, Word]:
    """Every spelling → the word: Chinese, English, the stored word, other names."""
    found: dict[str, Word] = {}
    for word, names in known.items():
        for name in (*names[:codes], word.value, *others.get(word, ())):
            found.setdefault(plain(name).casefold(), word)
    return found


KINDS = _spelled(POINT_WORDS, _KINDS)
CLASSES = _spelled(WASTE_WORDS, _CLASSES)
ODOURS = _spelled(ODOUR_WORDS, _ODOURS)
METHODS = _spelled(POSITION_WORDS, _METHODS)
MEDIA = _spelled(MEDIUM_WORDS, _MEDIA)


def word(text: str, known: Mapping[str, Word], offered: Mapping[Word, tuple[str, ...]]) -> Word:
    """The word of a list that is meant; another is refused with the list."""
    found = known.get(plain(text).casefold())
    if found is not None:
        return found
    listed = "、".join(names[0] for names in offered.values())
    raise NotUnderstood(
        f"“{short(text)}”不在列表中。请从这些里选:{listed}",
        f"'{short(text)}' is not in the list. Choose one of: {', '.join(names[1] for names in offered.values())}",
    )


def nearest(text: str, known: list[str]) -> list[str]:
    """The known words most like a text, at most three; of very many only the first are looked at."""
    known = known[:MOST_COMPARED]
    return (
        difflib.get_close_matches(text, known, n=3, cutoff=0.4)
        or [each for each in known if text and (text in each or each in text)][:3]
    )


def short(text: str, length: int = 30) -> str:
    """A value cut short for a sentence, on one line."""
    one = " ".join(text.split())
    return one if len(one) <= length else one[:length] + "…"
