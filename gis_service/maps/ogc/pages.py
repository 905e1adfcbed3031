"""The OGC documents as pages for people: plain HTML, Chinese first, nothing from outside."""

import json
from datetime import datetime
from math import cos, radians
from pathlib import Path
from typing import Any

import shapely

from gis_service.core.clock import BEIJING
from gis_service.core.pages import Pages
from gis_service.maps.catalogue import Attribute, Layer
from gis_service.parcels.vocabulary import vocabulary

PICTURE_PX = 400


PAGES = Pages(Path(__file__).with_name("templates"), trim_blocks=True, lstrip_blocks=True)


def document(title: str, content: dict[str, Any]) -> str:
    """A page for any of the small documents: what it says, and where it leads."""
    return PAGES.render("document.html", title=title, content=content)


def api(content: dict[str, Any]) -> str:
    return PAGES.render("api.html", title=content["info"]["title"], content=content)


def items(layer: Layer, collection: dict[str, Any]) -> str:
    """A page of features: where they lie, and a table."""
    found = collection["features"]
    rows = [(feature["id"], [shown(a, feature["properties"][a.name]) for a in layer.attributes]) for feature in found]
    moment = datetime.fromisoformat(collection["timeStamp"]).astimezone(BEIJING)
    text = {key: value for key, value in collection.items() if key != "features"} | {"at": f"{moment:%Y-%m-%d %H:%M}"}
    return PAGES.render("items.html", title=layer.title, layer=layer, rows=rows, page=text, picture=picture(found))


def item(layer: Layer, feature: dict[str, Any]) -> str:
    facts = [(a, shown(a, feature["properties"][a.name])) for a in layer.attributes]
    title = str(feature["properties"].get(layer.label or "", feature["id"]))
    return PAGES.render("item.html", title=title, layer=layer, facts=facts, feature=feature, picture=picture([feature]))


def shown(attribute: Attribute, value: Any) -> str:
    """A value in words: the vocabulary's, or as it stands."""
    if value is None or value == []:
        return "—"
    if isinstance(value, list):
        return "、".join(shown(attribute, one) for one in value)
    if attribute.vocabulary:
        known = vocabulary()[attribute.vocabulary]
        return known[value][0] if value in known else str(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def picture(features: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The outlines as SVG paths in a square of `PICTURE_PX`; None where there is nothing to draw."""
    shapes = [(f["id"], shapely.from_geojson(json.dumps(f["geometry"]))) for f in features if f["geometry"]]
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds([shape for _, shape in shapes])
    squeeze = cos(radians((south + north) / 2))
    scale = PICTURE_PX / max((east - west) * squeeze, north - south, 1e-4)

    def place(lonlat: Any) -> Any:
        return (lonlat - (west, north)) * (scale * squeeze, -scale)

    drawn = [(key, _path(shapely.transform(shape, place))) for key, shape in shapes]
    return {"width": (east - west) * squeeze * scale, "height": (north - south) * scale, "paths": drawn}


def _path(shape: Any) -> str:
    """A shape as an SVG path; points become small diamonds."""
    if shape.geom_type in ("Point", "MultiPoint"):
        shape = shape.buffer(4, quad_segs=1)
    if shape.geom_type in ("LineString", "MultiLineString"):
        return "".join(_drawn(line) for line in shapely.get_parts(shape))
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    return "".join(_drawn(ring) + "Z" for ring in rings)


def _drawn(line: Any) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line.coords)
