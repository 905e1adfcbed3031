"""What holds for a paragraph or a run: defaults, style and what stands on it directly, one over the other. Lengths in points."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn

from gis_service.papers.fonts import face

NATURAL = 1.3
"""Height of a line of a Chinese font over its size, as Word sets it where nothing is said."""

Properties = dict[str, Any]
"""Name of a property (`w:` left out) → its element; later ones win."""

ALIGN = {"center": "center", "right": "right", "end": "right"}
BOOL_OFF = {"0", "false", "off", "none"}
UNDERLINED = {"single", "words", "thick", "double"}


def twips(value: str | None) -> float:
    """A length of a DOCX in points; it may be written with its unit.

    >>> twips("420"), twips("1in"), twips(None)
    (21.0, 72.0, 0.0)
    """
    if not value:
        return 0.0
    for unit, points in (("pt", 1.0), ("in", 72.0), ("cm", 72 / 2.54), ("mm", 72 / 25.4)):
        if value.endswith(unit):
            return float(value.removesuffix(unit)) * points
    return float(value) / 20


def attribute(properties: Properties, name: str, key: str = "val") -> str | None:
    """The attribute of a property, if it stands there."""
    found = properties.get(name)
    return None if found is None else found.get(qn(f"w:{key}"))


def is_on(properties: Properties, name: str) -> bool:
    """A switch such as `w:b`: on where it stands without a value."""
    found = properties.get(name)
    return found is not None and (found.get(qn("w:val")) or "on") not in BOOL_OFF


def over(*layers: Any) -> Properties:
    """Elements of `w:pPr` or `w:rPr`, one laid over the other; `w:ind`, `w:spacing` and `w:rFonts` attribute by attribute."""
    merged: Properties = {}
    for layer in layers:
        for child in layer if layer is not None else ():
            name = str(child.tag).rpartition("}")[2]
            if name in ("ind", "spacing", "rFonts") and name in merged:
                joined = child.makeelement(child.tag, {**merged[name].attrib, **child.attrib})
                merged[name] = joined
            else:
                merged[name] = child
    return merged


@dataclass
class Styles:
    """The styles of a document."""

    document: Document

    @cached_property
    def by_id(self) -> dict[str, Any]:
        return {style.get(qn("w:styleId")): style for style in self.document.styles.element.findall(qn("w:style"))}

    @cached_property
    def usual(self) -> dict[str, str]:
        """Kind of style → the one that holds where none is named."""
        return {
            style.get(qn("w:type")): key
            for key, style in self.by_id.items()
            if style.get(qn("w:default")) in ("1", "true", "on")
        }

    def chain(self, style_id: str | None, kind: str) -> list[Any]:
        """A style and those it rests on, the basic one first."""
        found: list[Any] = []
        key = style_id if style_id in self.by_id else self.usual.get(kind)
        while key in self.by_id and len(found) < 20:
            found.insert(0, self.by_id[key])
            based = self.by_id[key].find(qn("w:basedOn"))
            key = None if based is None else based.get(qn("w:val"))
        return found

    def default(self, path: str) -> Any:
        return self.document.styles.element.find(f"{qn('w:docDefaults')}/{qn(path + 'Default')}/{qn(path)}")

    def paragraph(self, element: Any, *, numbering: Any = None) -> Properties:
        direct = element.find(qn("w:pPr"))
        style = None if direct is None else direct.find(qn("w:pStyle"))
        chain = self.chain(None if style is None else style.get(qn("w:val")), "paragraph")
        said = [one.find(qn("w:pPr")) for one in chain]
        return over(self.default("w:pPr"), *said, numbering, direct)

    def run(self, paragraph: Any, run: Any) -> Properties:
        """What holds for a run; for the mark of an empty paragraph the run is its own `w:pPr`."""
        direct = None if run is None else run.find(qn("w:rPr"))
        about = paragraph.find(qn("w:pPr"))
        style = None if about is None else about.find(qn("w:pStyle"))
        chain = self.chain(None if style is None else style.get(qn("w:val")), "paragraph")
        named = None if direct is None else direct.find(qn("w:rStyle"))
        if named is not None:
            chain += self.chain(named.get(qn("w:val")), "character")
        return over(self.default("w:rPr"), *(one.find(qn("w:rPr")) for one in chain), direct)

    def table(self, element: Any) -> Properties:
        """What holds for a table; borders and margins of its style under its own."""
        direct = element.find(qn("w:tblPr"))
        style = None if direct is None else direct.find(qn("w:tblStyle"))
        chain = self.chain(None if style is None else style.get(qn("w:val")), "table")
        return over(*(one.find(qn("w:tblPr")) for one in chain), direct)


def look(properties: Properties) -> dict[str, Any]:
    """How a run looks: face, size in points, weight, slant, underline, strike, colour."""
    colour = attribute(properties, "color") or "auto"
    fonts = properties.get("rFonts")
    named = "" if fonts is None else fonts.get(qn("w:eastAsia")) or fonts.get(qn("w:ascii")) or ""
    shift = attribute(properties, "vertAlign")
    return {
        "face": face(named),
        "size": float(attribute(properties, "sz") or 20) / 2,
        "bold": is_on(properties, "b"),
        "italic": is_on(properties, "i"),
        "underline": (attribute(properties, "u") or "") in UNDERLINED,
        "strike": is_on(properties, "strike"),
        "color": "#000000" if colour == "auto" else f"#{colour}",
        "shift": shift if shift in ("superscript", "subscript") else "",
    }


def setting(properties: Properties, size: float, *, pitch: float | None) -> dict[str, Any]:
    """How a paragraph is set: alignment, indents, space around, height of a line and where its text stands in it."""
    indents, spacing = properties.get("ind"), properties.get("spacing")
    first = _indent(indents, "firstLine", size) - _indent(indents, "hanging", size)
    line = _line(spacing, size, pitch if is_on(properties, "snapToGrid") or "snapToGrid" not in properties else None)
    align = attribute(properties, "jc")
    return {
        "align": ALIGN.get(align or "", "left"),
        "justify": align in ("both", "distribute"),
        "first": first,
        "left": _indent(indents, "left", size) or _indent(indents, "start", size),
        "right": _indent(indents, "right", size) or _indent(indents, "end", size),
        "before": _gap(spacing, "before", line),
        "after": _gap(spacing, "after", line),
        "up": line / 2
        + 0.38 * size,  # a Chinese character stands 0.88 of its size above the line of writing, 0.12 below
        "down": line / 2 - 0.38 * size,
        "keep_next": is_on(properties, "keepNext"),
        "keep_lines": is_on(properties, "keepLines"),
        "tabs": _tabs(properties.get("tabs")),
    }


def _indent(indents: Any, name: str, size: float) -> float:
    """An indent; said in hundredths of a character it wins over a length."""
    if indents is None:
        return 0.0
    signs = indents.get(qn(f"w:{name}Chars"))
    return int(signs) / 100 * size if signs and int(signs) else twips(indents.get(qn(f"w:{name}")))


def _line(spacing: Any, size: float, pitch: float | None) -> float:
    """The height of a line in points: exact, at least, or a multiple of what the font needs, on the grid where there is one."""
    natural = NATURAL * size
    if pitch:
        natural = pitch * -(-(natural - 0.1) // pitch)
    said = None if spacing is None else spacing.get(qn("w:line"))
    if said is None:
        return natural
    rule = spacing.get(qn("w:lineRule")) or "auto"
    if rule == "exact":
        return twips(said)
    return max(twips(said), natural) if rule == "atLeast" else float(said) / 240 * natural


def _gap(spacing: Any, side: str, line: float) -> float:
    if spacing is None:
        return 0.0
    lines = spacing.get(qn(f"w:{side}Lines"))
    return int(lines) / 100 * line if lines and int(lines) else twips(spacing.get(qn(f"w:{side}")))


def _tabs(stops: Any) -> list[dict[str, Any]]:
    found = [
        {"at": twips(stop.get(qn("w:pos"))), "align": ALIGN.get(stop.get(qn("w:val")) or "", "left")}
        for stop in (stops if stops is not None else ())
        if stop.get(qn("w:val")) != "clear"
    ]
    return sorted(found, key=lambda stop: stop["at"])
