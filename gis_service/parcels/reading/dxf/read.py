"""DXF drawings: closed outlines as land, the texts inside them as their numbers.

A drawing names no coordinate system (unless it carries geodata), often no true unit, and draws much that is no land.
So what is read is said: which layers, which unit, what was joined; what nobody can know is asked.
"""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
from ezdxf.document import Drawing
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from gis_service.geo import crs as systems
from gis_service.geo import detect
from gis_service.parcels.reading import encoding, source_crs, values, ways
from gis_service.parcels.reading.dxf import entities as dxf_entities
from gis_service.parcels.reading.dxf import texts as dxf_texts
from gis_service.parcels.reading.dxf.entities import Content, Path
from gis_service.parcels.reading.dxf.outlines import Chosen, Grid, Parcel, closed, parcels
from gis_service.parcels.reading.request import Emit, Request
from gis_service.parcels.reading.result import EncodingInfo, Issue, Layer, Summary, Unreadable, issue, unreadable
from gis_service.parcels.reading.shaping import shaped

FORMAT = "DXF"
CHUNK = 500
NUMBER = "地块编号"
"""The attribute that holds the number found inside an outline: a name that the register knows."""

#: Layers that boundaries of land are drawn on: words in their names, and names of their own (CASS and others).
LAND_WORDS = ("界址线", "权属线", "红线", "宗地", "地块", "用地范围")
LAND_NAMES = frozenset({"jzx", "jzd", "zd", "zdx", "dk", "dkx", "hx", "yddw"})

#: $INSUNITS → metres and names.
UNITS: dict[int, tuple[float, str, str]] = {
    1: (0.0254, "英寸", "inches"),
    2: (0.3048, "英尺", "feet"),
    4: (0.001, "毫米", "millimetres"),
    5: (0.01, "厘米", "centimetres"),
    6: (1.0, "米", "metres"),
    7: (1000.0, "千米", "kilometres"),
    14: (0.1, "分米", "decimetres"),
}
UNITLESS = 0
UTF8_SINCE = "AC1021"

Floats = NDArray[np.float64]


def read(request: Request, emit: Emit) -> Summary:
    document = dxf_entities.opened(request.source)
    content = dxf_entities.content(document)
    content, text, issues = _decoded(document, content, request.encoding)
    issues += [issue("dxf.xrefs", names=", ".join(content.xrefs[:10]))] if content.xrefs else []
    chosen = _chosen(content, request.layer, issues)
    grid = _grid(document, chosen.vertices, request, issues)
    drawn, issues = closed(chosen, grid, issues)
    found = parcels(drawn, content.words, grid)
    issues += _told(found)
    counts = Counter(one.layer for one in found)
    _emit(found, grid, request, emit)
    layers = [Layer(name, count, "POLYGON", grid.finding.epsg) for name, count in counts.items()]
    return Summary(FORMAT, layers + chosen.left, source_crs.described(grid.finding), text, issues)


# --- text --------------------------------------------------------------------------------------------------------


def _decoded(document: Drawing, content: Content, given: str | None) -> tuple[Content, EncodingInfo, list[Issue]]:
    """Drawings up to R2004 are in a code page, which may be named wrongly; later ones are UTF-8."""
    if document.dxfversion >= UTF8_SINCE:
        zh, en = "R2007 及以后的 DXF 一律是 UTF-8", "DXF of R2007 and later is always UTF-8"
        return content, EncodingInfo(encoding.shown("utf-8"), [zh], [en]), []
    page, codec = str(document.header.get("$DWGCODEPAGE", "?")), str(document.encoding)
    known = encoding.codec_of(codec) or codec
    raw = {text: text.encode(codec, "surrogateescape") for text in _texts(content) if not text.isascii()}
    declared = encoding.Choice(
        known,
        f"$DWGCODEPAGE 声明 {page}({encoding.shown(known)})",
        f"$DWGCODEPAGE says {page} ({encoding.shown(known)})",
    )
    choice, looked, issues = encoding.of_texts(list(raw.values()), declared, [(declared.zh, declared.en)], given)
    right = {text: value.decode(choice.codec, "replace") for text, value in raw.items()}
    return _with_texts(content, right), choice.info(*looked), issues


def _texts(content: Content) -> set[str]:
    paths = {path.layer for path in (*content.outlines, *content.loose)}
    paths |= {path.mark.parcel_no for path in content.outlines if path.mark}
    return paths | {word.text for word in content.words} | {word.layer for word in content.words}


def _with_texts(content: Content, right: dict[str, str]) -> Content:
    def named(path: Path) -> Path:
        mark = path.mark and path.mark._replace(parcel_no=right.get(path.mark.parcel_no, path.mark.parcel_no))
        return replace(path, layer=right.get(path.layer, path.layer), mark=mark)

    return replace(
        content,
        outlines=[named(path) for path in content.outlines],
        loose=[named(path) for path in content.loose],
        words=[replace(w, text=right.get(w.text, w.text), layer=right.get(w.layer, w.layer)) for w in content.words],
        hidden={right.get(name, name) for name in content.hidden},
    )


# --- layers ------------------------------------------------------------------------------------------------------


def is_land(layer: str) -> bool:
    """Whether boundaries of land are drawn on a layer of that name.

    >>> is_land("A-用地红线"), is_land("JZX"), is_land("JMD")
    (True, True, False)
    """
    name = layer.strip().lower()
    return name in LAND_NAMES or "jzx" in name or any(word in name for word in LAND_WORDS)


def _chosen(content: Content, wanted: str | None, issues: list[Issue]) -> Chosen:
    closed = Counter(path.layer for path in content.outlines)
    loose = Counter(path.layer for path in content.loose)
    everything = [*closed, *(name for name in loose if name not in closed)]
    names = _layers_to_read(closed, loose, everything, content.hidden, wanted)
    if wanted is not None and not names:
        listed = ", ".join(f"{name} ({closed[name]})" for name in everything[:20]) or "—"
        raise unreadable("read.no_layer", layer=wanted, layers=listed)
    left = {name: count for name, count in closed.items() if name not in names}
    if left:
        facts: dict[str, Any] = {
            "layers": ", ".join(names),
            "left": ", ".join(f"{name}({count})" for name, count in left.items()),
        }
        issues.append(issue("dxf.layers_left", **facts))
    chosen = Chosen(
        [path for path in content.outlines if path.layer in names],
        [path for path in content.loose if path.layer in names],
        [Layer(name, count, "POLYLINE", None, read=False) for name, count in left.items()],
        content.kinds,
    )
    for path in (*chosen.outlines, *chosen.loose):
        if not path.drawable:
            raise unreadable("dxf.not_finite", handle=path.handle or "?", layer=path.layer)
    return chosen


def _layers_to_read(
    closed: Counter[str], loose: Counter[str], everything: list[str], hidden: set[str], wanted: str | None
) -> list[str]:
    """The layer that was asked for; else layers named as land, closed ones first; else all that have closed outlines."""
    if wanted is not None:
        return [name for name in everything if name.lower() == wanted.strip().lower()]
    seen = [name for name in everything if name.lower() not in hidden]
    for found in (
        [name for name in seen if closed[name] and is_land(name)],
        [name for name in seen if loose[name] and is_land(name)],
        [name for name in seen if closed[name]],
    ):
        if found:
            return found
    return [name for name in seen if loose[name]]


# --- coordinates -------------------------------------------------------------------------------------------------


def _grid(document: Drawing, xy: Floats, request: Request, issues: list[Issue]) -> Grid:
    if not len(xy):
        return Grid(detect.Finding(systems.as_crs(systems.CGCS2000)))  # nothing to place: refused in a moment
    way = ways.asked(request)
    if way is not None and way.fit is not None:
        return Grid(source_crs.placed(request, None, xy, layer=FORMAT, issues=issues))
    if request.crs is None and (grid := _by_geodata(document, xy, request, issues)) is not None:
        return grid
    scale, told = _scale(xy, document, request)
    issues += told
    try:
        return Grid(source_crs.placed(request, None, xy * scale, layer=FORMAT, issues=issues), scale)
    except Unreadable as refusal:
        if refusal.code != "crs.unknown":
            raise
        raise _local(xy, refusal) from None


def _by_geodata(document: Drawing, xy: Floats, request: Request, issues: list[Issue]) -> Grid | None:
    """The system that a georeferenced drawing carries, and the way into it."""
    data = document.modelspace().get_geodata()
    if data is None:
        return None
    try:
        matrix, epsg = data.get_crs_transformation(no_checks=True)
        declared = CRS.from_epsg(epsg)
    except (CRSError, ValueError, TypeError, AttributeError, KeyError, ArithmeticError, SyntaxError):
        issues.append(issue("dxf.geodata_unusable"))
        return None
    moved = Grid(detect.Finding(declared), matrix=matrix).placed(xy)
    return Grid(source_crs.placed(request, declared, moved, layer=FORMAT, issues=issues), matrix=matrix)


def _scale(xy: Floats, document: Drawing, request: Request) -> tuple[float, list[Issue]]:
    """Metres for one unit of the drawing. What the numbers show outweighs $INSUNITS, which templates fill in."""
    said = int(document.header.get("$INSUNITS", UNITLESS))
    factor, zh, en = UNITS.get(said, (1.0, "无单位", "none"))
    facts: dict[str, Any] = {"unit_zh": zh, "unit_en": en, "example": detect.pair_shown(xy)}
    if _shows(xy):
        wrong = said in UNITS and factor != 1.0
        return 1.0, [issue("dxf.unit_not_used", **facts)] if wrong else []
    if said in UNITS and factor != 1.0 and (_shows(xy * factor) or request.crs):
        return factor, [issue("dxf.unit_used", **facts)]
    if said not in UNITS and _shows(xy * 0.001):
        return 0.001, [issue("dxf.unit_seen", **facts)]
    return 1.0, []


def _shows(xy: Floats) -> bool:
    return detect.majority(xy).kind not in ("none", "ambiguous")


def _local(xy: Floats, refusal: Unreadable) -> Unreadable:
    """Numbers of no system at all: the drawing is in coordinates of its own, and control points are the way out."""
    if _shows(xy):
        return refusal  # eastings without a zone, degrees that may be packed: the sentence about them says more
    seen = detect.sample(xy)
    small = bool(len(seen)) and float(np.abs(seen).max()) <= 180
    hint = ("若为经纬度，用 --crs EPSG:4490；", "if they are degrees: --crs EPSG:4490; ") if small else ("", "")
    return unreadable("dxf.local_coordinates", example=detect.pair_shown(xy), hint_zh=hint[0], hint_en=hint[1])


# --- rows ------------------------------------------------------------------------------------------------------------


def _told(found: list[Parcel]) -> list[Issue]:
    holes = sum(parcel.holes for parcel in found)
    return [issue("dxf.holes", count=holes)] if holes else []


def _emit(found: list[Parcel], grid: Grid, request: Request, emit: Emit) -> None:
    for start in range(0, len(found), CHUNK):
        chunk = found[start : start + CHUNK]
        shapes = [parcel.shape for parcel in chunk]
        areas = shaped(shapes, start + 1, FORMAT, grid.finding, request.limits.points)
        for parcel, area in zip(chunk, areas, strict=True):
            attributes, issues = values.cleaned(_attributes(parcel), area.row, FORMAT)
            emit(area.as_row(attributes, issues + area.issues))


def _attributes(parcel: Parcel) -> list[tuple[str, Any]]:
    number = parcel.number or dxf_texts.number(parcel.texts)
    others = [text for text in parcel.texts if text != parcel.number]
    if parcel.number is None and number is not None:
        kept = next(i for i, text in enumerate(others) if number in text)
        others.pop(kept)
    return [(NUMBER, number), ("layer", parcel.layer), ("handle", parcel.handle or None), ("texts", others or None)]
