"""The parts of a page beside the map. Each draws itself into a width and says how high it became."""

import math
from collections.abc import Iterator, Sequence

from gis_service.sheets.composing.content import Chapter, Content
from gis_service.sheets.drawing.items import (
    INK,
    LINE,
    MIDDLE,
    MIN_TEXT_MM,
    PAPER,
    SOFT,
    Group,
    Item,
    Picture,
    Text,
    box,
    group,
    line,
)
from gis_service.sheets.drawing.letters import LEADING, cut, width_mm, wrapped
from gis_service.sheets.mapping.layers import swatch
from gis_service.sheets.tongue import Tongue

TITLE_MM, SUBTITLE_MM, HEAD_MM, BODY_MM = 6.6, 3.2, 3.2, 2.6
MARK_GAP_MM = 1.6
"""Between the marks in the corner, and from them to the title."""
SAMPLE_MARK, SAMPLE_PAPER = "#7a5200", "#fff4dc"
SWATCH_MM = (8.0, 4.2)
FACT_MM = 5.2
PHOTO_SHAPE = 0.75
"""Of a photo's place: its height to its width."""
LEGEND_MM = 62.0
"""A chapter of the legend is at least so wide."""
HEAD_FILL = "#eef1f4"
ZH = Tongue()


def text_block(lines: Sequence[str], x: float, y: float, size: float, **look: object) -> list[Item]:
    """Lines under each other, the first beginning below `y`."""
    return [Text(x, y + size * (0.95 + n * LEADING), said, size, **look) for n, said in enumerate(lines)]  # type: ignore[arg-type]


def title(content: Content, x: float, y: float, wide: float) -> tuple[Group, float]:
    """The title on one line, as large as fits beside the marks: in the middle, or as near to it as they let it."""
    size, room = TITLE_MM, wide - marks_mm(content) - MARK_GAP_MM
    while size > 4 and width_mm(content.title, size, bold=True) > room:
        size -= 0.2
    said = cut(content.title, room, size, bold=True)
    middle = x + min(wide / 2, room - width_mm(said, size, bold=True) / 2)
    items: list[Item] = [Text(middle, y + TITLE_MM * 0.95, said, size, "middle", bold=True)]
    high = TITLE_MM * LEADING
    if content.subtitle:
        most = 2 * min(middle - x, x + wide - middle)
        items.append(
            Text(middle, y + high + SUBTITLE_MM * 0.95, cut(content.subtitle, most, SUBTITLE_MM), SUBTITLE_MM, "middle", fill=SOFT)
        )  # fmt: skip
        high += SUBTITLE_MM * LEADING
    return group("图名 · title", items), high


def marks(content: Content, right: float, top: float) -> Group:
    """示例数据 and 内部使用 (or what a layout has in its place), in the upper right corner."""
    items: list[Item] = []
    for words, ink, paper in _marks(content):
        wide = _mark_mm(words)
        items.append(box(right - wide, top, wide, 5.4, fill=paper, stroke=ink, width=0.3))
        items.append(
            Text(right - wide / 2, top + 2.7 + HEAD_MM * MIDDLE, words, HEAD_MM, "middle", bold=True, fill=ink)
        )
        right -= wide + MARK_GAP_MM
    return group("标记 · marks", items)


def marks_mm(content: Content) -> float:
    """How far the marks reach from the right."""
    return sum(_mark_mm(words) + MARK_GAP_MM for words, _, _ in _marks(content))


def _marks(content: Content) -> list[tuple[str, str, str]]:
    """Words, ink and paper of each."""
    mark = content.t("内部使用", "INTERNAL USE") if content.mark is None else content.mark
    return [
        *([(mark, INK, PAPER)] if mark else []),
        *([(content.t("示例数据", "SAMPLE DATA"), SAMPLE_MARK, SAMPLE_PAPER)] if content.sample else []),
    ]


def _mark_mm(words: str) -> float:
    return width_mm(words, HEAD_MM, bold=True) + 3.4


def facts(rows: Sequence[tuple[str, str]], x: float, y: float, wide: float, columns: int) -> tuple[Group, float]:
    """Names and values in a ruled grid of so many pairs beside each other; a long value takes two lines."""
    pair = wide / columns
    name_mm = max(width_mm(name, BODY_MM) for name, _ in rows) + 3
    lines = [rows[n : n + columns] for n in range(0, len(rows), columns)]
    items: list[Item] = []
    top = y
    for line_of in lines:
        alone = len(line_of) < columns
        rooms = [(wide - name_mm if alone else pair - name_mm) - 3] * len(line_of)
        said = [wrapped(value, room, BODY_MM)[:2] or ["—"] for (_, value), room in zip(line_of, rooms, strict=True)]
        high = FACT_MM + (max(map(len, said)) - 1) * BODY_MM * LEADING
        for n, (name, _) in enumerate(line_of):
            left = x + n * pair
            items += [
                box(left, top, name_mm, high, fill=HEAD_FILL, stroke=LINE, width=0.1),
                box(left + name_mm, top, (wide if alone else pair) - name_mm, high, stroke=LINE, width=0.1),
                Text(left + 1.5, top + high / 2 + BODY_MM * MIDDLE, name, BODY_MM, fill=SOFT),
            ]
            first = top + high / 2 - (len(said[n]) - 1) * BODY_MM * LEADING / 2 + BODY_MM * MIDDLE
            items += [Text(left + name_mm + 1.5, first + k * BODY_MM * LEADING, part, BODY_MM) for k, part in enumerate(said[n])]  # fmt: skip
        top += high
    items.append(box(x, y, wide, top - y, width=0.2))
    return group("要素 · facts", items), top - y


def heading(said: str, x: float, y: float) -> tuple[Text, float]:
    return Text(x, y + HEAD_MM * 0.95, said, HEAD_MM, bold=True), HEAD_MM * LEADING + 1.2


def legend(
    chapters: Sequence[Chapter],
    x: float,
    y: float,
    wide: float,
    room: float = math.inf,
    t: Tongue = ZH,
    *,
    left_out: int = 0,
) -> tuple[Group, float]:
    """What the looks mean; only what is visible on the map. Chapters stand beside each other where there is room, or where
    they would be too high."""
    more = t(f"(另有 {left_out} 项未列)", f" ({left_out} more not listed)") if left_out else ""
    head, high = heading(t("图例", "Legend") + more, x, y)
    items: list[Item] = [head]
    whole = sum(map(_chapter_mm, chapters))
    columns = 2 if len(chapters) > 1 and (wide > 2 * LEGEND_MM or high + whole > room) else 1
    gap = 8 if wide > 2 * LEGEND_MM else 4
    each = (wide - gap * (columns - 1)) / columns
    tops = [y + high] * columns
    for chapter in chapters:
        # the first column until it has its share
        column = 0 if columns == 1 or tops[0] - y - high < whole / 2 - 6 else 1
        made, used = _chapter(chapter, x + column * (each + gap), tops[column], each)
        items.append(made)
        tops[column] += used
    return group("图例 · legend", items), max(tops) - y - 1.5


def _chapter_mm(chapter: Chapter) -> float:
    """How high a chapter is."""
    return BODY_MM * LEADING + 1 + len(chapter.entries) * (SWATCH_MM[1] + 1.5) + 1.5


def _chapter(chapter: Chapter, x: float, y: float, wide: float) -> tuple[Group, float]:
    items: list[Item] = [Text(x, y + BODY_MM * 0.95, chapter.title, BODY_MM, fill=SOFT)]
    rows = [chapter.after, *(entry.after for entry in chapter.entries)]
    count = max(map(len, rows))
    widths = [max(width_mm(row[n], BODY_MM) for row in rows if len(row) > n) + 2.4 for n in range(count)]
    ends = [x + wide - sum(widths[n + 1 :]) for n in range(count)]
    items += [
        Text(ends[n], y + BODY_MM * 0.95, said, BODY_MM, "end", fill=SOFT) for n, said in enumerate(chapter.after)
    ]
    top = y + BODY_MM * LEADING + 1
    for entry in chapter.entries:
        items += swatch(entry.geometry, entry.look, entry.form, x, top, *SWATCH_MM)
        base = top + SWATCH_MM[1] / 2 + BODY_MM * MIDDLE
        items.append(
            Text(
                x + SWATCH_MM[0] + 2.2, base, cut(entry.words, wide - SWATCH_MM[0] - 3 - sum(widths), BODY_MM), BODY_MM
            )
        )
        items += [Text(ends[n], base, said, BODY_MM, "end") for n, said in enumerate(entry.after)]
        top += SWATCH_MM[1] + 1.5
    return group(chapter.title, items), top - y + 1.5


def photos(content: Content, x: float, y: float, wide: float, room: float) -> tuple[Group, float] | None:
    """Photos two or three beside each other with number and caption, as many rows as have room; None where not one has."""
    head, down = heading(content.t("现场照片(编号见图)", "Photos (numbers: map)"), x, y)
    columns, each, high = next(_grids(wide, room - down), (0, 0.0, 0.0))
    count = min(len(content.photos), columns * int((room - down) / high)) if columns else 0
    if count < 1:
        return None
    items: list[Item] = [head]
    for n, photo in enumerate(content.photos[:count]):
        left, top = x + n % columns * (each + 3), y + down + n // columns * high
        px, py = photo.size
        scale = min(each / px, each * PHOTO_SHAPE / py)
        shown = Picture(left, top, px * scale, py * scale, photo.jpeg, photo.caption)
        said = cut(f"{n + 1}  {photo.caption}", each, MIN_TEXT_MM)
        items += [shown, box(shown.x, shown.y, shown.wide, shown.high, stroke=LINE, width=0.1)]
        items.append(Text(left, top + each * PHOTO_SHAPE + 3, said, MIN_TEXT_MM))
    return group("照片 · photos", items), down + -(-count // columns) * high


def _grids(wide: float, room: float) -> Iterator[tuple[int, float, float]]:
    """Columns of photos, how wide each is, and how high a row with its caption, where a row fits."""
    for columns in (2, 3):
        each = (wide - 3 * (columns - 1)) / columns
        high = each * PHOTO_SHAPE + BODY_MM * LEADING + 2.2
        if high <= room:
            yield columns, each, high


def notes(said: Sequence[str], x: float, y: float, wide: float, size: float, columns: int = 1) -> tuple[Group, float]:
    """Notes, one paragraph each; in columns they are dealt out in order."""
    each = (wide - 5 * (columns - 1)) / columns
    per = -(-len(said) // columns)
    items: list[Item] = []
    highest = 0.0
    for n in range(columns):
        lines = [part for note in said[n * per : (n + 1) * per] for part in wrapped(note, each, size)]
        items += text_block(lines, x + n * (each + 5), y, size, fill=SOFT)
        highest = max(highest, len(lines) * size * LEADING)
    return group("说明 · notes", items), highest


def signers(content: Content) -> tuple[str, ...]:
    t = content.t
    return content.signers or (t("制图", "Drawn"), t("校核", "Checked"), t("审定", "Approved"), t("日期", "Date"))


def signature(content: Content, x: float, y: float, wide: float) -> tuple[Group, float]:
    """Who made, checked and approved it, and when, to be signed by hand."""
    names = signers(content)
    each = wide / len(names)
    items: list[Item] = []
    for n, name in enumerate(names):
        left = x + n * each
        start = left + width_mm(name + ":", BODY_MM) + 1
        items += [Text(left, y + BODY_MM, f"{name}:", BODY_MM), line(start, y + BODY_MM + 0.8, left + each - 5, y + BODY_MM + 0.8, LINE, 0.15)]  # fmt: skip
    return group("签署 · signature", items), BODY_MM * 1.6


def page_foot(width: float, height: float, page: int, pages: int, t: Tongue = ZH) -> Group:
    said = t(f"第 {page} 页 共 {pages} 页", f"Page {page} of {pages}")
    items: list[Item] = [Text(width / 2, height - 7.2, said, BODY_MM, "middle", fill=SOFT)]
    return group("页码 · page", items)
