"""Pages as slides of native shapes and texts: a line can be moved, a word changed, a parcel coloured anew.

The shapes are written as XML in one go: python-pptx looks for a free id before each shape, which takes minutes on a full map.
"""

import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import count

from pptx import Presentation
from pptx.oxml import parse_xml
from pptx.util import Mm

from gis_service.sheets.drawing.items import MIDDLE, Circle, Group, Item, Page, Path, Picture, Text, flat
from gis_service.sheets.drawing.letters import width_mm
from gis_service.sheets.drawing.svg import clean
from gis_service.sheets.printing.packing import date_properties, kept

FACE = "微软雅黑"
"""Office files name their font; the machine that shows them has it."""
EMU = 36_000
HUNDREDTHS_OF_POINT = 7200 / 25.4
BLANK = 6
"""The layout without places for titles."""
NAMESPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
Bounds = tuple[float, float, float, float]
Photos = Mapping[Picture, str]
"""Photos of a slide with the names of their relations."""


def to_pptx(pages: Sequence[Page], at: datetime) -> bytes:
    """One slide a page, each as large as its first page. The same pages of the same moment make the same bytes."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Mm(pages[0].width), Mm(pages[0].height)
    date_properties(deck.core_properties, title=clean(pages[0].title), at=at)
    for page in pages:
        slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
        tree, ids = slide.shapes._spTree, count(2)
        photos = {}
        for photo in (item for item in flat(page.items) if isinstance(item, Picture)):
            _, photos[photo] = slide.part.get_or_add_image_part(io.BytesIO(photo.jpeg))
        for item in page.items:
            said = _one(item, ids, photos)
            if said:
                tree.append(parse_xml(said.replace(">", f" {NAMESPACES}>", 1)))
    return kept(deck)


def _one(item: Item, ids: Iterator[int], photos: Photos) -> str:
    if isinstance(item, Group):
        return _group(item, ids, photos)
    if isinstance(item, Picture):
        return _photo(item, next(ids), photos[item])
    if isinstance(item, Text):
        return _text(item, next(ids)) if clean(item.said) else ""
    if isinstance(item, Circle):
        return _circle(item, next(ids))
    return _path(item, next(ids))


def _group(item: Group, ids: Iterator[int], photos: Photos) -> str:
    number = next(ids)
    inner = "".join(_one(each, ids, photos) for each in item.items)
    bounds = _bounds(flat(item.items))
    if not inner or bounds is None:
        return ""
    place = _place(*bounds)
    return (
        f'<p:grpSp><p:nvGrpSpPr><p:cNvPr id="{number}" name="{escape(clean(item.name))}"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>'
        f"<p:grpSpPr><a:xfrm>{place}{place.replace('a:off', 'a:chOff').replace('a:ext', 'a:chExt')}</a:xfrm></p:grpSpPr>"
        f"{inner}</p:grpSp>"
    )


def _bounds(items: Iterable[Path | Circle | Text | Picture]) -> Bounds | None:
    """The box of all items; texts by the box they are set in."""
    boxes = [box for item in items if (box := _box(item))]
    if not boxes:
        return None
    west, north = min(box[0] for box in boxes), min(box[1] for box in boxes)
    return west, north, max(box[0] + box[2] for box in boxes) - west, max(box[1] + box[3] for box in boxes) - north


def _box(item: Path | Circle | Text | Picture) -> Bounds | None:
    if isinstance(item, Picture):
        return item.x, item.y, item.wide, item.high
    if isinstance(item, Circle):
        return item.x - item.radius, item.y - item.radius, 2 * item.radius, 2 * item.radius
    if isinstance(item, Text):
        return _text_box(item)
    points = [point for ring in item.rings for point in ring]
    if not points:
        return None
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def _text_box(item: Text) -> Bounds:
    """The level box of a text; the office program turns it around its middle."""
    wide, high = width_mm(item.said, item.size, bold=item.bold) + 0.4, item.size * 1.3
    along = {"start": wide / 2, "middle": 0.0, "end": -wide / 2}[item.anchor]
    down, angle = -item.size * MIDDLE, math.radians(item.turn)
    x = item.x + along * math.cos(angle) - down * math.sin(angle)
    y = item.y + along * math.sin(angle) + down * math.cos(angle)
    return x - wide / 2, y - high / 2, wide, high


def _emu(mm: float) -> int:
    return round(mm * EMU)


def _place(x: float, y: float, wide: float, high: float) -> str:
    return f'<a:off x="{_emu(x)}" y="{_emu(y)}"/><a:ext cx="{_emu(wide)}" cy="{_emu(high)}"/>'


def _shape(number: int, name: str, place: str, form: str, paint: str, text: str = "", turn: float = 0.0) -> str:
    turned = f' rot="{round(turn * 60_000) % 21_600_000}"' if turn else ""
    box = ' txBox="1"' if text else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{escape(name)}"/><p:cNvSpPr{box}/><p:nvPr/></p:nvSpPr>'
        f"<p:spPr><a:xfrm{turned}>{place}</a:xfrm>{form}{paint}</p:spPr>{text}</p:sp>"
    )


def _paint(fill: str | None, stroke: str | None, width: float, opacity: float = 1.0, dash: tuple[float, ...] = ()) -> str:  # fmt: skip
    alpha = f'<a:alpha val="{round(opacity * 100_000)}"/>' if opacity < 1 else ""
    filled = f'<a:solidFill><a:srgbClr val="{fill[1:]}">{alpha}</a:srgbClr></a:solidFill>' if fill else "<a:noFill/>"
    if not stroke:
        return f"{filled}<a:ln><a:noFill/></a:ln>"
    dashed = '<a:prstDash val="dash"/>' if dash else ""
    return f'{filled}<a:ln w="{_emu(width)}"><a:solidFill><a:srgbClr val="{stroke[1:]}"/></a:solidFill>{dashed}<a:round/></a:ln>'


def _photo(item: Picture, number: int, relation: str) -> str:
    place = _place(item.x, item.y, item.wide, item.high)
    said = escape(clean(item.said))
    return (
        f'<p:pic><p:nvPicPr><p:cNvPr id="{number}" name="照片" descr="{said}"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr>'
        f'<p:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>'
        f'<p:spPr><a:xfrm>{place}</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic>'
    )


def _circle(item: Circle, number: int) -> str:
    place = _place(item.x - item.radius, item.y - item.radius, 2 * item.radius, 2 * item.radius)
    form = '<a:prstGeom prst="ellipse"><a:avLst/></a:prstGeom>'
    return _shape(number, "点", place, form, _paint(item.fill, item.stroke, item.width))


def _path(item: Path, number: int) -> str:
    box = _box(item)
    if box is None:
        return ""
    west, north, wide, high = box
    steps = []
    for ring in item.rings:
        for n, (x, y) in enumerate(ring):
            point = f'<a:pt x="{_emu(x - west)}" y="{_emu(y - north)}"/>'
            steps.append(f"<a:moveTo>{point}</a:moveTo>" if n == 0 else f"<a:lnTo>{point}</a:lnTo>")
        if item.closed and ring:
            steps.append("<a:close/>")
    fill = "" if item.fill else ' fill="none"'
    form = (
        '<a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/><a:rect l="0" t="0" r="r" b="b"/><a:pathLst>'
        f'<a:path w="{_emu(wide)}" h="{_emu(high)}"{fill}>{"".join(steps)}</a:path></a:pathLst></a:custGeom>'
    )
    name = "面" if item.fill else "线"
    return _shape(number, name, _place(*box), form, _paint(item.fill, item.stroke, item.width, item.opacity, item.dash))


def _text(item: Text, number: int) -> str:
    said = clean(item.said)
    align = {"start": "l", "middle": "ctr", "end": "r"}[item.anchor]
    bold = ' b="1"' if item.bold else ""
    halo = f'<a:effectLst><a:glow rad="{_emu(item.size * 0.11)}"><a:srgbClr val="FFFFFF"/></a:glow></a:effectLst>' if item.halo else ""  # fmt: skip
    look = f'<a:solidFill><a:srgbClr val="{item.fill[1:]}"/></a:solidFill>{halo}<a:latin typeface="{FACE}"/><a:ea typeface="{FACE}"/>'
    body = (
        '<p:txBody><a:bodyPr wrap="none" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"><a:noAutofit/></a:bodyPr><a:lstStyle/>'
        f'<a:p><a:pPr algn="{align}"/><a:r><a:rPr lang="zh-CN" sz="{round(item.size * HUNDREDTHS_OF_POINT)}"{bold}>{look}</a:rPr>'
        f"<a:t>{escape(said)}</a:t></a:r></a:p></p:txBody>"
    )
    form = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/>'
    return _shape(number, said[:40], _place(*_text_box(item)), form, "", body, item.turn)
