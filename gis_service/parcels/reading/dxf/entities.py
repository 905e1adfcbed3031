"""What of a drawing may be land: closed polylines, loose lines and arcs, and the texts between them. Blocks are exploded.

Everything is taken from the model space, in the drawing's own units, in world coordinates, arcs still as arcs.
"""

import math
import re
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath

import numpy as np
from ezdxf import recover
from ezdxf.audit import AuditError, Auditor
from ezdxf.document import Drawing
from ezdxf.entities.arc import Arc
from ezdxf.entities.dxfentity import DXFEntity
from ezdxf.entities.dxfgfx import DXFGraphic
from ezdxf.entities.insert import Insert
from ezdxf.entities.line import Line
from ezdxf.entities.lwpolyline import LWPolyline
from ezdxf.entities.mtext import MText
from ezdxf.entities.polyline import Polyline
from ezdxf.entities.text import Text
from ezdxf.filemanagement import readfile
from ezdxf.lldxf.const import DXFError
from numpy.typing import NDArray

from gis_service.geo import arcs
from gis_service.parcels.reading.dxf import marks as dxf_marks
from gis_service.parcels.reading.dxf.marks import Mark
from gis_service.parcels.reading.result import unreadable

Floats = NDArray[np.float64]

BINARY = b"AutoCAD Binary DXF"
END, TAIL_BYTES = b"EOF", 4096
"""How a drawing in text ends; some programs write a little after it."""
FARTHEST = 1e12
SPLINE_FRAME = 16
"""Mark of vertices that only steer the curve of a polyline."""
MOST_DEPTH, MOST_ENTITIES = 8, 500_000
"""Blocks in blocks in blocks are drawings; beyond this they are bombs."""

_MENDED = re.compile(r'value "(.*)" near line (\d+) as')
#: What a parser of a damaged drawing may end in.
BROKEN = (
    DXFError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    EOFError,
    struct.error,
)


@dataclass(frozen=True)
class Path:
    """A polyline with the bulge of each edge; a line or an arc is one too."""

    layer: str
    handle: str
    points: Floats
    bulges: Floats
    closed: bool
    mark: Mark | None = None

    @property
    def drawable(self) -> bool:
        """Whether its numbers are numbers, and of some place: 10¹² is beyond the earth even in millimetres."""
        return bool((np.abs(self.points) < FARTHEST).all() and (np.abs(self.bulges) < FARTHEST).all())

    def flattened(self, tolerance: float) -> Floats:
        """Points with arcs broken into straight steps within `tolerance` (in units of the drawing); closed if it is."""
        count = len(self.points)
        edges = [(i, (i + 1) % count) for i in range(count if self.closed else count - 1)]
        if not self.bulges.any():
            flat = self.points
        else:
            pieces = [self.points[:1]]
            for i, j in edges:
                pieces.append(_edge(self.points[i], self.points[j], float(self.bulges[i]), tolerance))
            flat = np.vstack(pieces)
        meets = bool((flat[0] == flat[-1]).all()) if len(flat) > 1 else False
        return np.vstack([flat, flat[:1]]) if self.closed and not meets else flat


def _edge(start: Floats, end: Floats, bulge: float, tolerance: float) -> Floats:
    return arcs.bulge((float(start[0]), float(start[1])), (float(end[0]), float(end[1])), bulge, tolerance)


@dataclass(frozen=True)
class Word:
    """One line of text and where it stands: its middle, as far as can be told, and its insertion point."""

    text: str
    layer: str
    places: tuple[tuple[float, float], ...]


@dataclass
class Content:
    """The drawing as far as it matters."""

    outlines: list[Path] = field(default_factory=list)
    loose: list[Path] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    hidden: set[str] = field(default_factory=set)
    xrefs: list[str] = field(default_factory=list)


def opened(path: FilePath) -> Drawing:
    """The drawing, mended where it can be; text that its code page does not explain is kept as it is (surrogates)."""
    with path.open("rb") as source:
        binary = source.read(len(BINARY)) == BINARY
        source.seek(max(0, path.stat().st_size - TAIL_BYTES))
        if not binary and END not in source.read():
            raise unreadable("dxf.cut")
    try:
        if binary:
            return readfile(str(path), errors="surrogateescape")
        document, auditor = recover.readfile(str(path), errors="surrogateescape")
    except (*BROKEN, OSError):  # the latter of a binary one whose first line goes on wrongly
        raise unreadable("read.damaged", part="DXF") from None
    _refuse_mended_numbers(auditor)
    return document


def _refuse_mended_numbers(auditor: Auditor) -> None:
    """A number that is none was mended by leaving out what follows its digits: coordinates must not come about so."""
    for found in auditor.errors:
        if found.code == AuditError.INVALID_FLOATING_POINT_VALUE:
            match = _MENDED.search(found.message)
            text, line = (match[1], match[2]) if match else ("?", "?")
            raise unreadable("dxf.number", text=text[:40], line=line)


def content(document: Drawing) -> Content:
    found = Content()
    found.hidden = {layer.dxf.name.lower() for layer in document.layers if layer.is_off() or layer.is_frozen()}
    found.xrefs = [block.name for block in document.blocks if block.block is not None and block.block.dxf.flags & 4]
    if _unfolded(document, document.modelspace(), 0, {}) > MOST_ENTITIES:
        raise unreadable("dxf.too_many", limit=MOST_ENTITIES)
    for number, (entity, layer) in enumerate(_entities(document.modelspace(), None, 0)):
        if number > MOST_ENTITIES:
            raise unreadable("dxf.too_many", limit=MOST_ENTITIES)
        _take(found, entity, layer)
    return found


def _unfolded(document: Drawing, entities: Iterable[DXFEntity], depth: int, known: dict[tuple[str, int], int]) -> int:
    """How many entities there will be when all blocks are exploded, counted without exploding any."""
    total = 0
    for entity in entities:
        if not isinstance(entity, Insert):
            total += 1
        elif depth < MOST_DEPTH:
            name = str(entity.dxf.get("name", ""))
            if (name, depth) not in known:
                block = document.blocks.get(name)
                known[name, depth] = _unfolded(document, block, depth + 1, known) if block is not None else 0
            total += max(1, entity.mcount) * (1 + known[name, depth])
    return total


def _entities(entities: Iterable[DXFEntity], inside: str | None, depth: int) -> Iterator[tuple[DXFGraphic, str]]:
    """Every entity with its layer; what a block draws on layer 0 lies on the layer of the block's insertion."""
    for entity in entities:
        if not isinstance(entity, DXFGraphic):
            continue
        layer = str(entity.dxf.get("layer", "0"))
        layer = inside if inside is not None and layer == "0" else layer
        if not isinstance(entity, Insert):
            yield entity, layer
            continue
        yield from ((attribute, layer) for attribute in entity.attribs)
        if depth < MOST_DEPTH:
            for one in entity.multi_insert() if entity.mcount > 1 else (entity,):
                yield from _entities(_exploded(one), layer, depth + 1)


def _exploded(insert: Insert) -> Iterator[DXFEntity]:
    try:
        yield from insert.virtual_entities()
    except BROKEN:
        return  # a broken block draws nothing


def _take(found: Content, entity: DXFGraphic, layer: str) -> None:
    found.kinds[entity.dxftype()] += 1
    try:
        if isinstance(entity, Text):
            found.words += _text(entity, layer)
        elif isinstance(entity, MText):
            found.words += _mtext(entity, layer)
        elif (path := _path(entity, layer)) is not None and len(path.points):
            (found.outlines if path.closed else found.loose).append(path)
    except BROKEN:
        found.kinds["broken"] += 1


# --- lines -------------------------------------------------------------------------------------------------------


def _path(entity: DXFGraphic, layer: str) -> Path | None:
    handle = str(entity.dxf.get("handle") or "")
    if isinstance(entity, LWPolyline):
        points = list(entity.get_points("xyb"))
        return _polyline(entity, layer, handle, points, entity.closed)
    if isinstance(entity, Polyline) and (entity.is_2d_polyline or entity.is_3d_polyline):
        vertices = [v.dxf for v in entity.vertices if not v.dxf.flags & SPLINE_FRAME]
        points = [(v.location.x, v.location.y, v.get("bulge", 0.0)) for v in vertices]
        return _polyline(entity, layer, handle, points, entity.is_closed)
    if isinstance(entity, Line):
        (x0, y0, _), (x1, y1, _) = entity.dxf.start, entity.dxf.end
        return Path(layer, handle, np.array([(x0, y0), (x1, y1)], dtype=float), np.zeros(2), False)
    if isinstance(entity, Arc):
        return _arc(entity, layer, handle)
    return None


def _polyline(entity: DXFGraphic, layer: str, handle: str, said: Sequence[Sequence[float]], closed: bool) -> Path:
    """In world coordinates; drawn from below, an arc bends to the other side. Closed too where it ends where it began."""
    rows = np.array(said, dtype=float).reshape(-1, 3)
    mirrored = entity.dxf.get("extrusion", (0, 0, 1))[2] < 0
    points, bulges = rows[:, :2].copy(), rows[:, 2].copy()
    if mirrored and not (isinstance(entity, Polyline) and entity.is_3d_polyline):
        points[:, 0], bulges = -points[:, 0], -bulges
    if len(points) > 3 and bool((points[0] == points[-1]).all()):
        points, bulges, closed = points[:-1], bulges[:-1], True
    return Path(layer, handle, points, bulges, closed and len(points) > 1, dxf_marks.of(entity))


def _arc(entity: Arc, layer: str, handle: str) -> Path:
    """An arc as one bulged edge, or two where it is more than half a circle."""
    (cx, cy, _), radius = entity.dxf.center, float(entity.dxf.radius)
    start, end = float(entity.dxf.start_angle), float(entity.dxf.end_angle)
    angle = (end - start) % 360.0 or 360.0
    turns = np.radians([start, start + angle / 2, start + angle])
    points = np.column_stack([cx + radius * np.cos(turns), cy + radius * np.sin(turns)])
    bulge = math.tan(math.radians(angle) / 8)
    if entity.dxf.get("extrusion", (0, 0, 1))[2] < 0:
        points[:, 0], bulge = -points[:, 0], -bulge
    return Path(layer, handle, points, np.array([bulge, bulge, 0.0]), False)


# --- texts -------------------------------------------------------------------------------------------------------


def _text(entity: Text, layer: str) -> Iterator[Word]:
    _, first, second = entity.get_placement()
    anchor = second if second is not None else first
    text = entity.plain_text().strip()
    if not text:
        return
    height = float(entity.dxf.get("height", 0.0))
    half = 0.35 * height * len(text) * float(entity.dxf.get("width", 1.0))
    turn = math.radians(float(entity.dxf.get("rotation", 0.0)))
    halign = int(entity.dxf.get("halign", 0))
    ahead = {0: half, 2: -half}.get(halign, 0.0)
    middle = (
        anchor.x + ahead * math.cos(turn) - 0.5 * height * math.sin(turn),
        anchor.y + ahead * math.sin(turn) + 0.5 * height * math.cos(turn),
    )
    yield Word(text, layer, (middle, (anchor.x, anchor.y)))


def _mtext(entity: MText, layer: str) -> Iterator[Word]:
    place = (float(entity.dxf.insert.x), float(entity.dxf.insert.y))
    for line in entity.plain_text(split=True):
        if line.strip():
            yield Word(line.strip(), layer, (place,))
