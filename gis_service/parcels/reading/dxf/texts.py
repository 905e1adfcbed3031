"""Which of the texts inside an outline is its number."""

import re

#: What people write in front of a number.
_SAID = re.compile(r"(?:地块|宗地|用地)?(?:编号|代码|号)\s*[:：]\s*(\S+)")
#: Numbers as registers have them: letters or characters and digits, in groups; a bare integer at the worst.
_GROUPED = re.compile(r"[A-Za-z\u4e00-\u9fff]{0,8}\d*(?:[-—_/][A-Za-z0-9\u4e00-\u9fff]{1,12}){1,5}")
_LETTERED = re.compile(r"(?:[A-Za-z\u4e00-\u9fff]{1,8}\d{1,10}[A-Za-z]?|\d{12}[A-Za-z]{2}\d{5})")
_BARE = re.compile(r"\d{1,8}")
#: What numbers of other things look like: boundary points, areas, lengths, coordinates, heights, dates.
_OTHER = re.compile(
    r"[JjＪ]\d{1,4}|[SsAaXxYyHhRrLl]\s*[=:：].*|.*(?:㎡|m2|m²|平方米|亩|公顷|米|%|°).*|\d*\.\d+|\d{4}[-/]\d{1,2}[-/]\d{1,2}",
    re.IGNORECASE,
)


def number(texts: list[str]) -> str | None:
    """The first text that looks most like a parcel number.

    >>> number(["J1", "12000.5", "工业用地", "TJ-06-12", "3"])
    'TJ-06-12'
    >>> number(["编号：北围01"]), number(["17"]), number(["S=3000㎡", "23.45"])
    ('北围01', '17', None)
    """
    for text in texts:
        if said := _SAID.fullmatch(text.strip()):
            return said[1]
    for pattern in (_GROUPED, _LETTERED, _BARE):
        for text in texts:
            plain = text.strip()
            if pattern.fullmatch(plain) and not _OTHER.fullmatch(plain) and any(c.isdigit() for c in plain):
                return plain
    return None
