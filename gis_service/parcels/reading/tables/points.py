"""Reading boundary points off the lines of a table, and gathering them into parcels."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from gis_service.geo import notation
from gis_service.parcels.reading.result import issue, unreadable
from gis_service.parcels.reading.tables import records, roles
from gis_service.parcels.reading.tables.grid import Line, cell_name
from gis_service.parcels.reading.tables.outlines import Plot, Vertex, ordered, running_number
from gis_service.parcels.reading.tables.plan import Plan
from gis_service.parcels.reading.tables.records import Kind, Sorter, Teller
from gis_service.parcels.reading.values import shown


def listed(line: Line, column: int) -> Iterator[tuple[Vertex, bool]]:
    """The points a cell lists, (east, north) as they are written, and whether each is written with signs of degrees."""
    cell = line.cells.get(column)
    found = notation.points(cell.text) if cell else None
    for one in found or []:
        east, north = notation.parse(one.first), notation.parse(one.second)
        if east is None or north is None:
            return
    for one in found or []:
        east, north = notation.parse(one.first), notation.parse(one.second)
        if east and north:
            texts = (one.second, one.first)
            yield Vertex(line.number, one.label, texts, east.value, north.value), east.degrees or north.degrees


@dataclass
class Gathered:
    """The parcels of a table of boundary points; `degrees` where they are written with signs of degrees."""

    plots: list[Plot] = field(default_factory=list)
    degrees: bool = False


def gathered(plan: Plan, teller: Callable[[set[int]], Teller]) -> Gathered:
    """All points of a table by parcel: by the column that tells parcels apart, by headings, or all of one."""
    gathering = _Gathering(plan, teller(_told_elsewhere(plan)))
    for line in plan.lines():
        gathering.take(line)
    return gathering.finished()


def _told_elsewhere(plan: Plan) -> set[int]:
    """Columns that say something of points and nothing of parcels."""
    used = {plan.east, plan.north} | plan.roles.all_of("point_no", "seq", "ring_no")
    used |= {c for c in plan.roles.all_of("extra") if roles.field_of(plan.name(c)) is None}
    if plan.numbers is not None:
        used.add(plan.numbers)
    return used - ({plan.group} if plan.group is not None else set())


@dataclass
class _Gathering:
    """The state of going through the lines."""

    plan: Plan
    teller: Teller
    plots: dict[str, Plot] = field(default_factory=dict)
    key: str = ""
    ring: str = ""
    last_line: int = 0
    points: int = 0
    degrees: bool = False
    heading: tuple[int, str] | None = None

    def __post_init__(self) -> None:
        plan = self.plan
        self.sorter = Sorter(plan.header, plan.group)
        self.ring_column = plan.roles.one("ring_no")
        self.name_column = plan.roles.one("point_no")
        self.order_column = next((c for c in plan.roles.columns.get("seq", []) if c != plan.group), None)
        if self.name_column is None:
            self.name_column = plan.numbers if plan.numbers is not None else self.order_column

    def take(self, line: Line) -> None:
        kind = self.sorter.kind(line)
        if kind is Kind.HEADING and self.plan.group is None:
            self._begin_heading(line)
        elif kind is Kind.DATA:
            self._take_data(line)
        self.last_line = line.number

    def _begin_heading(self, line: Line) -> None:
        """A line of one text over points names the parcel of those points."""
        (cell,) = line.cells.values()
        self.heading = (line.number, cell.text)

    def _take_data(self, line: Line) -> None:
        plan = self.plan
        own = line.cells.get(plan.group) if plan.group is not None else None
        if own is not None and own.text != self.key:
            self.key, self.ring = own.text, ""
        has_point = plan.east in line.cells or plan.north in line.cells
        if not has_point and own is None:
            return  # the length of an edge between two points
        plot = self._plot(line)
        attributes, issues = self.teller.said(line)
        for name, value in attributes.items():
            if plot.attributes.get(name) is None:
                plot.attributes[name] = value
        plot.issues += issues + records.ragged(line, plan.header, plan.layer)
        if has_point:
            self._add(plot, line)

    def _plot(self, line: Line) -> Plot:
        if self.heading is not None:
            row, text = self.heading
            self.heading, self.key, self.ring = None, f"\x00{row}", ""
            self.sorter.notes.remove(row)
            plot = self.plots[self.key] = Plot(row, _named(text))
            plot.parcel_name = text
            return plot
        if self.key not in self.plots:
            self.plots[self.key] = self._new(line)
        return self.plots[self.key]

    def _new(self, line: Line) -> Plot:
        plan, plot = self.plan, Plot(line.number)
        if plan.group is None:
            plot.attributes = dict(records.said_above(plan.header.above))
            return plot
        known = roles.field_of(plan.name(plan.group))
        if known == "parcel_name":
            plot.parcel_name = self.key
        else:
            plot.parcel_no = self.key
            if plan.number is None and known != "parcel_no":
                plot.attributes["地块编号"] = self.key
        return plot

    def _add(self, plot: Plot, line: Line) -> None:
        plan = self.plan
        self.points += 1
        if self.points > plan.request.limits.points:
            raise unreadable("table.too_many_points", limit=plan.request.limits.points)
        east, north = self._coordinate(plot, line, plan.east), self._coordinate(plot, line, plan.north)
        if east is None or north is None:
            return
        if self.ring_column is not None and self.ring_column in line.cells:
            self.ring = line.cells[self.ring_column].text
        self.degrees |= east.degrees or north.degrees
        texts = (line.cells[plan.north].text, line.cells[plan.east].text)
        vertex = Vertex(line.number, self._text(line, self.name_column), texts, east.value, north.value, self.ring)
        vertex.order = running_number(self._text(line, self.order_column))
        vertex.after_gap = bool(plot.vertices) and self.last_line < line.number - 1
        plot.vertices.append(vertex)

    def _coordinate(self, plot: Plot, line: Line, column: int) -> notation.Written | None:
        """The number in a cell; a complaint that names the cell where there is none."""
        plan, cell = self.plan, line.cells.get(column)
        name = plan.name(column)
        if cell is None:
            plot.issues.append(
                issue("coordinate.missing", row=plot.row, layer=plan.layer, line=line.number, field=name)
            )
            return None
        found = None if cell.fault else notation.parse(cell.text)
        if found is None:
            code = "cell.no_value" if cell.fault == "cell.no_value" else "coordinate.not_understood"
            where = {"cell": cell_name(line.number, column), "field": name, "text": shown(cell.text, 40)}
            plot.issues.append(issue(code, row=plot.row, layer=plan.layer, **where))
        return found

    @staticmethod
    def _text(line: Line, column: int | None) -> str:
        cell = line.cells.get(column) if column is not None else None
        return cell.text if cell else ""

    def finished(self) -> Gathered:
        plan, changed = self.plan, False
        for plot in self.plots.values():
            plot.vertices, moved = ordered(plot.vertices)
            changed |= moved
        if changed and self.order_column is not None:
            plan.tell("table.ordered", field=plan.name(self.order_column))
        plan.issues += self.sorter.issues(plan.layer) + self.teller.issues()
        return Gathered(list(self.plots.values()), self.degrees)


def _named(heading: str) -> dict[str, str]:
    """What a heading says: 地块编号：BW-0001, else it is the name."""
    return dict(records.said_above([heading])) or {"地块名称": heading}
