"""宗地图: one parcel with its boundary points, edge lengths, neighbours and coordinates."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.core.srid import METRIC_SRID
from gis_service.geo import crs, measure, rings
from gis_service.maps.catalogue import Look
from gis_service.sheets.composing.content import Chapter, Content, Drawn, Entry
from gis_service.sheets.composing.tables import Column, Table
from gis_service.sheets.drawing.items import BOUNDARY, Circle, Item, group
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds.common import Scene, label_around, location, parcels_around, text_of
from gis_service.sheets.mapping.frame import Frame, area_path, areas_of, edges, line_path
from gis_service.sheets.mapping.placing import Board, Label, Line, along, around
from gis_service.sheets.tongue import Tongue

SUBJECT = Look(fill="#FBE9A9", opacity=0.75, stroke=BOUNDARY, stroke_width=1.5)
POINT_RADIUS_MM = 0.4
SAME_PLACE_M = 0.002
AROUND = 0.74
LEAST_EDGE_MM = 5.0
NUMBER_MM, LENGTH_MM = 2.5, 2.4


@dataclass(frozen=True)
class Corner:
    """A boundary point: its number, its place in metres, its coordinates as printed, and the edge to the next."""

    number: str
    ring: tuple[int, int]
    east: float
    north: float
    x_text: str
    y_text: str
    next: tuple[float, float]

    @property
    def length_m(self) -> float:
        return math.dist((self.east, self.north), self.next)


@dataclass(frozen=True)
class Corners:
    """All boundary points in order, and the system of the printed coordinates."""

    all: tuple[Corner, ...]
    srid: int
    as_registered: bool


def corners_of(desk: Desk, row: Any) -> Corners:
    """The registered points, numbered as they are, where they are those of the outline; else numbered J1 … from the north-west."""
    found = rings.numbered(row.geometry)
    registered = desk.rows("boundary-point", parcel_id=int(row.id))
    if len(registered) == len(found):
        registered = registered.sort_values(["part_no", "ring_no", "seq"])
        places = np.column_stack([registered.geometry.x, registered.geometry.y])
        own = np.array([(point.x, point.y) for point in found])
        tree = shapely.STRtree(shapely.points(own))
        near = tree.query_nearest(shapely.points(places), max_distance=SAME_PLACE_M, all_matches=False)[1]
        systems = set(registered["source_crs"])
        if len(set(near.tolist())) == len(found) and len(systems) == 1 and crs.as_crs(int(min(systems))).is_projected:
            texts = [(r.point_no, (r.part_no, r.ring_no), *own[n], r.northing, r.easting) for n, r in zip(near, registered.itertuples(), strict=True)]  # fmt: skip
            return Corners(_linked(texts), int(min(systems)), as_registered=True)
    own_texts = [(p.point_no, (p.part_no, p.ring_no), p.x, p.y, f"{p.y:.3f}", f"{p.x:.3f}") for p in found]
    return Corners(_linked(own_texts), METRIC_SRID, as_registered=False)


def _linked(points: list[Any]) -> tuple[Corner, ...]:
    """Each point with the next of its ring, the last with the first."""
    by_ring: dict[tuple[int, int], list[Any]] = {}
    for point in points:
        by_ring.setdefault(point[1], []).append(point)
    made = []
    for ring, mine in by_ring.items():
        for n, (number, _, east, north, x, y) in enumerate(mine):
            following = mine[(n + 1) % len(mine)]
            ahead = (float(following[2]), float(following[3]))
            made.append(Corner(number, ring, float(east), float(north), str(x), str(y), ahead))
    return tuple(made)


def content(desk: Desk, parcel_no: str) -> Content:
    """The sheet of a parcel. Raises `NotFound`."""
    row = desk.parcel(parcel_no)
    corners = corners_of(desk, row)
    rows = tuple((c.number, c.x_text, c.y_text, f"{c.length_m:.2f}") for c in corners.all)
    t = desk.t
    head = (Column(t("点号", "Point"), 12, "middle"), Column(t("X(北)", "X (north)"), 25, "end"), Column(t("Y(东)", "Y (east)"), 26, "end"), Column(t("边长(m)", "Edge (m)"), 17, "end"))  # fmt: skip
    sides = desk.sides(int(row.id))
    registered = row.area_registered_m2
    code = f"{text_of(row.planned_class_code)} {text_of(row.planned_class_name)}".strip()
    facts = [
        (t("地块编号", "Parcel"), str(row.parcel_no)),
        (t("地块名称", "Name"), text_of(row.parcel_name) or "—"),
        (t("权属单位", "Right holder"), text_of(row.right_holder) or "—"),
        (t("管护单位", "Custodian"), text_of(row.custodian_unit) or "—"),
        (t("规划用途", "Planned use"), code or "—"),
        (t("坐落", "Lies at"), text_of(row.location_text) or "—"),
        (t("登记面积", "Registered area"), said_area(float(registered), t) if text_of(registered) else "—"),
        (t("图形面积", "Drawn area"), said_area(float(row.area_computed_m2), t)),
        (
            t("四至", "Bounds"),
            t(",", ", ").join(f"{side}{t(':', ': ')}{sides[side]}" for side in sides) or t("未登记", "not registered"),
        ),
    ]
    system = crs.BELTS.get(corners.srid)
    prefixed = (
        t(f",Y 含带号 {system.zone}", f", Y with belt number {system.zone}") if system and system.prefixed else ""
    )
    given = t("为登记成果", "as registered") if corners.as_registered else t("由图形计算,自西北角顺时针编号", "computed from the outline, numbered clockwise from the north-west")  # fmt: skip
    return Content(
        title=t("宗地图", "Boundary map"),
        subtitle=f"{row.parcel_no} {text_of(row.parcel_name)}",
        bounds=row.geometry.bounds,
        around=AROUND,
        draw=lambda frame: _map(desk, row, corners, frame),
        facts=facts,
        tables={"points": Table(t("界址点成果表", "Boundary points"), head, rows, blocks=0)},
        notes=[
            t(
                f"界址点坐标{given}(EPSG:{corners.srid}{prefixed});边长为本点至下一点的平面距离。",
                f"Coordinates {given} (EPSG:{corners.srid}{prefixed}); edges are plane distances to the next point.",
            ),
            t(
                "红线为地块边界,红色圆圈为界址点;灰线为相邻登记地块。",
                "Red: the boundary, its points as circles; grey: registered parcels beside it.",
            ),
        ],
        inset=location(desk, row.geometry, text_of(row.area_name)),
        cutoff=desk.cutoff,
        crs_note=desk.crs_note,
        sample=desk.sample,
        lang=desk.lang,
    )


def said_area(area_m2: float, t: Tongue = Tongue()) -> str:
    """
    >>> said_area(5054.61)
    '5,054.61 ㎡(7.58 亩)'
    """
    mu = f"{measure.mu(area_m2):,.2f}"
    return t(f"{area_m2:,.2f} ㎡({mu} 亩)", f"{area_m2:,.2f} m² ({mu} mu)")


def subject_items(frame: Frame, shape: BaseGeometry) -> list[Item]:
    """The parcel that is meant: pale yellow, with a red boundary of 0.3 mm."""
    return [
        area_path(areas_of(frame.cut(shape)), fill=SUBJECT.fill, opacity=min(0.75, frame.most_tint)),
        line_path(edges(frame, shape), stroke=BOUNDARY, width=0.3),
    ]


def _map(desk: Desk, row: Any, corners: Corners, frame: Frame) -> Drawn:
    scene = Scene(desk, frame)
    scene.ground()
    neighbours = parcels_around(scene, str(row.parcel_no))
    scene.items.append(group(str(row.parcel_no), subject_items(scene.frame, row.geometry)))
    shape = frame.paper(row.geometry)
    places = [frame.place(corner.east, corner.north) for corner in corners.all]
    scene.items.append(
        group("界址点 · points", [Circle(x, y, POINT_RADIUS_MM, stroke=BOUNDARY, width=0.15) for x, y in places])
    )
    scene.board.wall(*[shapely.Point(place).buffer(POINT_RADIUS_MM) for place in places])
    _name(scene.board, shape, row)
    scene.board.wall(shapely.boundary(shape))
    _numbers(scene.board, shape, corners, places)
    _lengths(scene, shape, corners)
    label_around(scene, neighbours)
    scene.label_ground()
    t = desk.t
    entries = [Entry(t("本宗地", "This parcel"), "polygon", SUBJECT)]
    if neighbours:
        entries.append(Entry(t("相邻登记地块", "Registered parcels beside"), "polygon", neighbours[0].look))
    scene.chapters.insert(0, Chapter(t("地块", "Parcel"), tuple(entries)))
    return scene.close()


def _name(board: Board, shape: BaseGeometry, row: Any) -> None:
    """宗地号, 用地代码 and area in the middle."""
    code = text_of(row.planned_class_code)
    number = f"{row.parcel_no}/{code}" if code else str(row.parcel_no)
    area = f"{float(row.area_computed_m2):,.1f} ㎡"
    forms = [
        *(Label((Line(number, size, bold=True), Line(area, size * 0.85))) for size in (4.2, 3.4, 2.9)),
        Label((Line(str(row.parcel_no), 2.6, bold=True),)),
    ]
    if not board.inside(shape, forms) and not board.beside(shape, forms[2]):
        board.leave_out(number)


def _numbers(board: Board, shape: BaseGeometry, corners: Corners, places: list[tuple[float, float]]) -> None:
    """J-numbers, outside the corner they name if there is room."""
    by_ring = _by_ring(corners)
    for mine in by_ring.values():
        for n, at in enumerate(mine):
            before, here, after = places[mine[n - 1]], places[at], places[mine[(n + 1) % len(mine)]]
            label = Label((Line(corners.all[at].number, NUMBER_MM, bold=True, fill=BOUNDARY),))
            direction = _outwards(shape, before, here, after)
            if not board.put_best(label, around(*here, label, direction), most_mm=3):
                board.leave_out(corners.all[at].number)


def _by_ring(corners: Corners) -> dict[tuple[int, int], list[int]]:
    found: dict[tuple[int, int], list[int]] = {}
    for n, corner in enumerate(corners.all):
        found.setdefault(corner.ring, []).append(n)
    return found


def _outwards(shape: BaseGeometry, before: tuple[float, float], here: tuple[float, float], after: tuple[float, float]) -> float:  # fmt: skip
    """The direction in degrees that halves the angle of a corner on its outer side."""
    ux, uy = _unit(here, before)
    vx, vy = _unit(here, after)
    bx, by = ux + vx, uy + vy
    if math.hypot(bx, by) < 0.05:  # straight on
        bx, by = -uy, ux
    angle = math.atan2(by, bx)
    inside = shape.contains(shapely.Point(here[0] + 0.05 * math.cos(angle), here[1] + 0.05 * math.sin(angle)))
    return math.degrees(angle) + (180 if inside else 0)


def _unit(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    length = math.dist(a, b) or 1.0
    return (b[0] - a[0]) / length, (b[1] - a[1]) / length


def _lengths(scene: Scene, shape: BaseGeometry, corners: Corners) -> None:
    """Edge lengths beside their edges; what finds no room stands in the table only, and the sheet says how many."""
    frame, missing = scene.frame, 0
    for corner in corners.all:
        a, b = frame.place(corner.east, corner.north), frame.place(*corner.next)
        label = Label((Line(f"{corner.length_m:.2f}", LENGTH_MM),))
        if math.dist(a, b) < max(LEAST_EDGE_MM, label.wide * 0.8):
            missing += 1
            continue
        ux, uy = _unit(a, b)
        left = shapely.Point((a[0] + b[0]) / 2 + uy * 0.05, (a[1] + b[1]) / 2 - ux * 0.05)
        missing += not scene.board.put_best(label, along(a, b, label, -1 if shape.contains(left) else 1), most_mm=3)
    if missing:
        said = (
            f"{missing} 条边的边长图上放不下,见界址点成果表。",
            f"{missing} edge lengths had no room on the map; see the table.",
        )
        scene.notes.append(scene.desk.t.of(said))
