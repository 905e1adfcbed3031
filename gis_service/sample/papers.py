"""The papers of the sample district: one of each kind an area and month, numbered in the order of their dates. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gis_service.sample.land import Land

LAND_HEAD, WASTE_HEAD, PATROL_HEAD = "珠高地(示例)", "珠高固废(示例)", "珠高巡(示例)"
ISSUERS = {
    LAND_HEAD: "高新区自然资源管理部门(示例)",
    WASTE_HEAD: "高新区固废处置工作专班(示例)",
    PATROL_HEAD: "高新区综合执法部门(示例)",
}
WASTE_PAPERS = frozenset(
    [
        "摸排工作方案",
        "物探成果",
        "钻探布点方案",
        "检测委托",
        "摸排报告",
        "评审意见",
        "处置建议",
        "处置计划",
        "处置方案",
        "立项批复",
        "采购文件",
        "处置核准",
        "开工报告",
        "监理月报",
        "验收意见",
        "审计报告",
        "销号表",
        "停工通知",
    ]
)
PATROL_PAPERS = frozenset(["巡查月报", "整改报告"])
WHOLE_ZONE = frozenset(["国有空闲地管理台账", "供应计划", "处置计划", "巡查月报", "监理月报", "职能调整通知"])
YEARLY = frozenset(["供应计划", "处置计划"])
MONTHLY = frozenset(["国有空闲地管理台账", "巡查月报", "监理月报"])


@dataclass(frozen=True)
class Document:
    """批文/依据. The number says that it is an example."""

    doc_no: str
    kind: str
    title: str
    issued_on: date
    issuer: str


def key(paper: str, area_code: str, at: datetime) -> str:
    """What makes a paper the same paper: its kind, its area or the whole zone, its year, quarter or month."""
    place = "" if paper in WHOLE_ZONE else area_code
    return f"{paper}|{place}|{_period(paper, at)}"


def _period(paper: str, at: datetime) -> str:
    if paper in YEARLY:
        return f"{at.year}年度"
    return f"{at.year}年{at.month}月" if paper in MONTHLY else f"{at.year}年第{(at.month + 2) // 3}季度"


def written(uses: Iterable[tuple[str, datetime]], lands: Sequence[Land]) -> dict[str, Document]:
    """Key → document, for every paper that some change names; dated the working day before its first use."""
    first: dict[str, datetime] = {}
    for name, at in uses:
        first[name] = min(at, first.get(name, at))
    places = {"": "珠海高新区", **{land.site.code: f"{land.site.name}片区" for land in lands}}
    issued = {name: _weekday_before(at.date()) for name, at in first.items()}
    numbers: dict[tuple[str, int], int] = {}
    made = {}
    for name in sorted(issued, key=lambda name: (issued[name], name)):
        paper, area_code, period = name.split("|")
        head, day = _head(paper), issued[name]
        number = numbers[head, day.year] = numbers.get((head, day.year), 0) + 1
        title = f"{places[area_code]}{paper}({period})"
        made[name] = Document(f"{head}〔{day.year}〕{number}号", paper, title, day, ISSUERS[head])
    return made


def _weekday_before(day: date) -> date:
    return day - timedelta(days={0: 3, 6: 2}.get(day.weekday(), 1))


def _head(paper: str) -> str:
    return WASTE_HEAD if paper in WASTE_PAPERS else PATROL_HEAD if paper in PATROL_PAPERS else LAND_HEAD
