"""Which columns of a table hold coordinates, and which say what a coordinate belongs to."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gis_service.geo import notation
from gis_service.parcels.imports.columns import recognise as register
from gis_service.parcels.imports.columns.spelling import normal
from gis_service.parcels.reading.result import unreadable
from gis_service.parcels.reading.tables.grid import Line

ROLES = ("easting", "northing", "longitude", "latitude", "point_no", "ring_no", "wkt", "coordinates", "group")
"""What a person may say of a column (`Request.columns`), beside the fields of the register."""

_NAMES: dict[str, tuple[str, ...]] = {
    "longitude": ("经度", "东经", "lon", "long", "lng", "longitude", "l"),
    "latitude": ("纬度", "北纬", "lat", "latitude", "b"),
    # X is north, Y is east in Chinese surveying (domain 3.2); the values are looked at all the same
    "northing": ("x", "x坐标", "坐标x", "纵坐标", "纵坐标x", "x纵坐标", "北坐标", "北坐标x", "northing", "north", "n", "xvalue", "xcoord"),
    "easting": ("y", "y坐标", "坐标y", "横坐标", "横坐标y", "y横坐标", "东坐标", "东坐标y", "easting", "east", "e", "yvalue", "ycoord"),
    "point_no": (
        "点号", "点名", "界址点", "界址点号", "界址点编号", "拐点", "拐点号", "拐点编号", "点编号", "桩号", "桩点号", "顶点", "顶点号", "角点", "角点号",
        "point", "pointno", "pt", "vertex",
    ),
    "seq": ("序号", "顺序", "顺序号", "点序", "点序号", "no", "no.", "seq", "order"),
    "ring_no": ("圈号", "环号", "圈", "环", "ring", "ringno", "part"),
    "wkt": ("wkt", "geom", "geometry", "thegeom", "wktgeom", "geomwkt", "图形", "几何", "空间图形", "空间范围"),
    "coordinates": (
        "坐标", "坐标串", "拐点坐标", "界址点坐标", "边界坐标", "边界点坐标", "范围坐标", "坐标范围", "角点坐标", "四至坐标", "coordinates", "coords",
    ),
    "group": (
        "地块号", "地块", "宗地", "图斑号", "图斑编号", "图斑", "面号", "区块", "区块号", "plot", "plotid", "polygon", "polygonid", "parcel", "parcelid",
    ),
    # columns that stand beside boundary points and say nothing of a parcel
    "extra": (
        "高程", "高程h", "h", "z", "海拔", "边长", "界址线长", "间距", "距离", "方位角", "坐标方位角", "界标类型", "标志类型", "点类型", "备注", "说明",
        "remark", "remarks", "note",
    ),
}  # fmt: skip
_ROLE_OF = {name: role for role, names in _NAMES.items() for name in names}
_PREFIXED = re.compile(
    r"(?:gps|wgs-?84|cgcs-?2000|2000|中心点?|大地|界址点|拐点|坐标)?(经度|纬度|x坐标|y坐标|x|y)(?:坐标|值)?"
)
_PACKED = re.compile(r"度\.分秒|d+\.mmss", re.IGNORECASE)
_UNIT = re.compile(r"\(.*?\)|\[.*?\]|/(?:m|米)$")
WKT = re.compile(r"\s*(?:SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\s*(?:Z|M|ZM)?\s*(?:\(|EMPTY)", re.IGNORECASE)  # fmt: skip
AREAS = re.compile(r"\s*(?:SRID=\d+;)?\s*(MULTIPOLYGON|POLYGON|GEOMETRYCOLLECTION)", re.IGNORECASE)

PAIRS = (("easting", "northing"), ("longitude", "latitude"))


def role(name: str) -> str | None:
    """What a header says about coordinates.

    >>> role("X坐标(m)"), role("坐标(米)-Y"), role("东经(°)"), role("界址点号"), role("用地面积")
    ('northing', 'easting', 'longitude', 'point_no', None)
    """
    key = _UNIT.sub("", normal(name)).strip("-:")
    for form in (key, key.rpartition("-")[2]):
        if form in _ROLE_OF:
            return _ROLE_OF[form]
        if match := _PREFIXED.fullmatch(form):
            return _ROLE_OF[match[1]]
    return None


def says_packed(name: str) -> bool:
    """Whether a header declares packed degrees: 经度(度.分秒), lon(ddd.mmss)."""
    return _PACKED.search(normal(name)) is not None


@dataclass
class Roles:
    """Columns by what they hold; `said` are those a person named. Lists keep the order of the table."""

    columns: dict[str, list[int]] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)

    def one(self, role_name: str) -> int | None:
        if role_name in self.said:
            return self.said[role_name]
        found = self.columns.get(role_name)
        return found[0] if found else None

    def pair(self, names: tuple[str, str]) -> tuple[int, int] | None:
        east, north = (self.one(name) for name in names)
        return None if east is None or north is None else (east, north)

    def all_of(self, *names: str) -> set[int]:
        return {column for name in names for column in self.columns.get(name, [])} | {
            column for name, column in self.said.items() if name in names
        }


def recognise(names: Mapping[int, str], said: Mapping[str, str], sample: list[Line]) -> Roles:
    """The roles of columns: as said, by their headers, and by texts that can be nothing but WKT or lists of points.

    A role that is said to be no column at all (an empty name) is taken by none.
    """
    found = Roles(said=_named(names, said))
    unwanted = {role_name for role_name, name in said.items() if not name}
    taken = set(found.said.values())
    for column, name in names.items():
        seen = role(name)
        if seen is not None and column not in taken and seen != "wkt":
            found.columns.setdefault(seen, []).append(column)
    for column in _holding_wkt(names, sample):
        if column not in taken:
            found.columns.setdefault("wkt", []).append(column)
    lists = [c for c in _holding_lists(sample) if c in names and c not in taken]
    found.columns["coordinates"] = list(dict.fromkeys([*lists, *found.columns.get("coordinates", [])]))
    found.columns = {seen: columns for seen, columns in found.columns.items() if seen not in unwanted}
    return found


def _named(names: Mapping[int, str], said: Mapping[str, str]) -> dict[str, int]:
    """Columns a person named; a name that is not there is told, with those that are."""
    by_name = {normal(name): column for column, name in reversed(list(names.items()))}
    found: dict[str, int] = {}
    for role_name, name in said.items():
        if role_name not in ROLES or not name:
            continue
        if normal(name) not in by_name:
            listed = register.listed(list(names.values()), 40)
            raise unreadable("table.no_such_column", column=name[:60], role=role_name, columns=listed)
        found[role_name] = by_name[normal(name)]
    return found


def _holding_wkt(names: Mapping[int, str], sample: Iterable[Line]) -> list[int]:
    """Columns whose filled cells are mostly WKT, and those whose name says so; those with areas first."""
    seen: dict[int, list[str]] = {}
    for line in sample:
        for column in names.keys() & line.cells.keys():
            if text := line.cells[column].text:
                seen.setdefault(column, []).append(text[:80])
    mostly = {c for c, texts in seen.items() if sum(bool(WKT.match(text)) for text in texts) * 2 > len(texts)}
    holding = mostly | {c for c, name in names.items() if role(name) == "wkt"}
    return sorted(holding, key=lambda c: (not any(AREAS.match(text) for text in seen.get(c, [])), c))


def _holding_lists(sample: Iterable[Line]) -> list[int]:
    """Columns whose filled cells are mostly lists of points."""
    seen: Counter[int] = Counter()
    lists: Counter[int] = Counter()
    for line in sample:
        for column, cell in line.cells.items():
            seen[column] += 1
            lists[column] += len(cell.text) > SHORTEST_LIST and notation.points(cell.text) is not None
    return sorted(column for column, times in lists.items() if times * 2 > seen[column])


SHORTEST_LIST = 12


def field_of(name: str) -> str | None:
    """The column of the register a header stands for."""
    column = register.header(name)
    return column.spec.field if column else None


def kind_of(name: str) -> str | None:
    """How the register would read a column of that header."""
    column = register.header(name)
    return column.spec.kind if column else None
