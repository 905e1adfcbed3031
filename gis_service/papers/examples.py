"""Facts of an invented paper, marked 示例: to see what a template makes of them, and to try an uploaded one."""

import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from PIL import Image, ImageDraw

from gis_service.core.clock import BEIJING
from gis_service.papers.catalogue import NAMED, PROCEDURES, PaperKind
from gis_service.papers.facts import Facts

DAY = date(2026, 11, 28)
PARAGRAPH = (
    "示例内容：11月20日上午，巡查人员在示例地块东北角发现一处堆放的建筑垃圾，以混凝土块、碎砖为主，夹有少量装修垃圾，"
    "堆放面积约120平方米，平均高度约1.5米，估算约180立方米。"
)


MEETING: Facts = {
    "rows": [
        {"label": "时间", "text": "2026年12月1日9时30分（示例）"},
        {"label": "地点", "text": "示例会议室"},
        {"label": "主持", "text": "示例甲"},
        {"label": "参加单位", "text": "示例移交单位、示例接收单位、示例管护单位"},
    ],
    "columns": ["序号", "事项", "责任单位", "期限"],
    "items": [
        [1, "示例：通报上次议定事项落实情况", "示例单位", date(2026, 12, 10)],
        [2, "示例：研究北围片区第二批移交地块", "示例移交单位", date(2026, 12, 20)],
        [3, "示例：督办逾期未整改的地块", "示例管护单位", date(2026, 12, 25)],
    ],
}
"""What differs in the papers of a meeting."""


def facts(kind: PaperKind) -> Facts:
    """Every group of facts, filled; the same on every day, so that an example can be compared with an earlier one."""
    usual = _usual(kind)
    return {**usual, **MEETING} if kind.procedure == "meeting" else usual


def _usual(kind: PaperKind) -> Facts:
    return {
        "paper": {
            "kind": kind.zh,
            "title": f"{kind.zh}（示例）",
            "doc_no": f"示例{kind.series}〔2026〕12号" if kind.series else None,
            "issuer": "珠海高新区示例单位",
            "issued_on": DAY,
            "as_of": datetime(2026, 11, 27, 18, 0, tzinfo=BEIJING),
            "address": "http://127.0.0.1:8000/desk/example",
        },
        "proceeding": {
            "no": "示例-2026-0012",
            "title": "北围片区示例地块",
            "state": "办理中",
            "opened_on": date(2026, 11, 2),
            "closed_on": None,
            "procedure": PROCEDURES[kind.procedure][0],
        },
        "facts": _named(),
        "rows": [
            {"label": "来源", "text": "日常巡查发现（示例）"},
            {"label": "发现时间", "text": "2026年11月20日9时40分"},
            {"label": "地点", "text": "北围片区示例路以东、示例河以北"},
            {"label": "主要内容", "text": PARAGRAPH},
        ],
        "parcels": [_parcel(n) for n in range(1, 4)],
        "steps": [
            {"seq": 1, "happened_on": date(2026, 11, 2), "action": "登记", "state": "线索登记", "actor": "示例甲", "reason": None},
            {"seq": 2, "happened_on": date(2026, 11, 3), "action": "受理", "state": "受理", "actor": "示例乙", "reason": "属于本单位职责"},
            {"seq": 3, "happened_on": date(2026, 11, 5), "action": "现场核查", "state": "现场核查", "actor": "示例甲、示例丙", "reason": "两人到场，拍照取证"},
        ],
        "parties": [
            {"name": "示例建筑工程有限公司", "kind": "当事人", "address": "珠海市示例路1号", "contact": "138****0000"},
        ],
        "columns": ["序号", "名称", "数量", "责任单位", "期限"],
        "items": [
            [n, name, amount, "示例单位", date(2026, 12, n)]
            for n, (name, amount) in enumerate((("混凝土块、碎砖", "约150立方米"), ("装修垃圾", "约30立方米"), ("破损围挡", "12米")), 1)
        ],
        "basis": [{"title": "《示例规定》", "article": "示例条款", "quote": "此处由系统按行为日期给出条文，示例不引用法律。"}],
        "units": {
            "giving": "示例移交单位",
            "receiving": "示例接收单位",
            "witness": "示例见证单位",
            "issuer": "珠海高新区示例单位",
            "addressee": "示例建筑工程有限公司",
        },
        "signatures": [
            {"side": "经办", "unit": "珠海高新区示例单位", "person": "示例甲", "on": DAY, "image": None},
            {"side": "审核", "unit": "珠海高新区示例单位", "person": "示例乙", "on": DAY, "image": None},
        ],
        "pictures": [{"caption": "图1 示例照片：地块东北角（朝南）", "image": picture()}],
        "text": [PARAGRAPH, "示例内容：现场未发现渗滤液和异味，已拍照并设置警示标志。"],
    }  # fmt: skip


def _parcel(n: int) -> Any:
    area = Decimal(11_400 + 1_234 * n)
    return {
        "parcel_no": f"BW-示例-{n:04}",
        "parcel_name": f"北围示例地块{n}",
        "area_name": "北围",
        "location_text": "示例路以东",
        "area_m2": area,
        "area_mu": area / Decimal(2000) * 3,
        "custodian": "示例管护单位",
        "right_holder": "示例权属单位",
        "note": None,
    }


def _named() -> dict[str, Any]:
    """The facts that the shipped templates ask for by name."""
    said = {
        "reply_by": "2026年12月8日",
        "correct_by": "2026年12月15日",
        "perform_by": "2026年12月20日",
        "perform_on": "2026年12月25日",
        "performer": "示例清运有限公司",
        "supervisor": "示例乙",
        "cost": "示例金额86,400元",
        "recall_reason": "示例地块即将供应",
        "recall_on": "2026年12月31日",
        "kept_at": "示例仓库",
        "kept_until": "2026年12月9日",
        "decided_on": "2026年11月10日",
        "decision_no": "示例罚决〔2026〕3号",
        "notice_no": "示例整改〔2026〕7号",
        "how_to_pay": "示例：按缴款通知书载明的方式和期限缴纳。",
        "how_to_perform": "示例：赔偿义务人于2026年12月31日前一次缴纳。",
        "breach": "示例：逾期履行的，按约定承担违约责任。",
        "remedy": "示例：此处由系统写明复议机关、管辖法院和期限。",
        "education": "请引以为戒，不得再犯。",
        "contact": "示例甲",
        "contact_address": "珠海市示例路2号",
        "meet_at": "2026年12月10日9时30分",
        "meet_place": "示例会议室",
    }
    return {name: {"label": NAMED[name][0], "text": text} for name, text in said.items()}


def picture() -> bytes:
    """A drawn stand-in for a photo."""
    made = Image.new("RGB", (960, 640), "#c8d4dc")
    draw = ImageDraw.Draw(made)
    draw.rectangle((0, 400, 960, 640), fill="#a9a48c")
    draw.polygon([(180, 470), (330, 330), (520, 380), (700, 310), (820, 470)], fill="#7d7568", outline="#4a453c")
    out = io.BytesIO()
    made.save(out, "JPEG", quality=80)
    return out.getvalue()
