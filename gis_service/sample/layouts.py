"""Layouts that units of the sample district have saved, so that the page of layouts and the menus show something real."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.models import Unit
from gis_service.sample.proceedings import CASES, LAND, LEADER
from gis_service.sheets.layouts.definition import Centre, Definition
from gis_service.sheets.layouts.models import SheetLayout

AREA = Definition(
    kind="area-survey", size="a3", title="珠海高新区{对象}片区摸排情况图", subtitle="土地管理工作联席会议用图",
    maker="高新区自然资源部门(示例)", scale=10_000, centre=Centre(east_m=-400, north_m=0), mark="内部资料 注意保管",
    layers=("ground", "waste-body", "survey-point"),
    boxes={
        "map": (20.2, 31.2, 379.6, 236), "title": (16, 12, 390, 14), "scale": (16, 275, 388, 8),
        "legend": (24, 36, 128, 78), "inset": (24, 206, 70, 58),
    },
    hidden=("notes", "table"),
)  # fmt: skip
"""Map over the whole page, legend and inset on it."""
PLACE = Definition(
    kind="place", size="a4-portrait", title="{对象} 位置图", maker="储备中心(示例)", scale=5_000,
    centre=Centre(east_m=0, north_m=-120), layers=("ground", "around", "fence", "camera"),
)  # fmt: skip
STATUS = Definition(
    kind="status", size="a4", subtitle="执法现场核查用图", maker="综合执法部门(示例)", scale=2_000,
    layers=("ground", "around", "fence", "sign", "camera", "observation", "heap"),
    boxes={"signature": (201, 190, 84, 6), "stack-1": (217, 24, 68, 162), "scale": (14, 189.5, 184, 8)},
)  # fmt: skip
SAVED = (
    ("ZRZY", "联席会议 A3 摸排图", AREA, LAND),
    ("CBZX", "储备地块位置图(竖)", PLACE, LEADER),
    ("ZFJ", "执法核查现状图", STATUS, CASES),
)


def tell(session: Session) -> None:
    """Save them for their units."""
    units: dict[str, int] = dict(session.execute(select(Unit.code, Unit.id)).all())
    for code, name, wanted, who in SAVED:
        session.add(
            SheetLayout(
                unit_id=units[code], name=name, kind=wanted.kind, definition=wanted.model_dump(mode="json"),
                created_by_name=who, updated_by_name=who,
            )
        )  # fmt: skip
    session.flush()
