"""The pages of a DOCX as plain data: sections, paragraphs, runs, tables, pictures. What cannot be printed is refused by name.

Nothing is left out silently: every element is one that is drawn, or one that draws nothing, or the document is refused.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.oxml.ns import qn

from gis_service.papers.docx import tables
from gis_service.papers.docx.lists import CHINESE, PLAIN, Lists
from gis_service.papers.docx.styles import Styles, attribute, is_on, look, over, setting, twips
from gis_service.papers.errors import fault

Block = dict[str, Any]

EMU = 12_700
"""English metric units in a point."""

NOTHING = {
    "bookmarkStart", "bookmarkEnd", "proofErr", "permStart", "permEnd", "lastRenderedPageBreak", "pPr", "rPr", "tblPr",
    "tblGrid", "trPr", "tcPr", "sectPr", "softHyphen", "tblPrEx",
}  # fmt: skip
"""Elements that draw nothing of their own."""

INSIDE = {"smartTag": "", "sdt": "sdtContent", "hyperlink": "", "customXml": "", "sdtContent": ""}
"""Wrappers whose content counts."""

CALLED = {
    "AlternateContent": "文本框或图形", "pict": "文本框、艺术字或水印", "object": "嵌入对象", "anchor": "浮动图片",
    "footnoteReference": "脚注", "endnoteReference": "尾注", "ins": "修订(请先接受)", "del": "修订(请先接受)",
    "moveFrom": "修订(请先接受)", "moveTo": "修订(请先接受)", "commentReference": "批注", "commentRangeStart": "批注",
    "commentRangeEnd": "批注", "oMath": "公式", "oMathPara": "公式", "ruby": "拼音标注", "altChunk": "嵌入文档", "sym": "符号字体",
    "cols": "分栏", "chart": "图表", "diagram": "SmartArt",
}  # fmt: skip
"""What people call the things that are refused."""

PNG = b"\x89PNG"
FIELDS = {"PAGE": "page", "NUMPAGES": "pages"}
SIGNS = {"noBreakHyphen": "\u2011", "cr": "\n"}


def local(element: Any) -> str:
    """The name of an element without its namespace; empty for comments."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text_of(element: Any) -> str:
    return "".join(each.text or "" for each in element.iter(qn("w:t")))


def refuse(name: str, near: Any) -> Exception:
    return fault("unsupported", place=text_of(near), found=CALLED.get(name, name))


def described(content: bytes) -> dict[str, Any]:
    """A DOCX as data: `sections` with their pages and blocks, `images` by name. Raises `TemplateRefused`."""
    return Reader(docx.Document(io.BytesIO(content))).read()


@dataclass
class Reader:
    document: Any
    images: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.styles, self.lists = Styles(self.document), Lists(self.document)
        self.pitch: float | None = None

    def read(self) -> dict[str, Any]:
        sections: list[dict[str, Any]] = []
        start = 0
        body = list(self.document.element.body)
        for section in self.document.sections:
            end = next(at for at in range(start, len(body)) if self._ends(body[at], section._sectPr))
            sections.append(self._section(section, body[start : end + 1], first=not sections))
            start = end + 1
        properties = self.document.core_properties
        return {
            "title": properties.title,
            "author": properties.author,
            "modified": properties.modified,
            "sections": sections,
            "images": self.images,
        }

    def _ends(self, element: Any, wanted: Any) -> bool:
        return element is wanted or element.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is wanted

    def _section(self, section: Any, elements: list[Any], *, first: bool) -> dict[str, Any]:
        about = over(section._sectPr)
        columns = about.get("cols")
        if columns is not None and int(columns.get(qn("w:num")) or 1) > 1:
            raise refuse("cols", elements[0])
        if attribute(about, "type") == "continuous" and not first:
            raise fault("unsupported", place=text_of(elements[0]), found="连续分节符(请改用“下一页”分节符)")
        lined = attribute(about, "docGrid", "type") in ("lines", "linesAndChars")
        self.pitch = twips(attribute(about, "docGrid", "linePitch")) if lined else None
        margin = about["pgMar"]
        page = {side: abs(twips(margin.get(qn(f"w:{side}")))) for side in ("top", "bottom", "left", "right")}
        page |= {"head": twips(margin.get(qn("w:header"))), "foot": twips(margin.get(qn("w:footer")))}
        page |= {"width": section.page_width.pt, "height": section.page_height.pt}
        width = page["width"] - page["left"] - page["right"]
        return {
            "page": page,
            "first": is_on(about, "titlePg"),
            "even": is_on(over(self.document.settings.element), "evenAndOddHeaders"),
            "heads": self._edges(section, "header", width),
            "feet": self._edges(section, "footer", width),
            "blocks": self.blocks(elements, self.document.part, width),
        }

    def _edges(self, section: Any, kind: str, width: float) -> dict[str, list[Block]]:
        found = {}
        for name, prefix in (("default", ""), ("first", "first_page_"), ("even", "even_page_")):
            edge = getattr(section, f"{prefix}{kind}")
            linked = edge.is_linked_to_previous and edge._prior_headerfooter is None
            found[name] = [] if linked else self.blocks(list(edge._element), edge.part, width)
        return found

    # --- blocks ----------------------------------------------------------------------------------------------------

    def blocks(self, elements: list[Any], part: Any, width: float) -> list[Block]:
        found: list[Block] = []
        for element in elements:
            name = local(element)
            if name == "p":
                found += self._paragraph(element, part, width)
            elif name == "tbl":
                found.append(tables.table(self, element, part, width))
            elif name in INSIDE:
                found += self.blocks(list(self._inner(element, name)), part, width)
            elif name and name not in NOTHING:
                raise refuse(name, element)
        return found

    def _inner(self, element: Any, name: str) -> Any:
        return element.find(qn(f"w:{INSIDE[name]}")) if INSIDE[name] else element

    def _paragraph(self, element: Any, part: Any, width: float) -> Iterator[Block]:
        """A paragraph, in pieces where a page break stands in it."""
        lead, numbering = self._number(element)
        about = self.styles.paragraph(element, numbering=numbering)
        runs = [*self._runs(element, element, part, _Fields())]
        mark = look(self.styles.run(element, element.find(qn("w:pPr"))))
        if lead:
            runs.insert(0, {**(next((r["look"] for r in runs), mark)), "t": "text", "s": lead, "look": mark})
        sizes = [run["look"]["size"] for run in runs if run["t"] != "image"]
        made = setting(about, max(sizes, default=mark["size"]), pitch=self.pitch)
        if is_on(about, "pageBreakBefore"):
            yield {"t": "pagebreak", "weak": True}
        pieces: list[list[dict[str, Any]]] = [[]]
        for run in runs:
            if run["t"] == "pagebreak":
                pieces.append([])
            else:
                pieces[-1].append(_softened(run, width - made["left"] - made["right"]))
        for at, piece in enumerate(pieces):
            if at:
                yield {"t": "pagebreak", "weak": False}
            if piece or len(pieces) == 1:
                yield {"t": "p", **made, "runs": piece}

    def _number(self, element: Any) -> tuple[str, Any]:
        """What a list writes before a paragraph, and the indents of its level."""
        about = self.styles.paragraph(element)
        said = about.get("numPr")
        number = None if said is None else said.find(qn("w:numId"))
        if said is None or number is None or number.get(qn("w:val")) == "0":
            return "", None
        depth = said.find(qn("w:ilvl"))
        at = 0 if depth is None else min(int(depth.get(qn("w:val"))), 8)  # Word has nine levels
        level = self.lists.level(number.get(qn("w:val")), at)
        if level is None:
            return "", None
        if self.lists.form(level) not in PLAIN | CHINESE:
            raise fault("unsupported", place=text_of(element), found=f"编号格式 {self.lists.form(level)}")
        text = self.lists.next(number.get(qn("w:val")), at, level)
        return (f"{text} " if text and text[-1] not in "、.)" else text), level.find(qn("w:pPr"))

    # --- runs ------------------------------------------------------------------------------------------------------

    def _runs(self, element: Any, paragraph: Any, part: Any, fields: "_Fields") -> Iterator[dict[str, Any]]:
        for child in element:
            name = local(child)
            if name == "r":
                yield from self._run(child, paragraph, part, fields)
            elif name == "fldSimple":
                kind = fields.kind(child.get(qn("w:instr")) or "", paragraph)
                inner = child.find(qn("w:r"))
                yield {"t": kind, "look": look(self.styles.run(paragraph, inner))}
            elif name in INSIDE:
                yield from self._runs(self._inner(child, name), paragraph, part, fields)
            elif name and name not in NOTHING:
                raise refuse(name, paragraph)

    def _run(self, run: Any, paragraph: Any, part: Any, fields: "_Fields") -> Iterator[dict[str, Any]]:
        properties = self.styles.run(paragraph, run)
        if is_on(properties, "vanish"):
            raise fault("unsupported", place=text_of(paragraph), found="隐藏文字")
        looks = look(properties)
        for child in run:
            name = local(child)
            if name in ("fldChar", "instrText"):
                kind = fields.take(child, name, paragraph)
                if kind:
                    yield {"t": kind, "look": looks}
            elif fields.within:
                continue  # what Word last computed for the field
            elif name == "drawing":
                yield {**self._drawing(child, paragraph, part), "look": looks}
            elif name and name not in NOTHING:
                yield {**_sign(child, name, paragraph), "look": looks}

    def _drawing(self, drawing: Any, paragraph: Any, part: Any) -> dict[str, Any]:
        inline = drawing.find(qn("wp:inline"))
        if inline is None:
            raise refuse("anchor", paragraph)
        blips = inline.findall(f".//{qn('pic:blipFill')}/{qn('a:blip')}")
        if len(blips) != 1 or blips[0].get(qn("r:embed")) is None:
            kind = inline.find(f".//{qn('a:graphicData')}").get("uri").rpartition("/")[2]
            raise refuse(kind, paragraph)
        image = part.related_parts[blips[0].get(qn("r:embed"))].blob
        ending = "png" if image.startswith(PNG) else "jpg"
        name = f"i{len(self.images)}.{ending}"
        known = next((key for key, held in self.images.items() if held == image), name)
        self.images[known] = image
        extent, about = inline.find(qn("wp:extent")), inline.find(qn("wp:docPr"))
        return {
            "t": "image",
            "name": known,
            "width": int(extent.get("cx")) / EMU,
            "height": int(extent.get("cy")) / EMU,
            "alt": (about.get("descr") if about is not None else "") or "图",
        }


def _sign(child: Any, name: str, paragraph: Any) -> dict[str, Any]:
    """What an element of a run writes: text, a tab, a break."""
    if name == "t":
        return {"t": "text", "s": child.text or ""}
    if name == "tab":
        return {"t": "tab"}
    if name in SIGNS:
        return {"t": "text", "s": SIGNS[name]}
    kind = child.get(qn("w:type"))
    if name != "br" or kind == "column":
        raise refuse("cols" if name == "br" else name, paragraph)
    return {"t": "pagebreak"} if kind == "page" else {"t": "text", "s": "\n"}


@dataclass
class _Fields:
    """Where a paragraph stands in a field such as PAGE: its instruction, then what Word last made of it."""

    within: bool = False
    instruction: str = ""

    def take(self, child: Any, name: str, near: Any) -> str | None:
        """Follow the field; gives its kind at its end."""
        if name == "instrText":
            self.instruction += child.text or ""
            return None
        step = child.get(qn("w:fldCharType"))
        if step == "begin":
            self.within, self.instruction = True, ""
        if step != "end":
            return None
        self.within = False
        return self.kind(self.instruction, near)

    def kind(self, instruction: str, near: Any) -> str:
        word = (instruction.split() or [""])[0].upper()
        if word not in FIELDS:
            raise fault("unsupported", place=text_of(near), found=f"域 {word}")
        return FIELDS[word]


def _softened(run: dict[str, Any], width: float) -> dict[str, Any]:
    """Words too long for their line may be broken anywhere, as Word does; a zero-width space says so."""
    if run["t"] != "text":
        return run
    most = max(int(width / (0.62 * run["look"]["size"])), 1)
    words = [("\u200b".join(word) if _latin(word) > most else word) for word in run["s"].split(" ")]
    return {**run, "s": " ".join(words)}


def _latin(word: str) -> int:
    """The length of the longest stretch a line is not broken in: no Chinese, no blank.

    >>> _latin("示例ABC-123号")
    7
    """
    longest = length = 0
    for sign in word:
        length = length + 1 if ord(sign) < 0x2E80 else 0
        longest = max(longest, length)
    return longest
