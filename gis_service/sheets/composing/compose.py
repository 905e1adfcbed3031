"""Pages from a template and its content: the map first, since legend, tables and notes depend on what it shows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from typing import Any

from gis_service.sheets.composing import blocks, tables
from gis_service.sheets.composing.content import Chapter, Content, Drawn, Inset
from gis_service.sheets.composing.tables import Table
from gis_service.sheets.composing.template import Box, Part, Template
from gis_service.sheets.drawing.items import LINE, PAPER, Group, Item, Page, Text, box, group
from gis_service.sheets.drawing.letters import require_glyphs, width_mm, wrapped
from gis_service.sheets.errors import TooManyPages
from gis_service.sheets.mapping import furniture
from gis_service.sheets.mapping.frame import Frame, fitted

MAX_PAGES = 40
NOTES_MM = 14.0
"""Kept at the foot of a stack for its notes."""
WIDE_MM, LEFT = 110.0, 0.56
"""A stack so wide has room for two parts beside each other; the left one gets this share."""
INSET_AROUND = 0.94
LAND = "#f7f6f1"
"""The paper under a map, on which white roads can be seen."""
PADDING_MM = 1.6
"""Around a part that lies on the map."""
SLACK_MM = 0.01
Made = tuple[Item, float]
"""A part and how high it became."""
WORDS = {"facts": ("要素", "facts"), "legend": ("图例", "legend"), "notes": ("说明", "notes"), "scale": ("比例尺注记", "notes beside the scale")}  # fmt: skip


class Sheet(list[Page]):
    """The pages, and what they were set from: a Word file is made of its parts."""

    def __init__(self, pages: Iterable[Page], composers: Sequence["Composer"]):
        super().__init__(pages)
        self.composers = composers


@dataclass(frozen=True)
class Sight:
    """Where a map looks: a scale and a middle in metres. What is None is chosen by the land that must be shown."""

    scale: int | None = None
    middle: tuple[float, float] | None = None


@dataclass(frozen=True)
class Placed:
    """Where a part came to stand, and how much of its box it took; `column` counts the stacks from 1, 0 is none."""

    box: Box
    used: Box
    column: int = 0


@dataclass
class Told:
    """What a person should know before they print: in Chinese and in English."""

    said: list[tuple[str, str]] = field(default_factory=list)

    def left_out(self, kind: str, count: int) -> None:
        zh, en = WORDS[kind]
        self.said.append((f"{zh}放不下,少了 {count} 项。请把它的框放大。", f"{count} of the {en} have no room; make their box larger."))  # fmt: skip


def compose(template: Template, content: Content, *, numbered: bool = True) -> Sheet:
    """All pages, with their numbers unless they will be part of something larger. Raises `TooLarge`, and `CharactersMissing`
    where the font lacks a character."""
    return paged([Composer(template, each) for each in (content, *content.further)], numbered=numbered)


def paged(composers: Sequence["Composer"], *, numbered: bool = True) -> Sheet:
    """The pages of these, numbered through, under the title of the first."""
    template, content = composers[0].template, composers[0].content
    bodies = [body for each in composers for body in each.bodies()]
    wide, high = template.width_mm, template.height_mm
    made = [
        Page(wide, high, (*body, *feet), content.title)
        for n, body in enumerate(bodies, start=1)
        for feet in ([blocks.page_foot(wide, high, n, len(bodies), content.t)] if numbered else [],)
    ]
    require_glyphs(made)
    return Sheet(made, composers)


class Composer:
    """One sheet being set."""

    def __init__(self, template: Template, content: Content, sight: Sight | None = None):
        self.template, self.content, self.sight = template, content, sight or Sight()
        self.placed: dict[str, Placed] = {}
        self.told = Told()
        left, top, wide, high = template.map
        self.spare_high = self._spare_high()
        down = self._long_facts()
        top, high = top + down, high - down
        frame = self._looking((left, top, wide, high + self.spare_high))
        need = (content.bounds[2] - content.bounds[0]) * frame.mm_per_m / content.around
        self.spare_wide = wide - max(need, wide * template.hug) if template.hug < 1 else 0.0
        self.frame = replace(frame, wide=wide - max(0.0, self.spare_wide), covered=tuple(self._over_the_map()))
        self.spare_wide = wide - self.frame.wide
        self.drawn: Drawn = content.draw(self.frame)
        self.rest: dict[str, Table] = {}
        self.shown: set[str] = set()

    def _looking(self, place: Box) -> Frame:
        """The frame of the map: by what must be shown, or as it was wanted."""
        content, (west, south, east, north) = self.content, self.content.bounds
        x, y = self.sight.middle or ((west + east) / 2, (south + north) / 2)
        if self.sight.scale is not None:
            return Frame(*place, x, y, self.sight.scale)
        made = fitted(content.bounds, place, what=content.title, least=content.least_scale, around=content.around)
        return replace(made, east=x, north=y)

    def _over_the_map(self) -> list[Box]:
        """Boxes that were put on the map: the map leaves them free."""
        left, top, wide, high = self.template.map
        boxes = [part.box for part in self.template.part if part.box] + [
            stack.box for stack in self.template.stack if stack.parts
        ]
        return [
            each for each in boxes
            if each[0] < left + wide and each[0] + each[2] > left and each[1] < top + high and each[1] + each[3] > top
        ]  # fmt: skip

    def _spare_high(self) -> float:
        """What the table that the map grows into does not need."""
        table = self.content.tables.get(self.template.grows)
        part = next((part for part in self.template.part if part.table == self.template.grows and part.box), None)
        if not self.template.grows or table is None or part is None or part.box is None:
            return 0.0
        return max(0.0, part.box[3] - tables.needed_mm(table, part.box[2]))

    def _long_facts(self) -> float:
        """How much higher the facts above the map are than their box: the map makes room."""
        part = next((part for part in self.template.part if part.kind == "facts" and part.box), None)
        if (
            part is None
            or part.box is None
            or part.bounded
            or part.box[1] > self.template.map[1]
            or not self.content.facts
        ):
            return 0.0
        _, high = blocks.facts(self.content.facts, 0, 0, part.box[2], part.columns)
        return max(0.0, high - part.box[3])

    def _moved(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """A box of the template where the map became higher or narrower."""
        x, y, wide, high = box
        left, top, map_wide, map_high = self.template.map
        if x >= left + map_wide:
            return x - self.spare_wide, y, wide + self.spare_wide, high
        if y >= top + map_high and self.spare_high:
            grown = next(p.box for p in self.template.part if p.table == self.template.grows and p.box)
            if y < grown[1] + grown[3]:
                is_it = box == grown
                return x, y + self.spare_high, wide, high - self.spare_high if is_it else high
        return (x, y, wide - self.spare_wide, high) if y >= top + map_high else box

    def pages(self) -> Sheet:
        """This one by itself."""
        return paged([self])

    def bodies(self) -> list[list[Item]]:
        """What stands on each page, without its number."""
        return [[*self.map_items(), *self._parts(), *self._stacks(), self._marks()], *self._figures(), *self._further()]

    def map_items(self) -> list[Item]:
        """The map with its grid, labels and neatline."""
        land = box(self.frame.left, self.frame.top, self.frame.wide, self.frame.high, fill=LAND, stroke=None)
        return [
            land,
            group("地图 · map", self.drawn.items),
            furniture.grid(self.frame),
            *self.drawn.labels,
            furniture.neatline(self.frame),
        ]

    def _marks(self) -> Item:
        top, right, _, _ = self.template.margins_mm
        return blocks.marks(self.content, self.template.width_mm - right, top)

    def _parts(self) -> list[Item]:
        items: list[Item] = []
        for part in self.template.part:
            if part.box is None:
                continue
            x, y, wide, high = place = self._moved(part.box)
            around = PADDING_MM if part.box in self.frame.covered else 0.0
            inner = (x + around, y + around, wide - 2 * around, high - 2 * around)
            made = self._part(part, *inner, inner[3] if part.bounded else None)
            self.placed[part.kind] = Placed(place, (x, y, wide, made[1] + 2 * around if made else 0.0))
            if made and around:
                items.append(box(x, y, wide, made[1] + 2 * around, fill=PAPER, stroke=LINE, width=0.15))
            if made:
                items.append(made[0])
        return items

    def _stacks(self) -> list[Item]:
        items: list[Item] = []
        for number, stack in enumerate(self.template.stack, start=1):
            x, y, wide, high = place = self._moved(stack.box)
            if not stack.parts:
                continue
            if stack.box in self.frame.covered:
                items.append(box(*place, fill=PAPER, stroke=LINE, width=0.15))
                x, y, wide, high = x + PADDING_MM, y + PADDING_MM, wide - 2 * PADDING_MM, high - 2 * PADDING_MM
            self.placed[f"stack-{number}"] = Placed(place, place)
            low = y + high
            pairs = wide >= WIDE_MM
            for n, part in enumerate(stack.parts):
                follower = (
                    stack.parts[n + 1] if pairs and n + 1 < len(stack.parts) and stack.parts[n + 1].beside else None
                )
                if (pairs and part.beside and n) or (part.kind == "inset" and y + (part.high or 0) > low - NOTES_MM):
                    continue  # stands beside the part before; or the little map gives way to what must be said
                right = x + wide * LEFT + stack.gap_mm
                both = [
                    self._in_stack(part, number, x, y, wide * LEFT if follower else wide, low),
                    self._in_stack(follower, number, right, y, x + wide - right, low) if follower else None,
                ]
                items += [each[0] for each in both if each]
                y += max(each[1] for each in both if each) + stack.gap_mm if any(both) else 0
        return items

    def _in_stack(self, part: Part, number: int, x: float, y: float, wide: float, low: float) -> Made | None:
        """A part of a column that ends at `low`."""
        made = self._part(part, x, y, wide, part.high or low - y, low - y if part.bounded else None)
        if made:
            self.placed[part.kind] = Placed((x, y, wide, made[1]), (x, y, wide, made[1]), number)
        return made

    def _part(self, part: Part, x: float, y: float, wide: float, high: float, most: float | None = None) -> Made | None:
        """The part and how high it became; None where there is nothing to say. `most` is the height it may not exceed."""
        content = self.content
        make: dict[str, Callable[[], Made | None]] = {
            "title": lambda: blocks.title(content, x, y, wide),
            "facts": lambda: self._as_many("facts", content.facts, most, lambda rows: blocks.facts(rows, x, y, wide, part.columns)),
            "legend": lambda: self._legend(x, y, wide, high - NOTES_MM, high - NOTES_MM if most is None else most),
            "notes": lambda: self._as_many("notes", self._notes(), most, lambda rows: blocks.notes(rows, x, y, wide, part.size, part.columns)),
            "scale": lambda: self._scale(x, y, wide, most),
            "photos": lambda: blocks.photos(content, x, y, wide, high - NOTES_MM) if content.photos else None,
            "signature": lambda: blocks.signature(content, x, y, wide),
            "inset": lambda: self.inset(content.inset, x, y, wide, high) if content.inset else None,
            "table": lambda: self._table(part, x, y, wide, high),
        }  # fmt: skip
        return make[part.kind]()

    def _as_many(
        self, kind: str, rows: Sequence[Any], most: float | None, make: Callable[[Sequence[Any]], Made]
    ) -> Made | None:
        """As many rows, from the first on, as have room; how many have none is told."""
        if not rows or most is None:
            return make(rows) if rows else None
        made = make(rows)
        if made[1] <= most + SLACK_MM:
            return made
        low, high = 0, len(rows)  # the more rows, the higher
        while high - low > 1:
            fits = (low + high) // 2
            tried = make(rows[:fits])
            low, high, made = (fits, high, tried) if tried[1] <= most + SLACK_MM else (low, fits, made)
        self.told.left_out(kind, len(rows) - low)
        return made if low else None

    def ratio(self, x: float, y: float) -> Group:
        """Ratio and bar."""
        return self._ratio(x, y)[0]

    def _ratio(self, x: float, y: float) -> tuple[Group, float]:
        said = f"1:{self.frame.scale:,}".replace(",", " ")
        wide = width_mm(said, 4.0, bold=True)
        bar, bar_mm = furniture.scale_bar(x + wide + 6, y, self.frame.scale)
        return group("比例尺 · ratio", [Text(x, y + 3.4, said, 4.0, bold=True), bar]), wide + bar_mm

    def _legend(self, x: float, y: float, wide: float, room: float, most: float | None) -> Made | None:
        """The legend; one that is cut short says so itself."""
        entries = [(n, entry) for n, chapter in enumerate(self.drawn.legend) for entry in chapter.entries]

        def make(rows: Sequence[Any]) -> Made:
            of = {n: [entry for _, entry in some] for n, some in groupby(rows, itemgetter(0))}
            chapters = [
                Chapter(self.drawn.legend[n].title, tuple(some), self.drawn.legend[n].after) for n, some in of.items()
            ]
            return blocks.legend(chapters, x, y, wide, room, self.content.t, left_out=len(entries) - len(rows))

        return self._as_many("legend", entries, most, make)

    def _notes(self) -> list[str]:
        return [*self._beyond(), *self.drawn.notes, *self.content.notes]

    def _beyond(self) -> list[str]:
        """What a fixed scale or middle leaves outside the frame is said on the sheet."""
        west, south, east, north = self.content.bounds
        left, low, right, high = self.frame.land
        if self.sight == Sight() or (left <= west and low <= south and right >= east and high >= north):
            return []
        scale = f"1:{self.frame.scale}"
        return [
            self.content.t(
                f"按版式以 {scale} 出图,对象有一部分在图框之外。",
                f"Drawn at {scale} as the layout says: a part of the subject lies outside the map.",
            )
        ]

    def _scale(self, x: float, y: float, wide: float, most: float | None) -> tuple[Group, float]:
        """Ratio, bar, coordinate note and cut-off in one line under the map."""
        bar, bar_mm = self._ratio(x, y)
        left = x + bar_mm + 17
        size = blocks.BODY_MM
        notes = [self.content.crs_note, "  ".join(filter(None, [self.content.cutoff, self.content.maker]))]
        items: list[Item] = [bar]
        lines = [part for note in notes if note for part in wrapped(note, x + wide - left, size)]
        if most is not None and (room := max(1, int((most + 0.01) / (size * 1.35)))) < len(lines):
            self.told.left_out("scale", len(lines) - room)
            lines = lines[:room]
        right = x + wide
        items += [Text(right, y + size * (0.6 + n * 1.35), said, size, "end") for n, said in enumerate(lines)]
        return group("比例尺 · scale", items), max(5.0, len(lines) * size * 1.35)

    def inset(self, inset: Inset, x: float, y: float, wide: float, high: float) -> tuple[Group, float]:
        head, down = blocks.heading(self.content.t("位置", "Location"), x, y)
        west, south, east, north = inset.bounds
        scale = max((east - west) / wide, (north - south) / (high - down)) * 1000 / INSET_AROUND
        small = Frame(x, y + down, wide, high - down, (west + east) / 2, (south + north) / 2, max(1, round(scale)))
        items: list[Item] = [head, *inset.draw(small, self.frame), box(x, y + down, wide, high - down, width=0.25)]
        return group("位置图 · inset", items), high

    def _table(self, part: Part, x: float, y: float, wide: float, high: float) -> tuple[Group, float] | None:
        """The first of the tables named that has room as it should."""
        for name in part.table.split("|"):
            table = self.content.tables.get(name)
            if table is None or not table.rows:
                continue
            if part.whole and not (tables.needed_mm(table, wide) <= high and tables.natural_mm(table) <= wide):
                continue
            if tables.fits(high) < 1:
                self.rest[name] = table
                return None
            made, used, shown = tables.drawn(table, x, y, wide, high)
            rest = table.rest(shown)
            if rest is not None:
                self.rest[name] = rest
            else:
                self.shown.add(table.name)
            return made, used
        return None

    def _figures(self) -> Iterator[list[Item]]:
        """Drawings beside the map, each on a page under the title."""
        top, right, bottom, left = self.template.margins_mm
        wide = self.template.width_mm - left - right
        for figure in self.content.figures:
            head, high = blocks.title(self.content, left, top, wide)
            start = top + high + 3
            drawn = figure.draw(left, start, wide, self.template.height_mm - bottom - start)
            if drawn:
                yield [head, group(figure.name, drawn), self._marks()]

    def _further(self) -> list[list[Item]]:
        """Pages for the rows that had no room on the first."""
        top, right, bottom, left = self.template.margins_mm
        wide = self.template.width_mm - left - right
        pages: list[list[Item]] = []
        rests = [
            Table(
                each.name + self.content.t("(续)", " (continued)"), each.columns, each.rows, self.template.list_blocks
            )
            for each in self.rest.values()
        ]
        for table in [*rests, *(each for each in self.content.lists if each.name not in self.shown)]:
            going: Table | None = table
            while going is not None:
                head, high = blocks.title(self.content, left, top, wide)
                name = Text(left, top + high + 5, table.name, blocks.HEAD_MM, bold=True)
                start = top + high + 8
                room = self.template.height_mm - bottom - start
                made, _, shown = tables.drawn(going, left, start, wide, room)
                pages.append([head, name, made, self._marks()])
                if len(pages) >= MAX_PAGES:
                    raise TooManyPages(limit=MAX_PAGES)
                going = going.rest(shown)
        return pages
