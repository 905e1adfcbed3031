"""The balloons of KML: descriptions written as web pages. Their words are kept, their two-column tables become attributes."""

import re
from html.parser import HTMLParser

MOST_PAIRS = 200
#: Longer descriptions hold pictures as text, or whole pages; they are kept cut short.
MOST_CHARACTERS, MOST_PARSED = 2000, 500_000

#: Comments, declarations and instructions, also those that never end: the parser looks for their end again and again.
_NO_TAGS = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^>]*(?:>|\Z)", re.DOTALL)

_SILENT = frozenset({"script", "style", "head", "title"})
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "table", "h1", "h2", "h3", "h4"})
_EMPTY = frozenset({"", "<null>", "null", "none", "nan"})


class _Page(HTMLParser):
    """Collects the words, and the cells of each row; a row that holds another table is no pair."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.pairs: list[tuple[str, str]] = []
        self.rows: list[list[list[str]]] = []
        self.open_cell = 0
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's own
        if tag in _SILENT:
            self.silent += 1
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append([])
        self.words.append("\n" if tag in _BREAKS else " " if tag in ("td", "th") else "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        if tag == "tr" and self.rows:
            self._close_row(self.rows.pop())

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        self.words.append(data)
        if self.rows and self.rows[-1]:
            self.rows[-1][-1].append(data)

    def _close_row(self, cells: list[list[str]]) -> None:
        texts = [" ".join("".join(cell).split()) for cell in cells]
        if len(texts) == 2 and texts[0] and len(texts[0]) <= 60 and len(self.pairs) < MOST_PAIRS:
            self.pairs.append((texts[0].rstrip(":： "), texts[1]))
        elif self.rows and self.rows[-1]:
            self.rows[-1][-1].append(" ".join(texts))  # a table inside a cell


def read(description: str) -> tuple[str | None, dict[str, str | None]]:
    """The words of a description, and what its table says.

    >>> read("<table><tr><td>编号</td><td>BW-01</td></tr><tr><th>备注:</th><td>&lt;Null&gt;</td></tr></table>")
    ('编号 BW-01\\n备注: <Null>', {'编号': 'BW-01', '备注': None})
    >>> read("靠近港湾大道")
    ('靠近港湾大道', {})
    """
    if "<" not in description:
        return _squeezed(description), {}
    page = _Page()
    page.feed(_NO_TAGS.sub(" ", description[:MOST_PARSED]))
    page.close()
    for row in reversed(page.rows):
        page._close_row(row)
    pairs: dict[str, str | None] = {}
    for name, value in page.pairs:
        pairs.setdefault(name, None if value.casefold() in _EMPTY else value)
    return _squeezed("".join(page.words)), pairs


def _squeezed(text: str) -> str | None:
    lines = (" ".join(line.split()) for line in re.split(r"[\r\n]+", text))
    whole = "\n".join(line for line in lines if line)
    return whole[:MOST_CHARACTERS] or None
