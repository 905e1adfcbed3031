"""The plain values that the sample district is made of; nothing here knows a database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shapely import MultiPolygon

from gis_service.sample.land import Feature
from gis_service.sample.papers import Document

Fields = dict[str, Any]
"""Column of the register → value; `area`, `right_holder`, `managing_unit`, `custodian` hold codes, `geometry` the
outline in EPSG:4547."""


@dataclass(frozen=True)
class Unit:
    """单位. All names are invented and say so."""

    code: str
    name: str
    short_name: str
    kind: str
    parent_code: str | None = None


@dataclass(frozen=True)
class Area:
    """片区."""

    code: str
    name: str
    name_en: str
    geometry: MultiPolygon


@dataclass(frozen=True)
class Change:
    """One dated change of a parcel; the first one holds every field. `document` is a number in the list of papers."""

    at: datetime
    fields: Fields
    reason: str
    document: str
    actor: str


@dataclass(frozen=True)
class Parcel:
    """A parcel as it is now, and how it came to be so."""

    parcel_no: str
    source_crs: int  # the CRS its boundary points were delivered in
    present: Fields
    changes: tuple[Change, ...]
    documents: tuple[str, ...]
    aliases: tuple[tuple[str, str], ...]  # (kind, value)
    contact: tuple[str, str] | None  # person, telephone


@dataclass(frozen=True)
class Act:
    """A split or merge: which parcels (by number) became which, when, why and on which paper."""

    kind: str
    at: datetime
    parents: tuple[str, ...]
    children: tuple[str, ...]
    reason: str
    document: str
    actor: str


@dataclass(frozen=True)
class Register:
    """Everything the sample district has for the register."""

    units: tuple[Unit, ...]
    areas: tuple[Area, ...]
    documents: tuple[Document, ...]
    parcels: tuple[Parcel, ...]
    ground: tuple[Feature, ...]
    acts: tuple[Act, ...] = ()


UNITS = (
    Unit("GXQ", "珠海高新区管理机构(示例)", "高新区(示例)", "government"),
    Unit("ZRZY", "高新区自然资源管理部门(示例)", "自然资源(示例)", "office", "GXQ"),
    Unit("CBZX", "高新区土地储备中心(示例)", "储备中心(示例)", "land_reserve", "GXQ"),
    Unit("GFZB", "高新区固废处置工作专班(示例)", "固废专班(示例)", "office", "GXQ"),
    Unit("ZFJ", "高新区综合执法部门(示例)", "综合执法(示例)", "office", "GXQ"),
    Unit("TJWZ", "唐家湾镇(示例)", "唐家湾镇(示例)", "town", "GXQ"),
    Unit("SQ-SZ", "上栅社区(示例)", "上栅(示例)", "community", "TJWZ"),
    Unit("SQ-QA", "淇澳社区(示例)", "淇澳(示例)", "community", "TJWZ"),
    Unit("SQ-NZ", "那洲社区(示例)", "那洲(示例)", "community", "TJWZ"),
    Unit("GXJT", "示例高新建设投资有限公司", "示例建投", "company"),
    Unit("CCFZ", "示例科创园区发展有限公司", "示例科创", "company"),
    Unit("GH01", "示例管护有限公司", "示例管护", "custodian"),
    Unit("GH02", "示例城市资源运营有限公司", "示例城资", "custodian"),
    Unit("GH03", "示例园区物业服务有限公司", "示例物业", "custodian"),
    Unit("GH04", "示例园林绿化工程有限公司", "示例园林", "custodian"),
)

UNIT_NAMES = {unit.code: unit.name for unit in UNITS}


def replayed(changes: Iterable[Change]) -> Fields:
    """The state that a row of changes leads to."""
    state: Fields = {}
    for change in changes:
        state |= change.fields
    return state
