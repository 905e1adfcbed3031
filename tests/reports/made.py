"""A snapshot of made-up land, without a database: what the forms are made of."""

from collections import Counter
from decimal import Decimal
from typing import Any

from gis_service.kpi.catalogue import CATALOGUE, GROUPS
from gis_service.kpi.figures import value_of
from gis_service.reports.freezing import snapshot as snapshots
from gis_service.reports.freezing.figures import BY_AREA, SHOWN, TREND, _about
from gis_service.reports.freezing.pages import page_out
from tests.sheets.making import pages

AREAS = ("北围", "后环", "金鼎")
UNITS = ("高新区土地储备中心(示例)", "唐家湾镇(示例)", "格创集团(示例)")
LONG = "珠海市高新技术产业开发区唐家湾镇金鼎片区科技创新海岸北围北侧临时堆场及其以东待开发用地第十七号地块"


def row(n: int, **more: Any) -> dict[str, Any]:
    waste = n % 4 == 0
    return {
        "id": n, "seq": n, "area": AREAS[n % 3], "parcel_no": f"GX-{n:05}", "parcel_name": f"地块{n}", "area_mu": "16.10",
        "area_m2": "10733.33", "right_holder": UNITS[0], "custodian": UNITS[n % 3], "survey": "已完成" if n % 2 else "未摸排",
        "handover": "已移交管护" if n % 3 else "未纳入移交", "fence": "已全围蔽", "disposal": "清运 1,200/3,400 m³" if waste else "未列入处置",
        "codes": {"survey": "approved" if n % 2 else "pending", "disposal": "removing" if waste else "not_listed", "handover": "handed_over" if n % 3 else "not_planned", "fence": "full"},
        "waste_m3": {"low": "900.0", "best": "1234.5", "high": "1600.0", "open_ended": n % 8 == 0} if waste else None,
        "patrols": n % 5, "problems": {"found": n % 3, "corrected": n % 2, "late": int(n % 7 == 0)}, "unit": UNITS[n % 3],
        "person": "陈晓岚(示例)", "due_on": "2026-10-20" if n % 2 else None, "difficulty": "整改 ZG-2026-0003“限期整改”超期 12 天" if n % 7 == 0 else "",
        "next_step": "整改 ZG-2026-0003:复查", **more,
    }  # fmt: skip


def figure(code: str, n: int, area: str | None = None) -> dict[str, Any]:
    about = CATALOGUE[code]
    numerator, denominator = Decimal(30 + n % 11), Decimal(40 + n % 7) if about.den else None
    value = value_of(about, numerator, denominator)
    spread = {"low": "900.0", "high": "1600.0"} if about.low else {"low": None, "high": None}
    return {
        "code": code, "area": area, "numerator": str(numerator), "denominator": None if denominator is None else str(denominator),
        "value": None if value is None else str(value), **spread,
    }  # fmt: skip


def listed(n: int, **more: Any) -> dict[str, Any]:
    return {
        "noun": "rectification", "kind": "整改", "no": f"ZG-2026-{n:04}", "title": f"北围片区围蔽破损 {n}", "state": "整改中", "open": True,
        "unit": UNITS[n % 3], "person": "梁伟(示例)", "opened_on": "2026-09-02", "clock": "限期整改", "due_on": "2026-09-20", "days_late": 41 - n,
        **more,
    }  # fmt: skip


def snapshot(count: int = 24, **more: Any) -> dict[str, Any]:
    """A month with so many parcels; `more` replaces parts."""
    rows = more.pop("rows", [row(n) for n in range(1, count + 1)])
    district = [
        {
            **figure(code, n),
            "last": figure(code, n + 1),
            "change": "2.0" if n % 3 else "0.0",
            "plan": "95.0" if n % 4 == 0 else None,
        }
        for n, code in enumerate(SHOWN)
    ]
    made = {
        "form": 1, "month": "2026-10", "edition": 1, "reason": "", "is_draft": False, "cut_off": "2026-10-31T23:59:59+08:00",
        "office": "珠海高新区自然资源局(示例)", "sample": True, "rows": rows, "totals": snapshots.totals(rows),
        "figures": {
            "catalogue": {code: _about(CATALOGUE[code]) for code in SHOWN},
            "groups": [{"code": code, "zh": zh} for code, (zh, _en) in GROUPS.items()],
            "district": district,
            "by_area": [figure(code, n, area) for code in BY_AREA for n, area in enumerate(AREAS)],
            "trend": [{"month": f"2026-{m:02}", "figures": [figure(code, n + m) for n, code in enumerate(TREND)]} for m in range(5, 11)],
        },
        "actions": {"meeting": "2026 年第 9 次联席会议", "held_on": "2026-09-23", "items": [listed(n, noun="action_item", kind="议定事项", earlier=n == 3) for n in range(1, 4)]},
        "cases": [listed(n, noun="case", kind="案件", no=f"AJ-2026-{n:04}", title="北围渣土倾倒", area="北围", days_late=0) for n in range(1, 4)],
        "late": [listed(n) for n in range(1, 30)], "worst": snapshots.worst(rows), "statuses": _statuses(rows),
        "maps": [{"kind": "area-survey", "area": "北围", "title": "北围片区国有空闲地分布图(摸排情况)", "sheet": page_out(pages("area-a3")[0]), "slide": page_out(pages("area-slide")[0])}],
    }  # fmt: skip
    return {**made, **more}


LOOKS = {
    "approved": ("#2E9E5B", ""),
    "pending": ("#9AA0A6", "diagonal"),
    "removing": ("#F2A100", "cross"),
    "not_listed": ("#FFFFFF", "dots"),
}


def _statuses(rows: list[dict[str, Any]]) -> dict[str, Any]:
    made = {}
    for axis in snapshots.AXES:
        codes = sorted({each["codes"][axis] for each in rows})
        counted = Counter((each["area"], each["codes"][axis]) for each in rows)
        parts = [
            {"words": code, "fill": LOOKS.get(code, ("#2F6FDE", ""))[0], "hatch": LOOKS.get(code, ("", ""))[1]}
            for code in codes
        ]
        areas = [
            {"area": area, "counts": [counted[area, code] for code in codes]}
            for area in dict.fromkeys(each["area"] for each in rows)
        ]
        made[axis] = {"title": axis, "parts": parts, "areas": areas}
    return made
