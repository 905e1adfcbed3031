"""Sheets of made-up land, without a database."""

import shapely

from gis_service.maps.catalogue import Look
from gis_service.sheets.composing.compose import compose
from gis_service.sheets.composing.content import Chapter, Content, Drawn, Entry
from gis_service.sheets.composing.tables import Column, Table
from gis_service.sheets.composing.template import template
from gis_service.sheets.drawing.items import Item, Page, group
from gis_service.sheets.mapping.frame import Frame
from gis_service.sheets.mapping.layers import Feature, area_items
from gis_service.sheets.mapping.placing import Board, Label, Line

LAND = shapely.box(452_000, 2_478_000, 452_200, 2_478_100)
LOOK = Look(fill="#2E9E5B", hatch="cross")


def content(
    *, title: str = "示例地块图", rows: int = 3, said: str = "BW-0001", chapters: int = 1, facts: int = 2
) -> Content:
    """A rectangle of 200 × 100 m with a hatch and a label, and a list."""

    def draw(frame: Frame) -> Drawn:
        board = Board(frame.box)
        board.inside(frame.paper(LAND), [Label((Line(said, 3.0, bold=True), Line("20,000 ㎡", 2.6)))])
        items: list[Item] = [*area_items(frame, Feature(LAND, LOOK))]
        legend = [Chapter("状态", (Entry("已完成", "polygon", LOOK, ("1",)),), ("宗数",))]
        legend += [
            Chapter(f"专题 {n}", tuple(Entry(f"状态 {k}", "polygon", LOOK, ("12",)) for k in range(4)), ("个数",))
            for n in range(chapters - 1)
        ]
        return Drawn([group("地块", items)], board.items, legend)

    table = Table(
        "清单", (Column("编号", 10), Column("面积", 10, "end")), tuple((f"N-{n}", f"{n}.00") for n in range(rows)), 0
    )
    return Content(
        title=title, bounds=LAND.bounds, draw=draw, facts=[("地块编号", said), *[(f"要素 {n}", "珠海高新区北围片区新沙三路以北、兴中路以南、" * 3) for n in range(facts - 1)]],
        tables={"list": table, "points": table}, cutoff="数据截止:2026-11-23 12:00", crs_note="EPSG:4547", sample=True,
    )  # fmt: skip


def pages(size: str = "scene-a4", **more: object) -> list[Page]:
    return compose(template(size), content(**more))  # type: ignore[arg-type]
