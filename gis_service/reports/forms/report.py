"""调度报告: text with figures and their denominators, tables, charts and maps; DOCX for those who edit, PDF for those who read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from gis_service.papers import fonts, printing
from gis_service.reports.forms import charts, words
from gis_service.reports.forms.paper import Paper
from gis_service.reports.forms.words import Row, Snapshot
from gis_service.reports.freezing import snapshot as snapshots
from gis_service.reports.freezing.pages import page_in
from gis_service.sheets.drawing.items import Page
from gis_service.sheets.drawing.letters import family, require_glyphs
from gis_service.sheets.drawing.svg import svg
from gis_service.sheets.printing.output import to_png

CHART_MM, TREND_HIGH_MM = 158.0, 62.0
MAP_MM = 355.0
"""On A3 with its margins and a caption."""
CHART_DPI, MAP_DPI = 220, 150
KEY = ("survey.done", "handover.done", "fence.full", "patrol.coverage", "rectification.closed", "disposal.progress")
CHINESE = "一二三四五六七八九十"
Told = Callable[[str], None]


@dataclass
class Drawn:
    """The report, with the drawing of each picture in it by the hash of the picture."""

    docx: bytes
    drawings: dict[str, str] = field(default_factory=dict)

    def pdf(self) -> bytes:
        """The same report as PDF/A, its charts and maps as lines and letters."""
        return printing.to_pdf(self.docx, fonts=fonts.FACES, drawn=self.drawings)


def report(snapshot: Snapshot, told: Told = lambda _said: None) -> Drawn:
    """The same snapshot makes the same bytes. Raises `CharactersMissing` where a font lacks a character."""
    return _Report(snapshot, told).made()


class _Report:
    def __init__(self, snapshot: Snapshot, told: Told):
        self.snapshot, self.told = snapshot, told
        self.catalogue, self.chapter = snapshot["figures"]["catalogue"], 0
        self.district = {each["code"]: each for each in snapshot["figures"]["district"]}
        self.drawings: dict[str, str] = {}
        self.paper = Paper(
            title=words.title(snapshot, "调度报告"), at=snapshots.cut_off(dict(snapshot)), foot=words.cut_off(snapshot),
            marks="  ".join([*words.marks(snapshot), words.INSIDE]),
        )  # fmt: skip

    def made(self) -> Drawn:
        self._begin()
        for part in (self._overview, self._areas, self._trend, self._worst, self._actions, self._cases, self._late):
            part()
        self.paper.signatures(("填报人", "审核人", "日期"))
        self._maps()
        return Drawn(self.paper.content(), self.drawings)

    # --- chapters --------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        snapshot, paper = self.snapshot, self.paper
        paper.title(words.title(snapshot, "调度报告"))
        paper.text(f"{snapshot['office']}    {words.cut_off(snapshot)}", align="middle", indent=False, size=10.5)
        if snapshot["sample"]:
            paper.text("本报告所列数据为示例数据,不代表真实地块。", align="middle", indent=False, size=10.5)
        if snapshot["reason"]:
            paper.text(words.correction(snapshot), indent=False, size=10.5)

    def _overview(self) -> None:
        self._chapter("总体情况")
        for said in sentences(self.snapshot):
            self.paper.text(said)
        rows = [
            (about["group"], about["zh"], words.value(figure, about), words.parts(figure, about) or words.NONE,
             words.value(figure["last"], about), words.change(figure, about), words.plan(figure, about))
            for figure, about in ((each, self.catalogue[each["code"]]) for each in self.snapshot["figures"]["district"])
        ]  # fmt: skip
        heads = ("类别", "指标", "本月", "分子/分母或区间", "上月", "变化", "年计划")
        self.paper.table(
            "主要指标", heads, rows, (10, 25, 26, 37, 26, 22, 16), ("middle", "start", *["end"] * 5), size=8
        )
        self._chart("主要完成率(条形末端为比率及分子、分母)", charts.shares(self.snapshot, KEY, CHART_MM))

    def _areas(self) -> None:
        if not self.snapshot["rows"]:
            return
        self._chapter("分片区情况")
        codes = list(dict.fromkeys(each["code"] for each in self.snapshot["figures"]["by_area"]))
        shown = [code for code in codes if code != "land.area"][:7]
        areas = list(dict.fromkeys(each["area"] for each in self.snapshot["figures"]["by_area"]))
        found = {(each["area"], each["code"]): each for each in self.snapshot["figures"]["by_area"]}
        rows = [(area, *(_stacked(found.get((area, code)), self.catalogue[code]) for code in shown)) for area in areas]
        heads = ("片区", *(self.catalogue[code]["zh"] for code in shown))
        self.paper.table("各片区主要指标", heads, rows, _widths(rows), ("start", *(["end"] * len(shown))), size=8)
        for axis in snapshots.AXES:
            title = self.snapshot["statuses"][axis]["title"]
            self._chart(f"各片区{title}构成(宗)", charts.statuses(self.snapshot, axis, CHART_MM))

    def _trend(self) -> None:
        months = self.snapshot["figures"]["trend"]
        self._chapter("近六个月趋势")
        self._chart("主要完成率逐月变化", charts.trend(self.snapshot, CHART_MM, TREND_HIGH_MM))
        codes = [each["code"] for each in months[0]["figures"]]
        rows = [
            (month["month"], *(_stacked(each, self.catalogue[each["code"]]) for each in month["figures"]))
            for month in months
        ]
        heads = ("月份", *(self.catalogue[code]["zh"] for code in codes))
        self.paper.table(
            "逐月完成率及其分子、分母", heads, rows, _widths(rows), ("middle", *(["end"] * len(codes))), size=8
        )

    def _worst(self) -> None:
        self._chapter("超期问题最多的五个责任单位")
        found = self.snapshot["worst"]
        if not found:
            self.paper.text("截止时没有责任单位存在超期未销号的问题。")
            return
        rows = [
            (str(n), each["unit"], str(each["late"]), str(each["found"]), str(each["corrected"]), str(each["parcels"]))
            for n, each in enumerate(found, 1)
        ]
        heads = ("名次", "责任单位", "截止时超期(件)", "本月新增(件)", "本月销号(件)", "所涉地块(宗)")
        self.paper.table("超期最多的责任单位", heads, rows, (12, 60, 24, 22, 22, 22), ("middle", "start", *["end"] * 4))

    def _actions(self) -> None:
        self._chapter("上次联席会议议定事项")
        found = self.snapshot["actions"]
        if found["meeting"] is None:
            self.paper.text("截止时没有已召开的联席会议。")
            return
        done = sum(not each["open"] for each in found["items"])
        self.paper.text(
            f"{found['held_on']} 召开的{found['meeting']}议定及此前未销号事项共 {len(found['items'])} 项,已销号 {done} 项,未销号 {len(found['items']) - done} 项。"
        )
        rows = [
            (each["no"], each["title"] + ("(前次)" if each["earlier"] else ""), each["unit"], each["person"], each["due_on"] or words.NONE, _state(each))
            for each in found["items"]
        ]  # fmt: skip
        heads = ("编号", "事项", "责任单位", "责任人", "完成时限", "状态")
        self.paper.table("议定事项办理情况", heads, rows, (26, 44, 32, 20, 22, 18))

    def _cases(self) -> None:
        self._chapter("案件办理情况")
        found = self.snapshot["cases"]
        if not found:
            self.paper.text("截止时没有在办案件,本月也没有办结案件。")
            return
        rows = [
            (each["no"], each["title"], each["area"], each["opened_on"], _state(each), each["unit"]) for each in found
        ]
        heads = ("编号", "案件", "片区", "登记日期", "状态", "责任单位")
        self.paper.table("在办及本月办结案件", heads, rows, (26, 50, 14, 22, 22, 28))

    def _late(self) -> None:
        self._chapter("超期督办")
        found = self.snapshot["late"]
        if not found:
            self.paper.text("截止时没有超期事项。")
            return
        self.paper.text(f"截止时超期事项共 {len(found)} 件,按超期天数排列如下。")
        rows = [
            (each["no"], each["kind"], each["title"], each["clock"], each["due_on"], str(each["days_late"]), each["unit"], each["person"] or words.NONE)
            for each in found
        ]  # fmt: skip
        heads = ("编号", "类别", "事项", "时限", "应于", "超期(天)", "责任单位", "责任人")
        self.paper.table(
            "超期事项", heads, rows, (24, 14, 36, 20, 20, 10, 22, 16), (*["start"] * 5, "end", "start", "start"), size=8
        )

    def _maps(self) -> None:
        shown = [each for each in self.snapshot["maps"] if "sheet" in each]
        refused = [each["refused"] for each in self.snapshot["maps"] if "refused" in each]
        if refused:
            self.paper.text(f"未能出图:{' '.join(refused)}", indent=False, size=10.5)
        if not shown:
            return
        self.paper.maps_begin()
        for each in shown:
            self.told(each["title"])
            self._picture(each["title"], page_in(each["sheet"]), MAP_MM, MAP_DPI)

    # --- pieces ----------------------------------------------------------------------------------------------------

    def _chapter(self, said: str) -> None:
        self.paper.heading(f"{CHINESE[self.chapter]}、{said}")
        self.chapter += 1

    def _chart(self, caption: str, drawing: tuple[Any, float]) -> None:
        page = charts.page(drawing, CHART_MM, caption)
        require_glyphs([page])
        self._picture(caption, page, page.width, CHART_DPI)

    def _picture(self, caption: str, page: Page, wide_mm: float, dpi: int) -> None:
        png = to_png(page, dpi)
        self.drawings[sha256(png).hexdigest()] = svg(page, family())
        self.paper.picture(caption, png, wide_mm)


TEXT_MM = 162.0
"""Between the margins."""


def _widths(rows: Sequence[Sequence[str]]) -> list[float]:
    """Columns as wide as their longest line wants, together as wide as the text."""
    longest = [max(7, *(len(part) for row in rows for part in row[n].split("\n"))) for n in range(len(rows[0]))]
    return [TEXT_MM * each / sum(longest) for each in longest]


def _stacked(figure: Row | None, about: Row) -> str:
    """The value, and below it what it is a share of; land of no area has no line where nothing of the kind is there."""
    if figure is None:
        return words.NONE
    return "\n".join(part for part in (words.value(figure, about), words.parts(figure, about)) if part)


def _state(each: Row) -> str:
    behind = words.late_by(each)
    return f"{each['state']}({behind})" if behind else each["state"]


def sentences(snapshot: Snapshot) -> Iterator[str]:
    """What is said first: land, survey, waste, care, problems, cases; each number with what it is a share of."""
    found = {each["code"]: each for each in snapshot["figures"]["district"]}
    catalogue, totals = snapshot["figures"]["catalogue"], snapshot["totals"]

    def told(code: str, *, change: bool = False) -> str:
        figure, about = found[code], catalogue[code]
        moved = f",比上月{words.change(figure, about)}" if change and figure["change"] is not None else ""
        return f"{about['zh']} {words.whole(figure, about)}{moved}"

    def joined(codes: Sequence[str], *, change: bool = False) -> str:
        return ";".join(told(code, change=change) for code in codes if code in found)

    yield f"截止时在册国有空闲地 {totals['parcels']} 宗,面积 {words.number(totals['area_mu'])} 亩。"
    for codes in (
        ("survey.done", "survey.area", "waste.parcels", "waste.volume"),
        ("disposal.projects", "disposal.progress", "disposal.closed"),
        ("handover.done", "fence.full", "sign.covered", "camera.covered"),
        ("patrol.coverage", "patrol.done"),
        ("rectification.new", "rectification.closed", "rectification.in_time", "rectification.late"),
        ("case.new", "case.open", "case.closed"),
    ):
        if said := joined(codes, change=True):
            yield f"{said}。"
    problems = totals["problems"]
    yield (
        f"调度表列示地块本月巡查 {totals['patrols']} 次,新增问题 {problems['found']} 件次,销号 {problems['corrected']} 件次,"
        f"截止时超期 {problems['late']} 件次(一件涉及多宗地块的按宗计次)。"
    )
