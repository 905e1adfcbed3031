"""Numbers of simple lists: decimal, Chinese, letters, bullets."""

from dataclasses import dataclass, field
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn

DIGITS = "〇一二三四五六七八九"
PLAIN = {"decimal", "decimalEnclosedCircle", "lowerLetter", "upperLetter", "bullet", "none"}
CHINESE = {"chineseCounting", "chineseCountingThousand", "ideographDigital", "japaneseCounting", "taiwaneseCounting"}


def chinese(number: int) -> str:
    """A number below a hundred in Chinese.

    >>> chinese(3), chinese(10), chinese(12), chinese(20), chinese(45)
    ('三', '十', '十二', '二十', '四十五')
    """
    tens, ones = divmod(number, 10)
    if not tens or tens > 9:
        return "".join(DIGITS[int(digit)] for digit in str(number))
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")


def written(number: int, form: str) -> str:
    if form in CHINESE:
        return chinese(number)
    if form == "decimalEnclosedCircle" and number <= 20:
        return chr(0x245F + number)
    if form in ("lowerLetter", "upperLetter"):
        return chr((97 if form == "lowerLetter" else 65) + (number - 1) % 26)
    return str(number)


@dataclass
class Lists:
    """The lists of a document, counting as the paragraphs come."""

    document: Document
    counts: dict[tuple[str, int], int] = field(default_factory=dict)

    def level(self, number_id: str, depth: int) -> Any:
        """The element that describes a level of a list; None where the document has none such."""
        try:
            root = self.document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return None
        for number in root.findall(qn("w:num")):
            if number.get(qn("w:numId")) == number_id:
                wanted = number.find(qn("w:abstractNumId")).get(qn("w:val"))
                for abstract in root.findall(qn("w:abstractNum")):
                    if abstract.get(qn("w:abstractNumId")) == wanted:
                        return next(
                            (each for each in abstract.findall(qn("w:lvl")) if each.get(qn("w:ilvl")) == str(depth)),
                            None,
                        )
        return None

    def form(self, level: Any) -> str:
        found = level.find(qn("w:numFmt"))
        return "decimal" if found is None else found.get(qn("w:val"))

    def next(self, number_id: str, depth: int, level: Any) -> str:
        """The text before the next paragraph of this level."""
        start = level.find(qn("w:start"))
        key = (number_id, depth)
        self.counts[key] = self.counts.get(key, int(start.get(qn("w:val"))) - 1 if start is not None else 0) + 1
        for deeper in [one for one in self.counts if one[0] == number_id and one[1] > depth]:
            del self.counts[deeper]
        pattern = level.find(qn("w:lvlText"))
        text = "" if pattern is None else pattern.get(qn("w:val")) or ""
        if self.form(level) == "bullet":
            return "•" if text else ""
        for at in range(depth + 1):
            above = self.level(number_id, at)
            if f"%{at + 1}" in text and above is not None:
                text = text.replace(f"%{at + 1}", written(self.counts.get((number_id, at), 1), self.form(above)))
        return text
