"""A QGIS project (`.qgz`: the project's XML in a ZIP) of all layers over OGC API Features. Pure: bytes from facts."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from xml.etree.ElementTree import Element

import numpy as np
from pyproj import CRS

from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs as systems
from gis_service.maps.catalogue import Catalogue, Layer
from gis_service.maps.styles.drawing import Drawn, Lang
from gis_service.maps.styles.qml import HEAD, VERSION, style
from gis_service.maps.styles.xml import element, written

LOGIN = "gisland"
LOGIN_PATTERN = "^[A-Za-z0-9]{7}$"
"""Id of the login in the password store of QGIS: seven letters or digits, as QGIS has them."""

SERVED_CRS = 4326
"""OGC API Features speaks CRS84; QGIS takes it as EPSG:4326, east first."""
GEOMETRY = {"point": "Point", "line": "Line", "polygon": "Polygon"}
WKB = {"point": "Point", "line": "MultiLineString", "polygon": "MultiPolygon"}
EDGE = 0.02
"""Of the extent, that is shown around it."""
MOMENT = (1980, 1, 1, 0, 0, 0)
"""Of the file in the ZIP: equal facts make equal bytes."""

BBox = tuple[float, float, float, float]


@dataclass(frozen=True)
class Place:
    """What a project is made for: the service's address, the login's name, and the land it opens on."""

    base: str
    """Of the OGC API, for example http://127.0.0.1:8000/ogc."""
    title: str
    extent: BBox
    """West, south, east, north in stored coordinates (EPSG:4490 by default)."""
    login: str = LOGIN
    lang: Lang = "zh"


def qgz(catalogue: Catalogue, place: Place) -> bytes:
    """The project as a file."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("gis-service.qgs", MOMENT), qgs(catalogue, place), zipfile.ZIP_DEFLATED)
    return kept.getvalue()


def qgs(catalogue: Catalogue, place: Place) -> str:
    """The project as XML."""
    layers = list(catalogue.values())
    box = _in_metres(place.extent)
    root = element(
        "qgis",
        {"version": VERSION, "projectname": place.title},
        [
            element("homePath", {"path": ""}),
            element("title", text=place.title),
            element("trust", {"active": "0"}),
            element("projectCrs", children=[_system(METRIC_SRID)]),
            _tree(layers, place),
            _canvas(box),
            element("projectlayers", children=[_layer(layer, place) for layer in layers]),
            element("layerorder", children=[element("layer", {"id": _id(layer)}) for layer in drawing_order(layers)]),
            _home(box),
            _settings(),
        ],
    )
    return written(root, HEAD)


def drawing_order(layers: Iterable[Layer]) -> list[Layer]:
    """The uppermost first: points and lines, parcels, other areas; what covers all that is under it lies lowest."""

    def depth(layer: Layer) -> int:
        if layer.geometry != "polygon":
            return 0
        if all(rule.paint.opacity == 1 for rule in Drawn.served(layer).rules):
            return 3
        return 1 if layer.source == "layer.parcel" else 2

    return sorted(layers, key=depth)


def _in_metres(extent: BBox) -> BBox:
    """A box of the storage system in the metric one, with a small edge."""
    west, south, east, north = extent
    x, y = systems.transform_xy(
        np.array([west, east, west, east]), np.array([south, south, north, north]), STORAGE_SRID, METRIC_SRID
    )
    wide, high = EDGE * float(np.ptp(x)), EDGE * float(np.ptp(y))
    return float(x.min()) - wide, float(y.min()) - high, float(x.max()) + wide, float(y.max()) + high


# --- the list of layers ----------------------------------------------------------------------------------------------


def _id(layer: Layer) -> str:
    return f"gis_service_{layer.id.replace('-', '_')}"


def _title(layer: Layer, place: Place) -> str:
    return layer.title_en if place.lang == "en" else layer.title


def _tree(layers: list[Layer], place: Place) -> Element:
    """Groups and layers as listed in the catalogue; drawn in an order of their own, as on the web map."""
    groups: dict[str, list[Layer]] = {}
    for layer in layers:
        groups.setdefault(layer.group_en if place.lang == "en" else layer.group, []).append(layer)
    made = [
        element(
            "layer-tree-group",
            {"name": name, "checked": "Qt::Checked", "expanded": "1"},
            [element("customproperties"), *(_entry(layer, place) for layer in members)],
        )
        for name, members in groups.items()
    ]
    order = element(
        "custom-order", {"enabled": "1"}, [element("item", text=_id(layer)) for layer in drawing_order(layers)]
    )
    return element("layer-tree-group", children=[element("customproperties"), *made, order])


def _entry(layer: Layer, place: Place) -> Element:
    facts = {
        "id": _id(layer), "name": _title(layer, place), "source": source(layer, place), "providerKey": "OAPIF",
        "checked": "Qt::Checked" if layer.visible else "Qt::Unchecked", "expanded": str(int(layer.visible)), "legend_exp": "",
    }  # fmt: skip
    return element("layer-tree-layer", facts, [element("customproperties")])


# --- one layer -------------------------------------------------------------------------------------------------------


def source(layer: Layer, place: Place) -> str:
    """Where QGIS finds the rows: what is in view, page by page, with the login of that name."""
    words = {
        "authcfg": place.login, "pagingEnabled": "true", "preferCoordinatesForWfsT11": "false",
        "restrictToRequestBBOX": "1", "srsname": f"EPSG:{SERVED_CRS}", "typename": layer.id, "url": f"{place.base}/",
        "version": "OGC_API_FEATURES",
    }  # fmt: skip
    return " ".join(f"{name}='{_escaped(value)}'" for name, value in words.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _layer(layer: Layer, place: Place) -> Element:
    made = style(Drawn.served(layer, place.lang), "maplayer")
    for name, value in {
        "type": "vector", "geometry": GEOMETRY[layer.geometry], "wkbType": WKB[layer.geometry], "refreshOnNotifyEnabled": "0",
        "readOnly": "1",
    }.items():  # fmt: skip
        made.set(name, value)
    del made.attrib["styleCategories"]  # a word of style files
    facts = [
        element("id", text=_id(layer)),
        element("datasource", text=source(layer, place)),
        element("layername", text=_title(layer, place)),
        element("abstract", text=layer.description_en if place.lang == "en" else layer.description),
        element("srs", children=[_system(SERVED_CRS)]),
        element("provider", {"encoding": "UTF-8"}, text="OAPIF"),
        element("flags", children=[element("Identifiable", text="1"), element("Searchable", text="1")]),
    ]
    for at, fact in enumerate(facts):
        made.insert(at, fact)
    return made


# --- place -----------------------------------------------------------------------------------------------------------


@cache
def _facts_of(epsg: int) -> tuple[tuple[str, str], ...]:
    crs = CRS.from_epsg(epsg)
    return (
        ("wkt", crs.to_wkt()), ("srid", str(epsg)), ("authid", f"EPSG:{epsg}"), ("description", crs.name),
        ("geographicflag", "true" if crs.is_geographic else "false"),
    )  # fmt: skip


def _system(epsg: int) -> Element:
    facts = [element(name, text=value) for name, value in _facts_of(epsg)]
    return element("spatialrefsys", {"nativeFormat": "Wkt"}, facts)


def _sides(box: BBox) -> Iterator[Element]:
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True):
        yield element(name, text=f"{value:.3f}")


def _canvas(box: BBox) -> Element:
    """What is in view when the project is opened."""
    parts = [
        element("units", text="meters"),
        element("extent", children=_sides(box)),
        element("rotation", text="0"),
        element("destinationsrs", children=[_system(METRIC_SRID)]),
    ]
    return element("mapcanvas", {"name": "theMapCanvas", "annotationsVisible": "1"}, parts)


def _home(box: BBox) -> Element:
    """What “zoom to all” leads back to."""
    sides = dict(zip(("xmin", "ymin", "xmax", "ymax"), (f"{value:.3f}" for value in box), strict=True))
    extent = element("DefaultViewExtent", sides, [_system(METRIC_SRID)])
    return element("ProjectViewSettings", {"UseProjectScales": "0", "rotation": "0"}, [extent])


def _settings() -> Element:
    """Without the first of them QGIS does not read the project's own system; lengths and areas are plane ones, as in the register."""
    on = element("ProjectionsEnabled", {"type": "int"}, text="1")
    units = [
        element("AreaUnits", {"type": "QString"}, text="m2"),
        element("DistanceUnits", {"type": "QString"}, text="meters"),
    ]
    ellipsoid = element("Ellipsoid", {"type": "QString"}, text="NONE")
    parts = [
        element("SpatialRefSys", children=[on]),
        element("Measurement", children=units),
        element("Measure", children=[ellipsoid]),
    ]
    return element("properties", children=parts)
