"""What most sheets have: the ground, parcels around, the place in the district."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.maps.catalogue import Look
from gis_service.sheets.composing.content import Chapter, Drawn, Entry, Inset
from gis_service.sheets.drawing.items import BOUNDARY, SOFT, Group, Item, Path, box, group
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import imagery
from gis_service.sheets.kinds.overlays import by_label, label_features, overlay
from gis_service.sheets.mapping import furniture
from gis_service.sheets.mapping.frame import Bounds, Frame, area_path, areas_of, bounds_of, line_path
from gis_service.sheets.mapping.layers import Feature, area_items, drawn, look_of, present
from gis_service.sheets.mapping.placing import Board, Label, Line, upright

WATER = {"sea", "river", "pond"}
WATER_INK, ROAD_INK = "#2b6a8f", "#5c646d"
PALE = Look(fill="#EBE6D6", stroke="#868d95", stroke_width=0.9, opacity=1)
"""Parcels that are not the subject."""
OVER_PICTURE = 0.36
"""The strongest fill of an area over an orthophoto: its colour is told apart, and the ground is seen."""
SLICES = (0.5, 0.3, 0.7, 0.15, 0.85)
GROUND, AROUND = "ground", "around"
"""Names among the chosen layers for what lies below the subject: the base map, and the parcels around."""


@dataclass
class Scene:
    """A map being drawn: what lies below, the labels, and what the legend must explain."""

    desk: Desk
    frame: Frame
    items: list[Item] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ground_entries: list[Entry] = field(default_factory=list)
    names: list[tuple[str, str, BaseGeometry]] = field(default_factory=list)
    """Of the ground: kind, name, shape on the page. They are set last, where the subject leaves room."""
    over: dict[str, Group] = field(default_factory=dict)
    """Layers drawn over the subject, by their ids."""
    explained: dict[str, Chapter] = field(default_factory=dict)
    added: dict[str, list[Feature]] = field(default_factory=dict)
    """What a layout drew beyond what the kind draws, by layer; labelled last."""
    asked: list[str] = field(default_factory=list)
    """Layers that were wanted, whether or not something of them lies in the frame."""
    credit: Group | None = None
    """Whose picture lies under the map, where one does."""

    def __post_init__(self) -> None:
        self.board = Board(self.frame.box.buffer(-0.6, join_style="mitre"))
        self.arrow, place = furniture.north_arrow(self.frame, self.desk.t("北", "N"))
        self.board.wall(place, *[shapely.box(x, y, x + wide, y + high) for x, y, wide, high in self.frame.covered])
        self.bare: BaseGeometry = shapely.box(*self.frame.land)

    def wants(self, name: str) -> bool:
        """Whether this layer is to be drawn: a layout may leave out what the kind would draw."""
        wanted = self.desk.chosen is None or name in self.desk.chosen
        if wanted and name not in self.asked:
            self.asked.append(name)
        return wanted

    def ground(self) -> None:
        """The orthophoto, or roads, water and hills; then what a layout chose beyond what the kind itself draws later, so that
        labels avoid it."""
        self._picture()
        self._ground()
        for name in self.desk.chosen or ():
            if name not in (GROUND, AROUND):
                self.added[name] = overlay(self, name, partial(by_label, self.desk, name))

    def _picture(self) -> None:
        """Over it areas are only tinted, and of the drawn ground there is only what it does not show."""
        if self.desk.picture is None:
            return
        found = imagery.under(self.desk, self.frame)
        if found is None:
            self.notes.append(self.desk.t(*imagery.NOT_SHOWN))
            return
        self.frame = replace(self.frame, most_tint=OVER_PICTURE)
        self.bare = shapely.difference(self.bare, found.ground)
        self.items.append(found.item)
        self.notes.append(found.note)
        self.credit, place = imagery.credit(self.frame, found.credit)
        self.board.wall(place)

    def _ground(self) -> None:
        if not self.wants(GROUND):
            return
        layer = self.desk.layers.get("ground")
        rows = self.desk.rows("ground", self.frame.land)
        if layer is None or rows.empty:
            return
        order = {"sea": 0, "hill": 1, "wetland": 2, "village": 3, "campus": 3, "river": 4, "pond": 4, "road": 5}
        rows = rows.iloc[sorted(range(len(rows)), key=lambda n: (order.get(rows["kind"].iloc[n], 3), n))]
        features, entries = [], dict[str, Entry]()
        roads = shapely.union_all(rows.geometry[rows["kind"] == "road"].to_numpy())  # crossings have no kerb across
        for shape, kind, name in zip(rows.geometry, rows["kind"], rows["name"], strict=True):
            key, look = look_of(layer, kind)
            if key != "road":
                features.append(Feature(self._uncovered(shape), look, key))
            inside = areas_of(self.frame.cut(shape))
            if inside.is_empty:
                continue
            if self.credit is None or not areas_of(self._uncovered(shape)).is_empty:
                entries[key] = Entry(
                    self.desk.words("ground_kind", key) if key else self.desk.t("其他", "Other"), "polygon", look
                )
            if text_of(name):
                self.names.append((key, text_of(name), inside))
        features.append(Feature(self._uncovered(roads), look_of(layer, "road")[1], "road"))
        self.items.append(drawn(replace(self.frame, most_tint=1.0), layer, features))
        self.ground_entries = [entries[key] for key in order if key in entries]

    def _uncovered(self, shape: BaseGeometry) -> BaseGeometry:
        """What of a shape no picture shows."""
        return shape if self.credit is None else shapely.intersection(shape, self.bare)

    def label_ground(self) -> None:
        """Names along roads, in water and on hills: each once a map, the largest piece of it."""
        pieces: dict[tuple[str, str], BaseGeometry] = {}
        for kind, name, shape in self.names:
            known = pieces.get((kind, name))
            pieces[kind, name] = shape if known is None else shapely.union(known, shape)
        for (kind, name), shape in sorted(pieces.items(), key=lambda each: (-each[1].area, each[0])):
            if kind == "road" and name == "支路":
                continue
            ink = WATER_INK if kind in WATER else ROAD_INK
            label = Label((Line(name, 2.6, fill=ink),))
            if kind in {"road", "river"}:
                self.board.put_best(label, _lengthwise(shape, label), most_mm=9)
            else:
                self.board.inside(shape, [label])

    def close(self) -> Drawn:
        """The drawing, with the ground explained last and what had no room said."""
        for name, features in self.added.items():
            label_features(self, name, [each for each in features if not self._is_said(each)])
        order = self.desk.chosen or tuple(self.over)
        over = [self.over[name] for name in order if name in self.over]
        chapters = [*self.chapters, *(self.explained[name] for name in order if name in self.explained)]
        if self.ground_entries:
            chapters.append(Chapter(self.desk.t("底图", "Ground"), tuple(self.ground_entries)))
        left = self.board.left_out
        notes = list(self.notes)
        if left:
            t = self.desk.t
            more = t(f"等 {len(left)} 处", f" and others, {len(left)} in all") if len(left) > 12 else ""
            said = t.comma.join(left[:12]) + more
            notes.append(t(f"图上未能标注:{said}。", f"Not labelled on the map: {said}."))
        labels: list[Item] = [group("注记 · labels", self.board.items), self.arrow]
        labels += [self.credit] if self.credit else []
        return Drawn([*self.items, *over], labels, chapters, notes, self.asked)

    def _is_said(self, feature: Feature) -> bool:
        """Whether its name stands on the map already."""
        names = {item.name for item in self.board.items if isinstance(item, Group)}
        return any(label.lines[0].said in names for label in feature.labels)


def text_of(value: Any) -> str:
    """A cell as text; nothing where it is empty."""
    return "" if value is None or pd.isna(value) else str(value)


def _lengthwise(shape: BaseGeometry, label: Label) -> Iterator[tuple[float, float, float]]:
    """Places along a strip, each with the direction the strip has there."""
    for part in sorted(shapely.get_parts(shape), key=lambda part: -part.area)[:3]:
        corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(part))
        if len(corners) < 4:
            continue
        a, b = (corners[1] - corners[0]), (corners[2] - corners[1])
        axis, across = (a, b) if math.hypot(*a) >= math.hypot(*b) else (b, a)
        if math.hypot(*axis) < label.wide:
            continue
        for share in SLICES:
            half = min(0.5, label.wide / 2 / math.hypot(*axis))
            start = corners[0] if axis is a else corners[1]
            low, high = max(0.0, share - half), min(1.0, share + half)
            lo, hi = start + axis * low, start + axis * high
            slab = shapely.Polygon([lo - across * 2, hi - across * 2, hi + across * 2, lo + across * 2])
            piece = shapely.intersection(part, slab)
            if piece.is_empty:
                continue
            middle = shapely.centroid(piece)
            if not part.contains(middle):
                continue
            yield middle.x, middle.y, upright(_direction(piece, axis))


def _direction(piece: BaseGeometry, axis: Any) -> float:
    """Degrees of that side of a piece that runs with the strip."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(piece))
    sides = corners[1] - corners[0], corners[2] - corners[1]
    with_it = max(sides, key=lambda side: abs(side[0] * axis[0] + side[1] * axis[1]) / (math.hypot(*side) or 1))
    return math.degrees(math.atan2(with_it[1], with_it[0]))


def parcels_around(scene: Scene, *without: str) -> list[Feature]:
    """The parcels of the register in the frame but these, pale, with their numbers where there is room."""
    if not scene.wants(AROUND):
        return []
    rows = scene.desk.rows("parcel-supply", scene.frame.land)
    features = [
        Feature(shape, PALE, labels=(Label((Line(number, 2.5, fill=SOFT),)),), name=number)
        for shape, number in zip(rows.geometry, rows["parcel_no"], strict=True)
        if number not in without
    ]
    features = present(features, scene.frame)
    scene.items.append(
        group("周边地块 · around", [group(each.name, area_items(scene.frame, each)) for each in features])
    )
    for each in features:
        scene.board.line(shapely.intersection(shapely.boundary(scene.frame.paper(each.shape)), scene.frame.box))
    return features


def label_around(scene: Scene, features: list[Feature]) -> None:
    for each in features:
        scene.board.inside(areas_of(scene.frame.cut(each.shape)), each.labels)


def location(desk: Desk, subject: BaseGeometry, area_name: str | None) -> Inset | None:
    """Where the map lies: the areas of the district, the one that is meant darker, and the frame of the large map in red."""
    areas = desk.rows("area")
    if areas.empty:
        return None
    shapes = list(areas.geometry)
    bounds = bounds_of([*shapes, subject])

    def draw(small: Frame, large: Frame) -> list[Item]:
        items: list[Item] = [box(small.left, small.top, small.wide, small.high, fill="#f7f6f1", stroke=None)]
        ground = desk.rows("ground", small.land)
        for row in ground.itertuples():
            _, look = look_of(desk.layers["ground"], row.kind)
            if row.kind in WATER:
                items.append(area_path(areas_of(small.cut(row.geometry)), fill=look.fill))
            elif row.kind == "road" and shapely.length(row.geometry) / 2 / small.scale * 1000 > 6:
                items.append(line_path(small.cut(shapely.boundary(row.geometry)), stroke="#c9ccc4", width=0.12))
        board = Board(small.box.buffer(-0.3, join_style="mitre"))
        for row in areas.itertuples():
            mine = row.name == area_name
            inside = areas_of(small.cut(row.geometry))
            items.append(area_path(inside, fill="#1F5FA8", opacity=0.3 if mine else 0.12, stroke="#1F5FA8", width=0.15))
        items.append(_marked(small, large.land))
        for row in areas.itertuples():
            label = Label((Line(row.name, 2.4, bold=row.name == area_name),))
            shape = areas_of(small.cut(row.geometry))
            if not shape.is_empty and not board.inside(shape, [label]):
                board.beside(shape, label)
        return [*items, *board.items]

    return Inset(bounds, draw)


def _marked(small: Frame, land: Bounds) -> Path:
    """The frame of the large map in the small one, never smaller than can be seen."""
    shape = small.paper(shapely.box(*land))
    west, _, east, _ = shape.bounds
    if east - west < 2.4:
        shape = shapely.Point(shape.centroid).buffer(1.2)
    return line_path(shapely.boundary(small.box.intersection(shape)), stroke=BOUNDARY, width=0.4)
