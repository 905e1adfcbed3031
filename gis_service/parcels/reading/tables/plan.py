"""What kind of table it is: a register with outlines as text, a list of boundary points, or a register without outlines."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from gis_service.geo import notation
from gis_service.parcels.imports.columns import recognise as register
from gis_service.parcels.imports.columns.spelling import normal
from gis_service.parcels.reading.request import Request
from gis_service.parcels.reading.result import Issue, issue, unreadable
from gis_service.parcels.reading.tables import headers, records, roles
from gis_service.parcels.reading.tables.grid import MOST_NAMED, Cell, Line, Table
from gis_service.parcels.reading.tables.headers import Header
from gis_service.parcels.reading.tables.outlines import FEWEST_CORNERS
from gis_service.parcels.reading.tables.roles import AREAS, PAIRS, Roles

MOST_STRANGERS = 2
"""Columns that may stand beside the coordinates of one parcel without a number, and be nothing we know."""

#: Names of numbers that may be those of parcels or of points.
GENERIC = frozenset({"编号", "id", "fid", "objectid", "oid", "号", "名称", "name"})
GROUPING = ("parcel_no", "parcel_code", "plan_plot_no", "parcel_name")


class Shape(Enum):
    """How a table says where its parcels lie."""

    WKT = auto()
    LISTS = auto()
    VERTICES = auto()
    NONE = auto()


@dataclass
class Plan:
    """A table that is understood. `east` and `north` are the columns of coordinates, `group` tells parcels apart,
    `numbers` counts points where no column is named for that.
    """

    table: Table
    request: Request
    header: Header
    roles: Roles
    shape: Shape = Shape.NONE
    number: int | None = None
    column: int = 0
    east: int = 0
    north: int = 0
    group: int | None = None
    numbers: int | None = None
    issues: list[Issue] = field(default_factory=list)

    @property
    def layer(self) -> str:
        return self.table.name

    def name(self, column: int) -> str:
        return self.header.names[column]

    def tell(self, code: str, **facts: Any) -> None:
        self.issues.append(issue(code, layer=self.layer, **facts))

    def lines(self) -> Iterator[Line]:
        """The lines below the header; coordinates are never repeated down merged cells."""
        return records.below(self.table, self.header, self.roles.all_of(*PAIRS[0], *PAIRS[1], "wkt", "coordinates"))


def made(table: Table, request: Request) -> Plan:
    """Find the header and settle what the columns are for."""
    head = table.head()
    widest = max((len(line.cells) for line in head), default=0)
    if widest > MOST_NAMED:
        raise unreadable("table.too_many_columns", layer=table.name, limit=MOST_NAMED)
    header = headers.find(head, table.merges, request.columns)
    if header is None:
        raise unreadable("table.no_header", layer=table.name)
    sample = [line for line in head if line.number > header.last]
    plan = Plan(table, request, header, roles.recognise(header.plain, request.columns, sample))
    plan.number = _number_column(plan)
    _tell_header(plan)
    _settle(plan, sample)
    return plan


def _number_column(plan: Plan) -> int | None:
    """The column with the numbers of parcels: as said, else as the register recognises it."""
    by_name = {name: column for column, name in plan.header.names.items()}
    said = plan.request.columns.get("parcel_no")
    if said is not None:
        return next((column for name, column in by_name.items() if normal(name) == normal(said)), None)
    name = register.recognise(by_name).name_of("parcel_no")
    return by_name[name] if name else None


def _tell_header(plan: Plan) -> None:
    header = plan.header
    if header.last > 1:
        plan.tell("table.header", rows=header.rows, columns=len(header.names), recognised=header.recognised)
    for name, nth, renamed in header.renamed:
        plan.tell("field.renamed", field=name, nth=nth, renamed=renamed)


def _settle(plan: Plan, sample: list[Line]) -> None:
    wkt, lists = _outlines(plan, "wkt"), _outlines(plan, "coordinates")
    pair = _pair(plan, sample)
    if wkt is not None:
        plan.shape, plan.column = Shape.WKT, wkt
    elif lists is not None:
        plan.shape, plan.column = Shape.LISTS, lists
    elif pair is not None:
        _settle_points(plan, pair)
    elif places := [
        c for c in plan.roles.columns.get("wkt", []) if any(roles.WKT.match(_text(line, c)) for line in sample)
    ]:
        plan.tell("table.points_only", columns=plan.name(places[0]))
    if plan.shape is Shape.NONE and not plan.request.columns and not _known_fields(plan.header):
        plan.tell("table.no_register_columns", rows=plan.header.rows)


def _outlines(plan: Plan, role_name: str) -> int | None:
    """The column that tells outlines as WKT or as lists: as said, else one with any; points alone are no outlines."""
    if role_name in plan.roles.said:
        return plan.roles.said[role_name]
    return next((column for column in plan.roles.columns.get(role_name, []) if _holds(plan, role_name, column)), None)


def _holds(plan: Plan, role_name: str, column: int) -> bool:
    texts = (_text(line, column) for line in plan.lines())
    if role_name == "wkt":
        return any(AREAS.match(text[:80]) for text in texts)
    return any(text and notation.points(text) is not None for text in texts)


def _text(line: Line, column: int) -> str:
    cell = line.cells.get(column)
    return cell.text if cell else ""


def _known_fields(header: Header) -> set[str]:
    return {found for name in header.names.values() if (found := roles.field_of(name)) and found != "remark"}


def _pair(plan: Plan, sample: list[Line]) -> tuple[int, int] | None:
    """The columns of (east, north): as said, else metres before degrees, if they are filled as well."""
    pairs = [found for names in PAIRS if (found := plan.roles.pair(names))]
    said = [p for p, names in zip(map(plan.roles.pair, PAIRS), PAIRS, strict=True) if p and set(names) & set(plan.roles.said)]  # fmt: skip
    filled = [sum(_is_coordinate(line.cells.get(e)) and _is_coordinate(line.cells.get(n)) for line in sample) for e, n in pairs]  # fmt: skip
    if said:
        return said[0]
    return next((pair for pair, times in zip(pairs, filled, strict=True) if times and times * 2 >= max(filled)), None)


def _is_coordinate(cell: Cell | None) -> bool:
    return cell is not None and notation.parse(cell.text) is not None


# --- boundary points, or one point for each parcel ---------------------------------------------------------------


def _settle_points(plan: Plan, pair: tuple[int, int]) -> None:
    plan.east, plan.north = pair
    group = _group(plan)
    if group is None and not _is_one_parcel(plan):
        plan.tell("table.points_only", columns=f"{plan.name(plan.east)}、{plan.name(plan.north)}")
        return
    plan.shape, plan.group = Shape.VERTICES, group
    _refuse_two_blocks(plan)
    left = [plan.name(c) for names in PAIRS if (p := plan.roles.pair(names)) and p != pair for c in p]
    if left:
        plan.tell("table.other_coordinates", used=f"{plan.name(pair[0])}、{plan.name(pair[1])}", left="、".join(left))


def _refuse_two_blocks(plan: Plan) -> None:
    """Tables set side by side on one page have every column twice; to read the left half alone would lose land."""
    for names in PAIRS:
        twice = sorted(column for name in names for column in plan.roles.columns.get(name, []))
        chosen = {plan.east, plan.north} <= set(twice)
        if chosen and len(twice) > len(names) and not set(names) & set(plan.roles.said):
            raise unreadable("table.twice", columns="、".join(plan.name(column) for column in twice))


def _group(plan: Plan) -> int | None:
    """The column that tells parcels apart: its values (a blank means the one above) stand for three points each."""
    if "group" in plan.roles.said:
        return plan.roles.said["group"]
    candidates = list(dict.fromkeys(_candidates(plan)))
    current: dict[int, str] = {}
    with_points: dict[int, set[str]] = {column: set() for column in candidates}
    points = 0
    for line in plan.lines():
        current |= {column: line.cells[column].text for column in candidates if column in line.cells}
        if plan.east in line.cells and plan.north in line.cells:
            points += 1
            for column, value in current.items():
                with_points[column].add(value)
    return next((c for c in candidates if with_points[c] and len(with_points[c]) * FEWEST_CORNERS <= points), None)


def _candidates(plan: Plan) -> Iterator[int]:
    if plan.number is not None:
        yield plan.number
    names = plan.header.names
    for field_name in GROUPING:
        yield from (column for column, name in names.items() if roles.field_of(name) == field_name)
    yield from plan.roles.columns.get("group", [])


def _is_one_parcel(plan: Plan) -> bool:
    """Whether a table holds points of one parcel: nothing but coordinates, numbers of points and what goes with them."""
    known = plan.roles.all_of(*PAIRS[0], *PAIRS[1], "point_no", "seq", "ring_no", "extra")
    strangers = {column: name for column, name in plan.header.names.items() if column not in known}
    generic = [column for column, name in strangers.items() if normal(name) in GENERIC]
    if any(roles.field_of(name) in GROUPING for column, name in strangers.items() if column not in generic):
        return False
    plan.numbers = generic[0] if generic else None
    return len(strangers) - len(generic) <= MOST_STRANGERS
