"""What somebody asks of an atlas, understood and checked before a row is read; and how it reads on the cover."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from gis_service.core.errors import BadRequest
from gis_service.maps.asked import day
from gis_service.parcels.filters import CHOICES
from gis_service.parcels.vocabulary import vocabulary, words
from gis_service.sheets.atlas.rules import ATLAS
from gis_service.sheets.drawing.svg import clean
from gis_service.sheets.kinds import KINDS, Kind, sized

TITLE = "国有空闲地"


@dataclass(frozen=True)
class Said:
    """The words of who asks; nothing said means the usual."""

    kind: str = "parcel"
    size: str | None = None
    as_of: str | None = None
    title: str = ""
    """What the cover says; nothing means area and kind."""

    def kept(self) -> dict[str, Any]:
        """As the record of a job has it."""
        return {"format": ATLAS, **asdict(self)}


@dataclass(frozen=True)
class Wish:
    """The same, understood."""

    kind: str
    size: str
    filters: Mapping[str, Any] = field(default_factory=dict)
    as_of: datetime | None = None
    title: str = ""

    @property
    def sheet(self) -> Kind:
        return KINDS[self.kind]

    def described(self) -> dict[str, Any]:
        """For the audit trail."""
        filters = {name: f"{len(value)} ids" if name == "ids" else value for name, value in self.filters.items()}
        as_of = self.as_of.isoformat() if self.as_of else None
        return {
            "format": ATLAS,
            "kind": self.kind,
            "size": self.size,
            "filters": filters,
            "as_of": as_of,
            "title": self.title,
        }


def understood(said: Said, filters: Mapping[str, Any]) -> Wish:
    """The wish behind the words; a kind whose subject is no parcel, or an unknown size, is answered with 400."""
    size = sized(said.kind, said.size)
    if KINDS[said.kind].subject != "parcel":
        raise BadRequest(parameter="kind", value=said.kind)
    return Wish(said.kind, size, filters, day(said.as_of), clean(said.title))


def in_words(filters: Mapping[str, Any]) -> str:
    """The filters as the cover says them.

    >>> in_words({"area": "北围", "fence_status": ["none", "damaged"]})
    '片区:北围;围蔽:未围蔽、破损'
    >>> in_words({})
    '全部在册地块'
    """
    said = [_one(name, value) for name, value in sorted(filters.items())]
    return ";".join(said) or "全部在册地块"


PLAIN = {
    "area": "片区", "q": "搜索", "custodian": "管护单位", "managing": "管理单位", "parcel_no": "地块编号",
    "planned_supply_year_max": "拟出让年份不晚于",
}  # fmt: skip


def _one(name: str, value: Any) -> str:
    if name in CHOICES:
        return f"{vocabulary()[name]['title'][0]}:{'、'.join(words(name, each) for each in value)}"
    if name == "ids":
        return f"选定的 {len(value)} 宗"
    if name == "bbox":
        return "地图范围内"
    return f"{PLAIN[name]}:{value}"
