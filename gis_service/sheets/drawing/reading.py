"""Drawings of other rooms on a sheet: the SVG that `surveys/drawing/pen.py` writes, as items, so that slides get native shapes of it too.

It reads what that pen writes and nothing else: paths of straight lines and dots, boxes, texts, groups moved downwards.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from gis_service.sheets.drawing.items import INK, Circle, Item, Path, Text

SVG = "{http://www.w3.org/2000/svg}"
_STEP = re.compile(r"([MLaZ])([^MLaZ]*)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def size_of(svg: str) -> tuple[float, float]:
    """Width and height in millimetres."""
    return _box(ElementTree.fromstring(svg))  # noqa: S314  (our own)


def items_of(svg: str, left: float = 0.0, top: float = 0.0) -> list[Item]:
    """The items of a drawing whose upper left corner is put there. Its paper is left out."""
    root = ElementTree.fromstring(svg)  # noqa: S314  (our own)
    found = list(_items(root, left, top))
    return found[1:] if isinstance(found[0], Path) else found


def _box(root: ElementTree.Element) -> tuple[float, float]:
    _, _, wide, high = map(float, root.attrib["viewBox"].split())
    return wide, high


def _items(parent: ElementTree.Element, dx: float, dy: float) -> Iterator[Item]:
    for each in parent:
        name = each.tag.removeprefix(SVG)
        if name == "g":
            across, down = map(float, _NUMBER.findall(each.attrib["transform"]))
            yield from _items(each, dx + across, dy + down)
        elif name == "path":
            yield from _path(each, dx, dy)
        elif name == "rect":
            x, y, wide, high = (float(each.get(key, 0)) for key in ("x", "y", "width", "height"))
            x, y = x + dx, y + dy
            ring = ((x, y), (x + wide, y), (x + wide, y + high), (x, y + high))
            yield Path((ring,), closed=True, **_look(each))  # type: ignore[arg-type]
        elif name == "text":
            yield _text(each, dx, dy)
        else:
            raise ValueError(f"<{name}>")


def _look(element: ElementTree.Element) -> dict[str, object]:
    fill, stroke = element.get("fill", "none"), element.get("stroke", "none")
    return {
        "fill": None if fill == "none" else fill,
        "stroke": None if stroke == "none" else stroke,
        "width": float(element.get("stroke-width", 0.18)),
        "dash": tuple(map(float, _NUMBER.findall(element.get("stroke-dasharray", "")))),
    }


def _path(element: ElementTree.Element, dx: float, dy: float) -> Iterator[Item]:
    look = _look(element)
    rings: list[list[tuple[float, float]]] = []
    closed = False
    for step, said in _STEP.findall(element.attrib["d"]):
        numbers = [float(each) for each in _NUMBER.findall(said)]
        if step == "M":
            rings.append([(numbers[0] + dx, numbers[1] + dy)])
        elif step == "L":
            rings[-1].append((numbers[0] + dx, numbers[1] + dy))
        elif step == "Z":
            closed = True
        elif numbers[5] > 0:  # two half circles make a dot; the first says where it is
            radius, (x, y) = numbers[0], rings.pop()[0]
            yield Circle(x + radius, y, radius, fill=str(look["fill"]), stroke=None)
    if rings := [ring for ring in rings if len(ring) > 1]:
        yield Path(tuple(map(tuple, rings)), closed=closed, **look)  # type: ignore[arg-type]


def _text(element: ElementTree.Element, dx: float, dy: float) -> Text:
    turn = _NUMBER.findall(element.get("transform", "rotate(0)"))[0]
    return Text(
        float(element.attrib["x"]) + dx, float(element.attrib["y"]) + dy, element.text or "", float(element.attrib["font-size"]),
        element.get("text-anchor", "start"), element.get("font-weight") == "700", element.get("fill", INK), float(turn),  # type: ignore[arg-type]
        halo="stroke" in element.attrib,
    )  # fmt: skip
