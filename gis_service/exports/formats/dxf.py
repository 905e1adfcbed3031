"""DXF: closed LWPOLYLINEs on layer 界址线, numbers as TEXT on layer 地块编号, in metres of the Gauss plane.

R2010 in UTF-8, or R2004 in ANSI_936 for programs that cannot read newer ones. Holes are polylines of their own; the
number stands inside each part, where a reader looks for it. Each polyline also carries as extended data whose it is, which
part and which ring, so that our own reader puts parcels of several parts together again.
"""

from pathlib import Path
from typing import Any

import shapely
from ezdxf import units
from ezdxf.enums import TextEntityAlignment
from ezdxf.filemanagement import new
from shapely.geometry import Polygon

from gis_service.exports.source import Record, Source
from gis_service.parcels.reading.dxf.marks import APPLICATION, Mark

LINES, NUMBERS, SAMPLE_LAYER = "界址线", "地块编号", "说明"
VERSIONS = {"UTF-8": ("R2010", "utf-8"), "GBK": ("R2004", "gbk")}
TEXT_STYLE = "GIS_TEXT"
RED, BLACK, GREY = 1, 7, 8
SMALLEST_M, LARGEST_M = 1.0, 20.0


def write(path: Path, source: Source) -> None:
    version, encoding = VERSIONS[source.wish.encoding]
    drawing = new(version, units=units.M)
    drawing.encoding = encoding
    drawing.styles.add(TEXT_STYLE, font="simsun.ttc")
    for name, colour in ((LINES, RED), (NUMBERS, BLACK), (SAMPLE_LAYER, GREY)):
        drawing.layers.add(name, color=colour)
    drawing.appids.add(APPLICATION)
    for name, value in source.facts().items():
        drawing.header.custom_vars.append(name, value)
    space = drawing.modelspace()
    for record in source.records():
        _draw(space, record)
    drawing.saveas(path)


def _draw(space: Any, record: Record) -> None:
    for part_no, part in enumerate(record.shape.geoms, start=1):
        for ring_no, ring in enumerate((part.exterior, *part.interiors)):
            points = shapely.get_coordinates(ring)[:-1].tolist()
            line = space.add_lwpolyline(points, close=True, dxfattribs={"layer": LINES})
            line.set_xdata(APPLICATION, Mark(record.parcel_no, part_no, ring_no).tags())
        _number(space, record.parcel_no, part)


def _number(space: Any, text: str, part: Polygon) -> None:
    """The number inside a part, as high as its land has room for."""
    place = part.representative_point()
    height = min(max((part.area**0.5) / 20, SMALLEST_M), LARGEST_M)
    attributes = {"layer": NUMBERS, "style": TEXT_STYLE, "height": height}
    space.add_text(text, dxfattribs=attributes).set_placement(
        (place.x, place.y), align=TextEntityAlignment.MIDDLE_CENTER
    )
