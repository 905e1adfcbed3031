"""The columns of the four tables: what they are called here, what others call them, and what may stand in them. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from gis_service.surveys import words

Kind = Literal["text", "length", "diameter", "share", "plain", "date", "word", "flag"]


@dataclass(frozen=True)
class Column:
    """`zh` heads the column in the template. `aka` are other heads that are understood."""

    name: str
    zh: str
    kind: Kind = "text"
    unit: str = ""
    aka: tuple[str, ...] = ()
    note: str = ""
    offered: bool = True
    """Whether the template has it."""

    @property
    def head(self) -> str:
        return f"{self.zh}({self.unit})" if self.unit else self.zh


COMPONENT = "composition:"
GAS = "gas:"
GASES = {"CH4_pct": ("CH4", "%"), "H2S_ppm": ("H2S", "ppm"), "LEL_pct": ("LEL", "%")}
"""Readings the template has columns for: name in the log → head and unit."""

POINTS = (
    Column("point_no", "点号", aka=("孔号", "钻孔编号", "探坑编号", "勘探点号", "勘探点编号", "点位编号", "编号", "point_no", "hole_id", "hole", "borehole", "bh"), note="必填,不能重复,如 ZK01"),
    Column("kind", "类型", "word", aka=("点类型", "勘探类型", "勘探点类型", "kind", "type"), note="从列表选;留空时按点号字头(ZK、TK、TC、QT)判断"),
    Column("easting", "东坐标", "length", "m", aka=("y坐标", "横坐标", "东", "坐标y", "横坐标y", "y横坐标", "东坐标y", "y东坐标", "东向坐标", "y", "easting", "east"), note="必填。东坐标是测量上的 Y;与“说明”表的坐标系一致"),
    Column("northing", "北坐标", "length", "m", aka=("x坐标", "纵坐标", "北", "坐标x", "纵坐标x", "x纵坐标", "北坐标x", "x北坐标", "北向坐标", "x", "northing", "north"), note="必填。北坐标是测量上的 X"),
    Column("ground_elev_m", "孔口高程", "length", "m", aka=("孔口标高", "地面高程", "地面标高", "高程", "标高", "ground_elev_m", "elevation", "z"), note="1985国家高程基准;没有就算不出各层高程"),
    Column("position_method", "定位方法", "word", aka=("定位方式", "测量方法", "position_method"), note="从列表选"),
    Column("made_on", "日期", "date", aka=("施工日期", "钻探日期", "开孔日期", "完成日期", "终孔日期", "made_on", "date"), note="如 2026-03-05"),
    Column("contractor", "施工单位", aka=("钻探单位", "勘察单位", "contractor")),
    Column("driller", "司钻", aka=("机长", "司钻员", "driller")),
    Column("logger", "记录人", aka=("编录人", "记录员", "编录", "logger")),
    Column("total_depth_m", "孔深", "length", "m", aka=("终孔深度", "钻孔深度", "总深度", "坑深", "total_depth_m", "depth"), note="必须等于末层层底"),
    Column("diameter_mm", "孔径", "diameter", "mm", aka=("开孔直径", "钻孔直径", "diameter_mm", "diameter")),
    Column("bottom_reached", "是否见底", "flag", aka=("见底", "是否揭穿", "是否到原状土", "bottom_reached"), note="是:已进入原状土。否:厚度只是下限"),
    Column("water_first_m", "初见水位", "length", "m", aka=("初见水位埋深", "water_first_m"), note="埋深,从地面往下"),
    Column("water_stable_m", "稳定水位", "length", "m", aka=("稳定水位埋深", "水位埋深", "water_stable_m"), note="埋深,从地面往下"),
    Column("odour", "气味", "word", aka=("异味", "odour", "odor"), note="从列表选"),
    *(Column(GAS + name, head, "plain", unit, aka=(name,)) for name, (head, unit) in GASES.items()),
    Column("pid_ppm", "PID", "plain", "ppm", aka=("pid读数", "pid_ppm")),
    Column("backfilled_on", "回填日期", "date", aka=("封孔日期", "backfilled_on")),
    Column("remark", "备注", aka=("说明", "remark", "remarks")),
    Column("crs", "坐标系", aka=("坐标系统", "epsg", "crs", "坐标系epsg"), offered=False),
)  # fmt: skip

LAYERS = (
    Column("point_no", "点号", aka=POINTS[0].aka, note="与“钻孔”表一致;同一孔可只写第一行"),
    Column("from_m", "层顶", "length", "m", aka=("层顶深度", "层顶埋深", "起始深度", "起深", "自", "from_m", "top", "from"), note="首层从 0 开始,与上一层层底相接"),
    Column("to_m", "层底", "length", "m", aka=("层底深度", "层底埋深", "终止深度", "止深", "至", "to_m", "base", "bottom", "to"), note="末层层底等于孔深"),
    Column("soil_name", "土名", aka=("岩土名称", "土层名称", "地层名称", "岩性", "名称", "soil_name", "soil"), note="从列表选,或写列表以外的名称并填“是否固废”"),
    Column("is_waste", "是否固废", "flag", aka=("固废", "是否为固废", "is_waste", "waste"), note="留空按土名。冲填土、素填土不是固废"),
    Column("waste_class", "固废类别", "word", aka=("固废类型", "垃圾类别", "类别", "waste_class"), note="只填固废层"),
    *(Column(COMPONENT + each.code, each.zh, "share", "%", aka=(f"{each.code}_pct",)) for each in words.components().values()),
    Column("moisture", "湿度", aka=("含水状态", "含水", "moisture")),
    Column("colour", "颜色", aka=("colour", "color")),
    Column("odour", "气味", "word", aka=("异味", "odour", "odor"), note="从列表选"),
    Column("degradation", "降解", aka=("降解程度", "腐熟程度", "degradation")),
    Column("description", "描述", aka=("地层描述", "岩性描述", "岩土描述", "野外描述", "description", "备注", "remark")),
)  # fmt: skip

SAMPLES = (
    Column("point_no", "点号", aka=POINTS[0].aka, note="与“钻孔”表一致"),
    Column("sample_no", "样品编号", aka=("样号", "样品号", "sample_no", "sample_id", "sample"), note="全表不能重复"),
    Column("from_m", "起", "length", "m", aka=("起始深度", "采样起深", "顶深", "取样深度", "采样深度", "自", "from_m", "from", "top")),
    Column("to_m", "止", "length", "m", aka=("终止深度", "采样止深", "底深", "至", "to_m", "to", "base"), note="留空同“起”"),
    Column("medium", "介质", "word", aka=("样品类型", "样品介质", "medium"), note="从列表选"),
    Column("container", "容器", aka=("样品容器", "container")),
    Column("preserved", "保存", aka=("保存方式", "保存条件", "preserved")),
    Column("laboratory", "实验室", aka=("检测单位", "检测机构", "laboratory", "lab")),
    Column("taken_on", "采样日期", "date", aka=("取样日期", "taken_on")),
    Column("received_on", "收样日期", "date", aka=("接样日期", "received_on")),
)  # fmt: skip

RESULTS = (
    Column("sample_no", "样品编号", aka=SAMPLES[1].aka, note="与“样品”表一致"),
    Column("analyte", "项目", aka=("检测项目", "指标", "检测指标", "分析项目", "analyte", "parameter")),
    Column("value", "数值", "plain", aka=("结果", "检测结果", "检测值", "浓度", "含量", "value", "result"), note="低于检出限写 <0.05"),
    Column("unit", "单位", aka=("计量单位", "unit")),
    Column("method", "方法", aka=("检测方法", "分析方法", "标准", "method")),
    Column("detection_limit", "检出限", "plain", aka=("方法检出限", "detection_limit", "mdl", "lod")),
)  # fmt: skip

TABLES: dict[str, tuple[Column, ...]] = {"points": POINTS, "layers": LAYERS, "samples": SAMPLES, "results": RESULTS}
SHEETS = {"points": "钻孔", "layers": "地层", "samples": "样品", "results": "检测结果"}
GUIDE = "说明"
CRS_LABEL = "坐标系(EPSG)"

_NAMED = {
    "points": ("钻孔", "勘探点", "点位", "探坑", "探点", "points", "holes", "boreholes"),
    "layers": ("地层", "分层", "土层", "strata", "layers"),
    "samples": ("样品", "采样", "samples"),
    "results": ("检测结果", "检测", "结果", "results"),
}
#: What must be found in a head for a table of that kind; without it the table says nothing.
NEEDED = {
    "points": ("point_no", "easting"),
    "layers": ("point_no", "from_m", "soil_name"),
    "samples": ("sample_no", "from_m"),
    "results": ("sample_no", "analyte"),
}

_BRACKETED = re.compile(r"[(\[{][^)\]}]*[)\]}]?")
_SEPARATED_UNIT = re.compile(r"[/,:](?:m|mm|cm|%|ppm|米|毫米|厘米)$")


def normal(head: str) -> str:
    """A head without what people add to it: width, blanks, units, marks.

    >>> normal("孔 深（m）"), normal("层底深度/m"), normal("*点号")
    ('孔深', '层底深度', '点号')
    """
    text = unicodedata.normalize("NFKC", head).casefold()
    text = _SEPARATED_UNIT.sub("", _BRACKETED.sub("", "".join(text.split())))
    return text.strip("*#:_. ")


_UNIT = re.compile(r"[(\[/](mm|cm|m|毫米|厘米|米)[)\]]?$")


def unit_of(head: str) -> str:
    """The unit of length a head names, empty for none.

    >>> unit_of("层底(cm)"), unit_of("孔深/米"), unit_of("孔深")
    ('cm', '米', '')
    """
    found = _UNIT.search("".join(unicodedata.normalize("NFKC", head).casefold().split()))
    return found[1] if found else ""


@cache
def heads(table: str) -> Mapping[str, Column]:
    """Every head of a table that is understood, normalised."""
    found: dict[str, Column] = {}
    for column in TABLES[table]:
        for each in (*column.aka, column.zh, column.name):
            found.setdefault(normal(each), column)
        found[normal(column.zh)] = column
    return found


def column_of(table: str, head: str) -> str | None:
    """The field a head names in that table; `气体 O2_pct` names any other gas."""
    found = heads(table).get(normal(head))
    if found:
        return found.name
    if table == "points" and head.strip().startswith("气体"):
        return GAS + head.strip().removeprefix("气体").strip()
    return None


def table_named(name: str) -> str | None:
    """The table a sheet or file name means, by the longest word in it.

    >>> table_named("地层表"), table_named("2.检测结果"), table_named("封面")
    ('layers', 'results', None)
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    found = [(len(word), table) for table, known in _NAMED.items() for word in known if word in plain]
    return max(found)[1] if found else None
