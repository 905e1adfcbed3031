"""What stands before the sheets: cover with the contents, index of the parcels, and an overview map of each area."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

import shapely

from gis_service.core.clock import BEIJING
from gis_service.geo import measure
from gis_service.maps.catalogue import Look
from gis_service.sheets.atlas.asked import TITLE, Wish, in_words
from gis_service.sheets.atlas.subjects import NO_AREA, Subject
from gis_service.sheets.composing import blocks, tables
from gis_service.sheets.composing.compose import compose
from gis_service.sheets.composing.content import Chapter, Content, Drawn, Entry
from gis_service.sheets.composing.tables import ROW_MM, Column, Table
from gis_service.sheets.composing.template import Template, template
from gis_service.sheets.drawing.items import BOUNDARY, SOFT, Item, Page, Text, line
from gis_service.sheets.drawing.letters import require_glyphs, width_mm
from gis_service.sheets.errors import TooLarge
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import AREA_PAGES
from gis_service.sheets.kinds.area import themed
from gis_service.sheets.kinds.common import Scene, label_around, location, parcels_around
from gis_service.sheets.mapping.frame import Frame, bounds_of, fitted
from gis_service.sheets.mapping.layers import Feature
from gis_service.sheets.mapping.placing import Label, Line

NUMBER_INK = "#1F5FA8"
"""Page numbers on the overview: the accent of the pages, since they lead somewhere."""
MEANT = Look(fill="#FBE9A9", opacity=0.6, stroke=BOUNDARY, stroke_width=1.2)
LEAST_SCALE = 2_000
"""Of an overview: a group of one small parcel still shows what lies around."""
COVER_TITLE_MM, COVER_SUB_MM = 11.0, 4.6


@dataclass(frozen=True)
class Leaf:
    """A parcel and how many pages its sheet takes."""

    subject: Subject
    pages: int


@dataclass(frozen=True)
class Link:
    """A place on a page that leads to another page: page and target counted from 1, the box in mm."""

    page: int
    box: tuple[float, float, float, float]
    to: int


@dataclass
class Mark:
    """A bookmark and those below it."""

    said: str
    page: int
    below: "list[Mark]" = field(default_factory=list)


@dataclass
class Front:
    """The pages before the sheets, and how to find one's way."""

    pages: list[Page]
    links: list[Link]
    marks: list[Mark]


@dataclass(frozen=True)
class Group:
    """The parcels of one area, the page of its overview and the first of each sheet."""

    area: str
    leaves: tuple[Leaf, ...]
    first: tuple[int, ...] = ()
    overview: int = 0
    """0 where its land does not fit on one map."""

    @property
    def numbers(self) -> set[str]:
        return {leaf.subject.parcel_no for leaf in self.leaves}

    @property
    def area_m2(self) -> float:
        return sum(leaf.subject.area_m2 for leaf in self.leaves)

    @property
    def pages(self) -> str:
        last = self.first[-1] + self.leaves[-1].pages - 1
        return f"{self.first[0]}" if last == self.first[0] else f"{self.first[0]}–{last}"


def title_of(wish: Wish, leaves: Sequence[Leaf]) -> str:
    """
    >>> title_of(Wish("parcel", "a4"), [])
    '国有空闲地宗地图册'
    """
    if wish.title:
        return wish.title
    areas = {leaf.subject.area for leaf in leaves}
    one = f"{areas.pop()}片区" if len(areas) == 1 and NO_AREA not in areas else ""
    return f"{one}{TITLE}{wish.sheet.zh}册"


def front(desk: Desk, wish: Wish, leaves: Sequence[Leaf], maker: str) -> Front:
    """Everything before the sheets, which follow in the order of the leaves."""
    return _Setter(desk, wish, leaves, maker).set()


class _Setter:
    def __init__(self, desk: Desk, wish: Wish, leaves: Sequence[Leaf], maker: str):
        self.desk, self.wish, self.leaves, self.maker = desk, wish, leaves, maker
        self.title = title_of(wish, leaves)
        self.page: Template = template(wish.sheet.templates[wish.size])
        self.map: Template = template(AREA_PAGES[wish.size])
        groups = [Group(area, tuple(mine)) for area, mine in groupby(leaves, lambda leaf: leaf.subject.area)]
        contents, index = self._contents(groups), self._index(groups)
        self.cover_pages = 1 + _pages_of(contents, self._cover_room(), self._list_room())
        self.index_pages = _pages_of(index, 0, self._list_room())
        self.groups = self._numbered(groups)

    def _numbered(self, groups: list[Group]) -> list[Group]:
        """The groups with their pages."""
        overview = self.cover_pages + self.index_pages
        on_map = [self._fits(each) for each in groups]
        page = overview + sum(on_map) + 1
        made = []
        for each, fits in zip(groups, on_map, strict=True):
            overview += fits
            first = []
            for leaf in each.leaves:
                first.append(page)
                page += leaf.pages
            made.append(Group(each.area, each.leaves, tuple(first), overview if fits else 0))
        return made

    def _fits(self, each: Group) -> bool:
        try:
            fitted(_bounds(each), self.map.map)
        except TooLarge:
            return False
        return True

    def set(self) -> Front:
        links: list[Link] = []
        pages = [*self._cover(links), *self._lists(links)]
        for each in self.groups:
            if each.overview:
                pages += compose(self.map, self._overview(each), numbered=False)
        require_glyphs(pages)
        return Front(pages, links, self._marks())

    def _marks(self) -> list[Mark]:
        maps = [Mark(f"{each.area}总图", each.overview) for each in self.groups if each.overview]
        sheets = [
            Mark(each.area, each.first[0], [
                Mark(f"{leaf.subject.parcel_no} {leaf.subject.name}".strip(), first)
                for leaf, first in zip(each.leaves, each.first, strict=True)
            ])
            for each in self.groups
        ]  # fmt: skip
        return [Mark("封面", 1), Mark("地块索引", self.cover_pages + 1), *maps, *sheets]

    # --- cover --------------------------------------------------------------------------------------------------------

    def _contents(self, groups: Sequence[Group]) -> Table:
        head = (Column("片区", 30), Column("宗数", 12, "end"), Column("面积(亩)", 20, "end"), Column("总图(页)", 14, "end"), Column(f"{self.wish.sheet.zh}(页)", 22, "end"))  # fmt: skip
        rows = tuple(
            (
                each.area,
                str(len(each.leaves)),
                f"{measure.mu(each.area_m2):,.1f}",
                str(each.overview or "—"),
                each.pages if each.first else "",
            )
            for each in groups
        )
        return Table("目录", head, rows)

    def _cover_room(self) -> float:
        """For the contents: between what the cover says and where it is signed."""
        return self._foot() - 6 - self._above[1]

    def _foot(self) -> float:
        return self.page.height_mm - self.page.margins_mm[2] - 10

    def _box(self) -> tuple[float, float, float]:
        """Left, top and width of what is printed."""
        top, right, _, left = self.page.margins_mm
        return left, top, self.page.width_mm - left - right

    def _list_room(self) -> float:
        top, _, bottom, _ = self.page.margins_mm
        return self.page.height_mm - bottom - top - LIST_HEAD_MM

    def _cover(self, links: list[Link]) -> Iterator[Page]:
        left, _, wide = self._box()
        items, start = self._above
        contents = self._contents(self.groups)
        table, _, shown = tables.drawn(contents, left, start, wide, self._cover_room())
        _link(links, 1, left, start, wide, [each.first[0] for each in self.groups[:shown]])
        signed, _ = blocks.signature(self._content(), left, self._foot(), wide)
        yield self._page([*items, table, signed])
        rest = [each.first[0] for each in self.groups[shown:]]
        yield from self._pages(contents.rest(shown), "目录(续)", 2, rest, links)

    @cached_property
    def _above(self) -> tuple[list[Item], float]:
        """Title, sums and facts, and where the contents begin below them."""
        left, top, wide = self._box()
        middle, size = left + wide / 2, COVER_TITLE_MM
        while width_mm(self.title, size, bold=True) > wide - 10:
            size -= 0.2
        total = sum(leaf.subject.area_m2 for leaf in self.leaves)
        sub = f"{len(self.leaves)} 宗 · {measure.mu(total):,.1f} 亩({total:,.0f} ㎡)"
        down = top + self.page.height_mm * 0.13
        facts = [
            ("范围", in_words(self.wish.filters)), ("图种", self.wish.sheet.zh), ("数据截止", f"{self.desk.moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"),
            ("编制单位", self.maker or "—"), ("坐标系", self.desk.crs_note),
        ]  # fmt: skip
        made, high = blocks.facts(facts, left, down + 24, wide, 1)
        start = down + 24 + high + 9
        head, used = blocks.heading("目录", left, start)
        items: list[Item] = [
            Text(middle, down, self.title, size, "middle", bold=True),
            line(left, down + 6, left + wide, down + 6, SOFT, 0.3),
            Text(middle, down + 14, sub, COVER_SUB_MM, "middle", fill=SOFT),
            made,
            head,
        ]
        return items, start + used

    # --- index --------------------------------------------------------------------------------------------------------

    def _index(self, groups: Sequence[Group]) -> Table:
        head = (
            Column("序号", 9, "end"), Column("片区", 16), Column("地块编号", 22), Column("地块名称", 44),
            Column("面积(亩)", 15, "end"), Column("管护单位", 40), Column("页码", 10, "end"),
        )  # fmt: skip
        leaves = [leaf.subject for each in groups for leaf in each.leaves]
        first = [page for each in groups for page in each.first] or [0] * len(leaves)
        rows = tuple(
            (str(n), s.area, s.parcel_no, s.name or "—", f"{measure.mu(s.area_m2):,.2f}", s.custodian or "—", str(page))
            for n, (s, page) in enumerate(zip(leaves, first, strict=True), start=1)
        )
        return Table("地块索引", head, rows)

    def _lists(self, links: list[Link]) -> Iterator[Page]:
        targets = [page for each in self.groups for page in each.first]
        yield from self._pages(self._index(self.groups), "地块索引", self.cover_pages + 1, targets, links)

    def _pages(
        self, table: Table | None, name: str, page: int, targets: Sequence[int], links: list[Link]
    ) -> Iterator[Page]:
        """A list over as many pages as it needs; each row leads to its target."""
        left, top, wide = self._box()
        per = tables.fits(self._list_room())
        rows = table.rows if table else ()
        for n, start in enumerate(range(0, len(rows), per)):
            part = Table(name, table.columns, rows[start : start + per]) if table else None
            if part is None:
                return
            head, high = blocks.title(self._content(), left, top, wide)
            begin = top + LIST_HEAD_MM
            made, _, _ = tables.drawn(part, left, begin, wide, self._list_room())
            named = Text(left, top + high + 5, name, blocks.HEAD_MM, bold=True)
            _link(links, page + n, left, begin, wide, targets[start : start + per])
            yield self._page([head, named, made])

    def _content(self) -> Content:
        return Content(self.title, (0, 0, 1, 1), lambda _: Drawn([]), sample=self.desk.sample)

    def _page(self, items: list[Item]) -> Page:
        top, right, _, _ = self.page.margins_mm
        marks = blocks.marks(self._content(), self.page.width_mm - right, top)
        return Page(self.page.width_mm, self.page.height_mm, (*items, marks), self.title)

    # --- overview -----------------------------------------------------------------------------------------------------

    def _overview(self, each: Group) -> Content:
        bounds = _bounds(each)
        rows = self.desk.rows("parcel-supply", bounds)
        pages = dict(zip((leaf.subject.parcel_no for leaf in each.leaves), each.first, strict=True))
        mine = rows[rows["parcel_no"].isin(each.numbers)]
        features = [
            Feature(row.geometry, MEANT, labels=_labels(row.parcel_no, pages[row.parcel_no]), name=f"{row.parcel_no}(第 {pages[row.parcel_no]} 页)")
            for row in mine.itertuples()
        ]  # fmt: skip

        def draw(frame: Frame) -> Drawn:
            scene = Scene(self.desk, frame)
            scene.ground()
            others = parcels_around(scene, *each.numbers)
            themed(scene, self.desk.layers["parcel-supply"], features)
            entries = [Entry("本册地块", "polygon", MEANT, (str(len(features)),))]
            entries += [Entry("其他登记地块", "polygon", others[0].look)] if others else []
            scene.chapters.append(Chapter("地块", tuple(entries), ("宗数",)))
            label_around(scene, others)
            scene.label_ground()
            return scene.close()

        return Content(
            title=f"{each.area}片区总图" if each.area != NO_AREA else f"{NO_AREA}地块总图",
            bounds=bounds,
            draw=draw,
            least_scale=LEAST_SCALE,
            tables={
                "parcels": Table(
                    "地块页码", PAGE_COLUMNS, tuple((number, str(page)) for number, page in pages.items()), 0
                )
            },
            notes=["地块编号旁的蓝字为该地块所在的页码。", "本图为示意图,边界以登记成果为准。"],
            inset=location(self.desk, shapely.box(*bounds), each.area),
            cutoff=self.desk.cutoff,
            crs_note=self.desk.crs_note,
            sample=self.desk.sample,
        )


PAGE_COLUMNS = (Column("地块编号", 17), Column("页码", 8, "end"))
LIST_HEAD_MM = 20.0
"""Above a list: the title of the atlas and the name of the list."""


def _pages_of(table: Table, first_mm: float, then_mm: float) -> int:
    """How many pages a list takes beyond the room it has on a page before."""
    left = len(table.rows) - (tables.fits(first_mm) if first_mm else 0)
    return -(-max(0, left) // tables.fits(then_mm))


def _link(links: list[Link], page: int, x: float, y: float, wide: float, targets: Sequence[int]) -> None:
    """One for each row below the head of a table."""
    links += [Link(page, (x, y + n * ROW_MM, wide, ROW_MM), to) for n, to in enumerate(targets, start=1)]


def _bounds(each: Group) -> tuple[float, float, float, float]:
    return bounds_of([shapely.box(*leaf.subject.bounds) for leaf in each.leaves])


def _labels(number: str, page: int) -> tuple[Label, ...]:
    """Number and page, smaller ones, then the page alone: it is what the map is for."""
    forms = [
        Label((Line(number, size, bold=True), Line(str(page), size + 0.4, bold=True, fill=NUMBER_INK)))
        for size in (3.0, 2.6, 2.4)
    ]
    return (*forms, Label((Line(str(page), 2.8, bold=True, fill=NUMBER_INK),)))
