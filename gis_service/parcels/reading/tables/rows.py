"""From a table that is understood to rows of parcels, whatever way it says where they lie."""

import array
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.geo import crs as systems
from gis_service.geo import detect, notation
from gis_service.parcels.imports.columns.spelling import normal
from gis_service.parcels.reading import source_crs
from gis_service.parcels.reading.request import Emit, Request
from gis_service.parcels.reading.result import CrsInfo, Issue, Layer, Row, issue, unreadable
from gis_service.parcels.reading.shaping import shaped
from gis_service.parcels.reading.tables import plan as plans
from gis_service.parcels.reading.tables import points, records, roles
from gis_service.parcels.reading.tables import systems as table_systems
from gis_service.parcels.reading.tables.grid import Cell, Line, Table, cell_name
from gis_service.parcels.reading.tables.outlines import Drawing, Plot, Vertex
from gis_service.parcels.reading.tables.plan import Plan, Shape
from gis_service.parcels.reading.tables.records import Kind, Sorter, Teller
from gis_service.parcels.reading.tables.systems import Numbers
from gis_service.parcels.reading.wkb import CURVED

PORTION = 500

SYNTAX = ("语法有误", "its syntax is wrong")
FAULTS = {"closed": ("环未闭合", "a ring is not closed"), "Nonlinear": CURVED}
"""What is said of WKT that cannot be read, by words of the complaint."""

_SRID = re.compile(r"\s*SRID=(\d+);", re.IGNORECASE)
_FIRST_PAIR = re.compile(r"\(\s*([-+.\deE]+)\s+([-+.\deE]+)")
#: What people write where there is no outline.
NO_OUTLINE = frozenset({"na", "n/a", "null", "none", "nan", "无", "-", "--", "—", "/"})
NOWHERE = CrsInfo(None, "—", ["表中没有可以成面的坐标"], ["The table has no coordinates of areas"], False, "detected")


class Outcome(NamedTuple):
    """What became of a table: the layer it makes, its system, and what there is to say of it."""

    layer: Layer
    crs: CrsInfo
    issues: list[Issue]


def read(table: Table, request: Request, emit: Emit) -> Outcome:
    if not table.head():
        raise unreadable("read.no_rows")
    plan = plans.made(table, request)
    reading = _Reading(plan, emit)
    crs = {
        Shape.NONE: reading.register,
        Shape.WKT: reading.wkt,
        Shape.LISTS: reading.lists,
        Shape.VERTICES: reading.vertices,
    }[plan.shape]()
    if not reading.count:
        raise unreadable("read.no_rows")
    kind = "NONE" if plan.shape is Shape.NONE else "POLYGON"
    return Outcome(Layer(table.name, reading.count, kind, crs.epsg), crs, plan.issues)


@dataclass
class _Reading:
    """One table on its way out."""

    plan: Plan
    sink: Emit
    count: int = 0

    def emit(self, row: Row) -> None:
        self.count += 1
        self.sink(row)

    # --- registers -----------------------------------------------------------------------------------------------

    def register(self) -> CrsInfo:
        for line, attributes, issues in self._records(used=()):
            self.emit(Row(line.number, self.plan.layer, attributes, issues=issues))
        return NOWHERE

    def _records(self, used: Iterable[int]) -> Iterator[tuple[Line, dict[str, Any], list[Issue]]]:
        """Lines of data with what they say; at the end it is told what was left out."""
        plan = self.plan
        sorter, teller = Sorter(plan.header, plan.number), self._teller(set(used))
        for line in plan.lines():
            if sorter.kind(line) is Kind.DATA:
                attributes, issues = teller.said(line)
                yield line, attributes, issues + records.ragged(line, plan.header, plan.layer)
        plan.issues += sorter.issues(plan.layer) + teller.issues()

    def _teller(self, used: set[int]) -> Teller:
        plan = self.plan
        unit = records.unit_above(plan.header)
        if unit is None:
            return Teller(plan.table, plan.header, used)
        plan.tell("table.unit_above", unit=unit)
        return Teller(plan.table, plan.header, used, {"面积单位": unit})

    def _data(self) -> Iterator[Line]:
        """Lines of data alone, for a first look."""
        sorter = Sorter(self.plan.header, self.plan.number)
        return (line for line in self.plan.lines() if sorter.kind(line) is Kind.DATA)

    # --- outlines as WKT -----------------------------------------------------------------------------------------

    def wkt(self) -> CrsInfo:
        plan = self.plan
        finding = self._system_of_wkt()
        lines = self._records(used={plan.column})
        while portion := list(itertools.islice(lines, PORTION)):
            self._emit_wkt(portion, finding)
        return NOWHERE if finding is None else source_crs.described(finding)

    def _system_of_wkt(self) -> detect.Finding | None:
        """The system from the first pair of numbers of each outline, and from the SRID where one is written."""
        column, srids = self.plan.column, set()
        numbers = array.array("d")
        for line in self._data():
            text = line.cells[column].text if column in line.cells else ""
            if match := _FIRST_PAIR.search(text[:400]):
                numbers.extend(_floats(match.groups()))
                srids |= {int(said) for said in _SRID.findall(text[:20])}
        if not numbers:
            return None
        if len(srids) > 1:
            raise unreadable("table.mixed_srid", srids=", ".join(map(str, sorted(srids)[:5])))
        return self._concluded(Numbers(_pairs(numbers), degrees=True), srids.pop() if srids else None)[0]

    def _emit_wkt(
        self, portion: list[tuple[Line, dict[str, Any], list[Issue]]], finding: detect.Finding | None
    ) -> None:
        plan = self.plan
        shapes: dict[int, BaseGeometry] = {}
        for line, _, issues in portion:
            cell = self._outline(line)
            if cell is None:
                continue
            try:
                shapes[line.number] = shapely.from_wkt(_SRID.sub("", cell.text))
            except (shapely.errors.GEOSException, NotImplementedError) as fault:
                zh, en = next((words for part, words in FAULTS.items() if part in str(fault)), SYNTAX)
                issues.append(self._complaint(line, cell, "coordinate.wkt", reason_zh=zh, reason_en=en))
        if finding is None:
            finding = detect.Finding(systems.as_crs(systems.CGCS2000))  # nothing but EMPTY: said row by row
        ready = shaped(list(shapes.values()), list(shapes), plan.layer, finding, plan.request.limits.points)
        by_row = {one.row: one for one in ready}
        for line, attributes, issues in portion:
            one = by_row.get(line.number)
            if one is None:
                self.emit(Row(line.number, plan.layer, attributes, issues=issues))
                continue
            self.emit(one.as_row(attributes, issues + one.issues))

    def _outline(self, line: Line) -> Cell | None:
        """The cell that tells the outline; None where it tells none: the register may have such rows."""
        cell = line.cells.get(self.plan.column)
        return None if cell is None or normal(cell.text) in NO_OUTLINE else cell

    def _complaint(self, line: Line, cell: Cell, code: str, **facts: Any) -> Issue:
        """That a cell is no outline, or that its formula has no result."""
        plan = self.plan
        where = {"cell": cell_name(line.number, plan.column), "field": plan.name(plan.column)}
        return issue(
            "cell.no_value" if cell.fault == "cell.no_value" else code,
            row=line.number,
            layer=plan.layer,
            **where,
            **facts,
        )

    # --- outlines as lists of points -----------------------------------------------------------------------------

    def lists(self) -> CrsInfo:
        plan = self.plan
        numbers, degrees = array.array("d"), False
        for line in self._data():
            for vertex, written in points.listed(line, plan.column):
                numbers.extend(vertex.pair)
                degrees |= written
        plots = (self._listed_plot(*found) for found in self._records(used={plan.column}))
        if not numbers:
            return self._without_outlines(plots)
        packed = roles.says_packed(plan.name(plan.column))
        drawing = self._drawing(Numbers(_pairs(numbers), degrees, packed))
        self._draw(plots, drawing)
        return source_crs.described(drawing.finding)

    def _listed_plot(self, line: Line, attributes: dict[str, Any], issues: list[Issue]) -> Plot:
        plan, plot = self.plan, Plot(line.number, attributes, issues=issues)
        if cell := self._outline(line):
            plot.vertices = [vertex for vertex, _ in points.listed(line, plan.column)]
            if not plot.vertices:
                plot.issues.append(self._complaint(line, cell, "coordinate.list"))
        return plot

    # --- outlines as boundary points -----------------------------------------------------------------------------

    def vertices(self) -> CrsInfo:
        plan = self.plan
        gathered = points.gathered(plan, self._teller)
        numbers = array.array("d", itertools.chain.from_iterable(v.pair for v in _all(gathered.plots)))
        if not numbers:
            return self._without_outlines(gathered.plots)
        packed = roles.says_packed(plan.name(plan.east))
        drawing = self._drawing(Numbers(_pairs(numbers), gathered.degrees, packed))
        self._draw(gathered.plots, drawing)
        return source_crs.described(drawing.finding)

    def _without_outlines(self, plots: Iterable[Plot]) -> CrsInfo:
        for plot in plots:
            self.emit(Row(plot.row, self.plan.layer, plot.attributes, issues=plot.issues))
        return NOWHERE

    def _draw(self, plots: Iterable[Plot], drawing: Drawing) -> None:
        waiting = iter(plots)
        while portion := list(itertools.islice(waiting, PORTION)):
            for row in drawing.rows(portion):
                self.emit(row)

    def _drawing(self, numbers: Numbers) -> Drawing:
        finding, packed = self._concluded(numbers)
        return Drawing(self.plan.layer, finding, packed, self.plan.request.limits.points)

    def _concluded(self, numbers: Numbers, srid: int | None = None) -> tuple[detect.Finding, bool]:
        """The system with all that a person and the table say of it, and whether degrees have to be unpacked first."""
        plan, request = self.plan, self.plan.request
        told = table_systems.said([*plan.header.above, *plan.header.names.values(), plan.layer, *self._systems_named()])
        if request.control_points or (srid and not request.crs):
            # control points speak of the numbers as they are written, whatever system a title names
            declared = told.legacy if srid is None else srid
            system = None if declared is None else source_crs.from_wkt(f"EPSG:{declared}")
            return source_crs.placed(request, system, numbers.xy, layer=plan.layer, issues=plan.issues), False
        found, packed = table_systems.conclude(numbers, told, request.crs, layer=plan.layer, issues=plan.issues)
        return source_crs.shifted(request, found), packed

    def _systems_named(self) -> set[str]:
        """What the first lines say in a column of coordinate systems."""
        plan = self.plan
        columns = [c for c, name in plan.header.names.items() if "坐标系" in name or normal(name) in ("crs", "datum")]
        return {line.cells[c].text for line in plan.table.head() for c in columns if c in line.cells}


def _all(plots: Iterable[Plot]) -> Iterator[Vertex]:
    return itertools.chain.from_iterable(plot.vertices for plot in plots)


def _pairs(numbers: "array.array[float]") -> detect.Floats:
    return np.frombuffer(numbers, dtype=float).reshape(-1, 2)


def _floats(texts: Iterable[str]) -> list[float]:
    found = [notation.parse(text) for text in texts]
    return [one.value for one in found if one] if all(found) else []
