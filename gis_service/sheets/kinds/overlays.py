"""Layers drawn over the subject of a sheet, each explained in the legend as far as it is visible."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from gis_service.maps.catalogue import Layer
from gis_service.maps.styles.forms import form_of
from gis_service.sheets.composing.content import Chapter, Entry
from gis_service.sheets.drawing.items import INK
from gis_service.sheets.gather import Desk
from gis_service.sheets.mapping.layers import Feature, drawn, look_of, present
from gis_service.sheets.mapping.placing import Label, Line, along, around

if TYPE_CHECKING:
    from gis_service.sheets.kinds.common import Scene

Labels = Callable[[Any], tuple[Label, ...]]


def one_line(said: str, *, size: float = 2.4, bold: bool = False, fill: str = INK) -> tuple[Label, ...]:
    return (Label((Line(said, size, bold, fill),)),) if said else ()


def by_label(desk: Desk, name: str, row: Any) -> tuple[Label, ...]:
    """The label that a layer has on every map, where it has one."""
    column = desk.layers[name].label
    said = getattr(row, column) if column else None
    return () if said is None or pd.isna(said) else one_line(str(said))


def overlay(scene: "Scene", name: str, labels: Labels | None = None, **equal: Any) -> list[Feature]:
    """The rows of a layer in the frame, drawn; their signs are walls for every label that comes later.

    A layer that was drawn before is drawn anew, by the fuller wish.
    """
    layer = scene.desk.layers.get(name)
    if layer is None or not scene.wants(name):
        return []
    scene.over.pop(name, None)
    scene.explained.pop(name, None)
    scene.added.pop(name, None)
    rows = scene.desk.rows(name, scene.frame.land, **equal)
    features = []
    for row in rows.itertuples():
        key, look = look_of(layer, getattr(row, layer.category) if layer.category else None)
        said = labels(row) if labels else ()
        features.append(Feature(row.geometry, look, key, said, str(row.id), form_of(layer, look)))
    features = present(features, scene.frame)
    if not features:
        return []
    scene.over[name] = drawn(scene.frame, layer, features)
    _block(scene, layer, features)
    scene.explained[name] = _explained(scene, layer, features)
    return features


def _block(scene: "Scene", layer: Layer, features: Iterable[Feature]) -> None:
    for each in features:
        paper = scene.frame.cut(each.shape)
        if layer.geometry == "point":
            radius = (each.look.radius or 4) * 0.2 * 1.25
            scene.board.wall(*[shapely.Point(part.x, part.y).buffer(radius) for part in shapely.get_parts(paper)])
        else:
            scene.board.line(shapely.boundary(paper) if layer.geometry == "polygon" else paper)


def label_features(scene: "Scene", layer: str, features: Iterable[Feature]) -> None:
    """Points have their label beside them, lines along them, areas inside."""
    geometry = scene.desk.layers[layer].geometry
    for each in features:
        paper = scene.frame.cut(each.shape)
        if not each.labels or paper.is_empty:
            continue
        label = each.labels[0]
        if geometry == "polygon":
            done = scene.board.inside(paper, each.labels) or scene.board.beside(paper, each.labels[-1])
        elif geometry == "line":
            ends = shapely.get_coordinates(max(shapely.get_parts(paper), key=lambda part: part.length))
            start, end = tuple(ends[0]), tuple(ends[-1])
            done = start != end and scene.board.put_best(label, along(start, end, label, 1))
        else:
            radius = (each.look.radius or 4) * 0.2
            done = scene.board.put_best(label, around(paper.x, paper.y, label, from_mm=radius + 0.3), most_mm=6)
        if not done:
            scene.board.leave_out(label.lines[0].said)


def _explained(scene: "Scene", layer: Layer, features: list[Feature]) -> Chapter:
    vocabulary = layer.by_name[layer.category].vocabulary if layer.category else None
    keys = list(dict.fromkeys(each.key for each in features))
    if layer.style.kind == "categories":
        order = [category.value for category in layer.style.categories]
        keys.sort(key=lambda key: order.index(key) if key in order else len(order))
    entries = []
    for key in keys:
        mine = [each for each in features if each.key == key]
        said = scene.desk.words(vocabulary, key) if key and vocabulary else scene.desk.titled(layer)
        entries.append(Entry(said, layer.geometry, mine[0].look, (str(len(mine)),), mine[0].form))
    return Chapter(scene.desk.titled(layer), tuple(entries), (scene.desk.t("个数", "No."),))
