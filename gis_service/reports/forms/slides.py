"""Slides of a month, 16:9: native shapes and texts, which can be moved, coloured and rewritten; no pictures of pages."""

from collections.abc import Sequence
from itertools import islice

from gis_service.reports.forms import charts, words
from gis_service.reports.forms.words import Row, Snapshot
from gis_service.reports.freezing import snapshot as snapshots
from gis_service.reports.freezing.pages import page_in
from gis_service.sheets.composing.tables import Column, Table, drawn
from gis_service.sheets.drawing.charts import Drawing
from gis_service.sheets.drawing.items import FAINT, INK, MIDDLE, SOFT, Anchor, Item, Page, Text, box, line
from gis_service.sheets.drawing.letters import cut, require_glyphs, wrapped
from gis_service.sheets.drawing.moving import placed
from gis_service.sheets.printing.slides import to_pptx

WIDE, HIGH, LEFT, TOP = 338.67, 190.5, 14.0, 32.0
ROOM, FLOOR = WIDE - 2 * LEFT, HIGH - 12.0
ACCENT, SAMPLE_PAPER, SAMPLE_INK = "#1F5FA8", "#fff4dc", "#7a5200"
TITLE_MM, BIG_MM, BODY_MM, SMALL_MM = 8.0, 9.0, 4.4, 3.6
TABLE_SCALE, CHART_SCALE = 1.7, 1.55
"""Tables and charts are drawn for paper and enlarged, so that the last row can be read."""
CARDS: dict[str, tuple[str, ...]] = {
    "打": ("case.open", "case.new", "case.closed"),
    "防": ("fence.full", "sign.covered", "camera.covered"),
    "管": ("handover.done", "patrol.coverage", "rectification.closed"),
    "治": ("survey.done", "waste.volume", "disposal.progress"),
}
"""Three figures of each of the four groups."""
MOST_PAGES = 3
"""Slides that a list may take; what is left is in the report and said."""


def slides(snapshot: Snapshot) -> bytes:
    """The same snapshot makes the same bytes."""
    pages = deck(snapshot)
    require_glyphs(pages)
    return to_pptx(pages, snapshots.cut_off(dict(snapshot)))


def deck(snapshot: Snapshot) -> list[Page]:
    """The slides as pages of drawn items."""
    bodies: list[tuple[str, list[Item]]] = [
        (words.title(snapshot, "调度"), _cover(snapshot)),
        ("主要指标", _cards(snapshot)),
    ]
    if snapshot["rows"]:
        bodies += [
            (
                f"各片区{snapshot['statuses'][axis]['title']}",
                _chart(charts.statuses(snapshot, axis, ROOM / CHART_SCALE)),
            )
            for axis in ("survey", "handover")
        ]
    bodies.append(("近六个月趋势", _chart(charts.trend(snapshot, ROOM / CHART_SCALE, (FLOOR - TOP) / CHART_SCALE))))
    bodies += _tables(
        "超期问题最多的责任单位", WORST, _worst(snapshot["worst"]), "截止时没有责任单位存在超期未销号的问题。"
    )
    held = snapshot["actions"]
    about = f"议定事项({held['held_on']} {held['meeting']})" if held["meeting"] else "议定事项"
    bodies += _tables(about, ACTIONS, [_action(each) for each in held["items"]], "没有待办的议定事项。")
    bodies += _tables("超期督办", LATE, [_late(each) for each in snapshot["late"]], "截止时没有超期事项。")
    bodies += _tables("案件", CASES, [_case(each) for each in snapshot["cases"]], "截止时没有在办案件。")
    for each in snapshot["maps"]:
        if "slide" in each:
            bodies.append((each["title"], list(page_in(each["slide"]).items)))
    plain = len(bodies) - sum("slide" in each for each in snapshot["maps"])
    return [
        Page(WIDE, HIGH, tuple(body if n == 1 or n > plain else [*_head(title, snapshot), *body]) + tuple(_foot(snapshot, n, len(bodies))), title)
        for n, (title, body) in enumerate(bodies, 1)
    ]  # fmt: skip


# --- what stands on every slide ---------------------------------------------------------------------------------------


def _head(title: str, snapshot: Snapshot) -> list[Item]:
    marks = " ".join(words.marks(snapshot))
    items: list[Item] = [
        _text(cut(title, ROOM - 60, TITLE_MM, bold=True), LEFT, 18, TITLE_MM, bold=True),
        line(LEFT, 24, WIDE - LEFT, 24, ACCENT, 0.5),
    ]
    if marks:
        items.append(_text(marks, WIDE - LEFT, 18, BODY_MM, anchor="end", bold=True, ink=SAMPLE_INK))
    return items


def _foot(snapshot: Snapshot, number: int, of: int) -> list[Item]:
    """Below maps too: they say their cut-off themselves, not their place in the deck."""
    said = "  ".join([words.cut_off(snapshot), *words.marks(snapshot), words.INSIDE])
    return [
        _text(said, LEFT, HIGH - 4, 2.8, ink=SOFT),
        _text(f"{number} / {of}", WIDE - LEFT, HIGH - 4, 2.8, anchor="end", ink=SOFT),
    ]


def _text(
    said: str, x: float, y: float, size: float, *, anchor: Anchor = "start", bold: bool = False, ink: str = INK
) -> Text:
    return Text(x, y, said, size, anchor, bold, ink)


# --- single slides ----------------------------------------------------------------------------------------------------


def _cover(snapshot: Snapshot) -> list[Item]:
    title = words.title(snapshot, "调度")
    items: list[Item] = [box(0, 0, WIDE, 4, fill=ACCENT, stroke=None)]
    y = 78.0
    for said in wrapped(title, ROOM, 14, bold=True):
        items.append(_text(said, WIDE / 2, y, 14, anchor="middle", bold=True))
        y += 19
    for said in (snapshot["office"], words.cut_off(snapshot), words.correction(snapshot)):
        if said:
            items.append(_text(cut(said, ROOM, 5.2), WIDE / 2, y + 8, 5.2, anchor="middle", ink=SOFT))
            y += 9
    if marks := " ".join(words.marks(snapshot)):
        items += [
            box(WIDE / 2 - 40, 30, 80, 12, fill=SAMPLE_PAPER, stroke=SAMPLE_INK, width=0.3),
            _text(marks, WIDE / 2, 36 + 6 * MIDDLE, 6, anchor="middle", bold=True, ink=SAMPLE_INK),
        ]
    return items


def _cards(snapshot: Snapshot) -> list[Item]:
    """Four columns, three figures each: the value large, what it is a share of and the change below."""
    found = {each["code"]: each for each in snapshot["figures"]["district"]}
    catalogue = snapshot["figures"]["catalogue"]
    names = {each["code"]: each["zh"] for each in snapshot["figures"]["groups"]}
    gap, wide = 6.0, (ROOM - 3 * 6.0) / 4
    items: list[Item] = []
    for n, (group, codes) in enumerate(CARDS.items()):
        x = LEFT + n * (wide + gap)
        items += [
            _text(names.get(group, group), x, TOP + 4, 5.6, bold=True, ink=ACCENT),
            line(x, TOP + 7, x + wide, TOP + 7, FAINT, 0.3),
        ]
        y = TOP + 12
        for code in (code for code in codes if code in found):
            figure, about = found[code], catalogue[code]
            moved = "" if figure["change"] is None else f"比上月{words.change(figure, about)}"
            moved += f"  年计划 {words.plan(figure, about)}" if figure["plan"] is not None else ""
            items += [
                _text(cut(about["zh"], wide, BODY_MM), x, y + 5, BODY_MM, ink=SOFT),
                _text(cut(words.value(figure, about), wide, BIG_MM, bold=True), x, y + 17, BIG_MM, bold=True),
                _text(cut(words.parts(figure, about), wide, SMALL_MM), x, y + 24, SMALL_MM),
                _text(cut(moved, wide, SMALL_MM), x, y + 30, SMALL_MM, ink=SOFT),
            ]
            y += 42
    totals = snapshot["totals"]
    said = f"在册 {totals['parcels']} 宗,{words.number(totals['area_mu'])} 亩;比率下方为分子/分母,方量下方为下限–上限(自然方)。"
    return [*items, _text(said, LEFT, FLOOR - 1, SMALL_MM, ink=SOFT)]


def _chart(drawing: Drawing) -> list[Item]:
    items, high = drawing
    scale = min(CHART_SCALE, (FLOOR - TOP) / high)
    return list(placed([items], LEFT, TOP, scale))


# --- tables -----------------------------------------------------------------------------------------------------------

WORST = (Column("名次", 5, "middle"), Column("责任单位", 30), Column("截止时超期(件)", 14, "end"), Column("本月新增(件)", 12, "end"), Column("本月销号(件)", 12, "end"), Column("所涉地块(宗)", 12, "end"))  # fmt: skip
ACTIONS = (Column("编号", 13), Column("事项", 38), Column("责任单位", 24), Column("责任人", 13), Column("完成时限", 12), Column("状态", 20))  # fmt: skip
LATE = (Column("编号", 13), Column("类别", 9), Column("事项", 34), Column("时限", 15), Column("应于", 11), Column("超期(天)", 9, "end"), Column("责任单位", 22), Column("责任人", 12))  # fmt: skip
CASES = (Column("编号", 13), Column("案件", 40), Column("片区", 9), Column("登记日期", 11), Column("状态", 20), Column("责任单位", 22))  # fmt: skip


def _tables(
    title: str, columns: tuple[Column, ...], rows: Sequence[tuple[str, ...]], nothing: str
) -> list[tuple[str, list[Item]]]:
    """A list on as many slides as it takes, three at the most."""
    if not rows:
        return [(title, [_text(nothing, LEFT, TOP + 10, BODY_MM * 1.2, ink=SOFT)])]
    room = (FLOOR - TOP - 4) / TABLE_SCALE
    rest: Table | None = Table(title, columns, tuple(rows))
    made: list[tuple[str, list[Item]]] = []
    while rest and len(made) < MOST_PAGES:
        items, _, count = drawn(rest, 0, 0, ROOM / TABLE_SCALE, room)
        made.append((title if not made else f"{title}(续)", list(placed([items], LEFT, TOP, TABLE_SCALE))))
        rest = rest.rest(count)
    if rest:
        said = f"另有 {len(rest.rows)} 项,见调度报告。"
        made[-1][1].append(_text(said, LEFT, FLOOR, SMALL_MM, ink=SOFT))
    return made


def _worst(found: Sequence[Row]) -> list[tuple[str, ...]]:
    return [
        (str(n), each["unit"], str(each["late"]), str(each["found"]), str(each["corrected"]), str(each["parcels"]))
        for n, each in enumerate(islice(found, 5), 1)
    ]


def _action(each: Row) -> tuple[str, ...]:
    return (
        each["no"],
        each["title"],
        each["unit"],
        each["person"] or words.NONE,
        each["due_on"] or words.NONE,
        _state(each),
    )


def _late(each: Row) -> tuple[str, ...]:
    return (
        each["no"], each["kind"], each["title"], each["clock"], each["due_on"], str(each["days_late"]), each["unit"],
        each["person"] or words.NONE,
    )  # fmt: skip


def _case(each: Row) -> tuple[str, ...]:
    return each["no"], each["title"], each["area"] or words.NONE, each["opened_on"], _state(each), each["unit"]


def _state(each: Row) -> str:
    behind = words.late_by(each)
    return f"{each['state']}({behind})" if behind else str(each["state"])
