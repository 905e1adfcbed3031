"""The language of a sheet's own words: titles, legends, notes, heads, furniture. Names of land and units stay as they are registered."""

from dataclasses import dataclass
from typing import Literal

Lang = Literal["zh", "en"]


@dataclass(frozen=True)
class Tongue:
    """Says what is written twice in the language of the sheet.

    >>> Tongue("en")("图例", "Legend"), Tongue("zh")("图例", "Legend")
    ('Legend', '图例')
    """

    lang: Lang = "zh"

    def __call__(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def of(self, pair: tuple[str, ...]) -> str:
        return pair[0 if self.lang == "zh" else 1]

    def capital(self, zh: str, en: str) -> str:
        """The same, the English with a capital letter."""
        return self(zh, en[:1].upper() + en[1:])

    @property
    def comma(self) -> str:
        """Between the members of a list."""
        return self("、", ", ")
