"""Which text of law applies to an act: by its days, and by the milder law where two may. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

NEW_LAW_FROM = date(2026, 8, 15)
"""生态环境法典 in force, 固体废物污染环境防治法 repealed [ECO art. 1242]."""

MILDER_ZH = "行为跨越法律变更之日的,两者均列出:新法处罚较轻或者不再认为是违法的,适用新法〔行政处罚法第三十七条,生态环境法典第一千零五十七条〕。"
MILDER_EN = (
    "The act straddles a change of law, so both texts are given: the new one applies if it is lighter or no longer calls it an "
    "offence [PEN art. 37; ECO art. 1057]."
)
LIMITATION_YEARS, HARM_YEARS = 2, 5


@dataclass(frozen=True)
class Force:
    """From when until when a text is in force: `ends` is the first day on which it is not; None where that is not known."""

    begins: date | None
    ends: date | None

    def on(self, day: date) -> bool:
        """
        >>> Force(None, NEW_LAW_FROM).on(date(2026, 8, 14)), Force(None, NEW_LAW_FROM).on(date(2026, 8, 15))
        (True, False)
        """
        return (self.begins is None or self.begins <= day) and (self.ends is None or day < self.ends)

    def within(self, first: date, last: date) -> bool:
        """Whether it was in force on any day from `first` to `last`."""
        return (self.begins is None or self.begins <= last) and (self.ends is None or first < self.ends)


def straddles(forces: Iterable[Force], first: date, last: date) -> bool:
    """Whether texts that may apply changed between the first day of an act and its last."""
    return any(force.on(first) is not force.on(last) for force in forces)


def limitation_on(act_to: date, *, harm: bool) -> date:
    """The day after which a penalty is no longer possible: 2 years from the end of the act, 5 where harm resulted
    [ECO art. 1054]; a continuing act runs from its end.

    >>> limitation_on(date(2026, 9, 1), harm=False), limitation_on(date(2024, 2, 29), harm=True)
    (datetime.date(2028, 9, 1), datetime.date(2029, 2, 28))
    """
    years = HARM_YEARS if harm else LIMITATION_YEARS
    try:
        return act_to.replace(year=act_to.year + years)
    except ValueError:
        return act_to.replace(year=act_to.year + years, day=28)
