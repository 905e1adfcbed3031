"""Facts into a template: the same facts and template make the same bytes.

A value that is absent prints as `______` where it stands alone, so that it can be written by hand, and as `—` in a row of a list;
an absent picture prints nothing. In a condition an absent value counts as no.
"""

import io
import math
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import segno
from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup
from PIL import Image, ImageOps

from gis_service.core.clock import BEIJING
from gis_service.papers.docx import package
from gis_service.papers.errors import PictureRefused
from gis_service.papers.facts import PICTURES, Group, groups
from gis_service.papers.fields import Examiner, check_tags

LINE, DASH = "______", "—"
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold or nobody can see; left out."""

BY_CONTENT = "列宽随内容"
"""The caption (表格属性 → 可选文字 → 标题) of a table whose columns are as wide as their content wants."""

DPI = 220
"""Pictures are brought to this fineness on paper: sharp in print, and a page of photos stays below a megabyte."""


class Absent(str):
    """A value nobody gave: printed as a line or a dash, and `no` in a condition."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


class Named:
    """The facts of a proceeding, by name or one after the other."""

    def __init__(self, facts: Mapping[str, Any], blank: SimpleNamespace):
        self._facts, self._blank = facts, blank

    def __getattr__(self, name: str) -> Any:
        return self._facts.get(name, self._blank)

    def __getitem__(self, name: str) -> Any:
        return self._facts.get(name, self._blank)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._facts.values())


class Paper(DocxTemplate):  # type: ignore[misc]
    """A template with its fields in the body, headers and footers, and nowhere else."""

    def render_properties(self, context: dict[str, Any], jinja_env: Any = None) -> None:
        """The document's properties are ours, not a template's."""

    def render_footnotes(self, context: dict[str, Any], jinja_env: Any = None) -> None:
        """Footnotes are refused at the upload."""

    def render_xml_part(self, src_xml: str, part: Any, context: dict[str, Any], jinja_env: Any = None) -> str:
        """As docxtpl does, but `{_{` in a fact stays what it is."""
        self.current_rendering_part = part
        made = jinja_env.from_string(in_lines(src_xml)).render(context)
        return str(self.resolve_listing(made.replace("\n<w:p>", "<w:p>").replace("\n<w:p ", "<w:p ")))

    def sources(self) -> Iterator[str]:
        """The parts with fields, patched for the template language."""
        self.init_docx()
        yield self.get_xml()
        for uri in (self.HEADER_URI, self.FOOTER_URI):
            for _, part in self.get_headers_footers(uri):
                yield self.get_part_xml(part)


def in_lines(source: str) -> str:
    """A part with each paragraph on a line of its own, so that a fault can name its place."""
    return re.sub(r"<w:p([ >])", r"\n<w:p\1", source)


def examine(template: bytes, *, kind: str, allowed: Collection[str]) -> None:
    """Refuse a template that asks for what it may not have or does what it may not do."""
    paper = Paper(io.BytesIO(template))
    examiner = Examiner(kind, allowed)
    for source in paper.sources():
        text = "".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", source))
        check_tags(text, len(source.encode()))
        examiner.examine(in_lines(paper.patch_xml(source)))


@lru_cache(maxsize=128)
def _examined(template: bytes, kind: str) -> None:
    """The same template is looked at once: a third of the time of a paper, and a batch fills one for each parcel."""
    examine(template, kind=kind, allowed=groups())


def fill(template: bytes, facts: Mapping[str, Any]) -> bytes:
    """The template with the facts of `facts.py` in it. Raises `UnknownField`, `PictureRefused` or `TemplateRefused`."""
    about = facts.get("paper") or {}
    _examined(template, str(about.get("kind") or "文书"))
    paper = Paper(io.BytesIO(template))
    paper.init_docx()
    sandbox = ImmutableSandboxedEnvironment(autoescape=True)
    sandbox.globals.clear()
    sandbox.filters.clear()
    sandbox.tests.clear()
    paper.render(
        {name: _shown(paper, group, facts.get(name)) for name, group in groups().items()}, sandbox, autoescape=True
    )
    _by_content(paper.docx.element.body)
    _say_whose(paper, about)
    out = io.BytesIO()
    paper.save(out)
    return package.packed(out.getvalue())


def _by_content(body: Any) -> None:
    """Columns of the tables that ask for it as wide as what stands in them wants: a number little, a sentence much."""
    for table in body.iter(qn("w:tbl")):
        caption = table.find(f"{qn('w:tblPr')}/{qn('w:tblCaption')}")
        columns = table.findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")
        rows = [row.findall(qn("w:tc")) for row in table.findall(qn("w:tr"))]
        if caption is None or caption.get(qn("w:val")) != BY_CONTENT or any(len(row) != len(columns) for row in rows):
            continue
        wishes = [max(_wish(row[at]) for row in rows) for at in range(len(columns))]
        total = sum(int(column.get(qn("w:w"))) for column in columns)
        for at, column in enumerate(columns):
            width = str(int(total * wishes[at] / sum(wishes)))
            column.set(qn("w:w"), width)
            for row in rows:
                size = row[at].find(f"{qn('w:tcPr')}/{qn('w:tcW')}")
                if size is not None:
                    size.set(qn("w:w"), width)


def _wish(cell: Any) -> float:
    """How wide a cell would like to be, in characters: a Chinese one counts whole, a Latin one half; 3 to 16."""
    text = "".join(each.text or "" for each in cell.iter(qn("w:t")))
    return min(max(sum(1.0 if ord(sign) > 0x2E80 else 0.6 for sign in text) + 1.5, 3.5), 16.0)


def _say_whose(paper: Paper, about: Mapping[str, Any]) -> None:
    """The document's properties, with the day of the paper in place of the present moment."""
    properties = paper.docx.core_properties
    properties.title = clean(str(about.get("title") or about.get("kind") or ""))[:250]
    properties.author = properties.last_modified_by = clean(str(about.get("issuer") or ""))[:250]
    properties.comments = properties.keywords = properties.subject = properties.category = ""
    properties.revision = 1
    properties.created = properties.modified = _moment(about.get("issued_on") or about.get("as_of"))


def _moment(value: Any) -> datetime:
    """The moment of a paper, in UTC as the format wants it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return datetime.combine(value if isinstance(value, date) else date(2000, 1, 1), time())


def _shown(paper: Paper, group: Group, given: Any) -> Any:
    """A group of facts as the template meets it."""
    if group.shape == "texts":
        return [said(each, LINE) for each in given or ()]
    if group.shape == "table":
        return [[said(cell, DASH) for cell in row] for row in given or ()]
    if group.shape == "many":
        return [_fields(paper, group, row, DASH) for row in given or ()]
    if group.shape == "named":
        named = {name: _fields(paper, group, fact, LINE) for name, fact in (given or {}).items()}
        return Named(named, _fields(paper, group, {}, LINE))
    return _fields(paper, group, given or {}, LINE)


def _fields(paper: Paper, group: Group, given: Mapping[str, Any], blank: str) -> SimpleNamespace:
    made = {}
    for name in group.fields:
        wide = PICTURES.get((group.name, name))
        made[name] = said(given.get(name), blank) if wide is None else _picture(paper, group, given, name, wide)
    return SimpleNamespace(**made)


def said(value: Any, blank: str) -> str:
    """A value as a paper writes it.

    >>> said(date(2026, 11, 28), LINE), said(Decimal("11400.5"), LINE), said(12, LINE), said("", LINE), said(None, DASH)
    ('2026年11月28日', '11,400.50', '12', '______', '—')
    """
    if value is None or value == "":
        return Absent(blank)
    if isinstance(value, datetime):
        moment = value.astimezone(BEIJING) if value.tzinfo else value
        return f"{day(moment)} {moment:%H:%M}"
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal | float):
        return f"{value:,.2f}" if math.isfinite(value) else Absent(blank)
    return clean(str(value))


def day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def clean(text: str) -> str:
    """A text without signs that XML cannot hold."""
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _picture(paper: Paper, group: Group, given: Mapping[str, Any], name: str, wide_mm: float) -> Any:
    content = given.get(name)
    if group.name == "paper" and not content and given.get("address"):
        content = qr(str(given["address"]))
    if not content:
        return Absent("")
    caption = clean(str(given.get("caption") or given.get("person") or "二维码"))
    small, width, height = _printable(bytes(content), caption, wide_mm)
    return _Inline(paper, io.BytesIO(small), width=Mm(width), height=Mm(height))


class _Inline(InlineImage):  # type: ignore[misc]
    """A picture in the text; each place it stands at reads it from its beginning."""

    def __html__(self) -> str:
        self.image_descriptor.seek(0)
        return Markup(self._insert_image())  # noqa: S704  (XML of python-docx, with no text of anybody in it)

    __str__ = __html__


def qr(address: str) -> bytes:
    """A QR code of an address, as PNG."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False, boost_error=False).save(out, kind="png", scale=6, border=2)
    return out.getvalue()


def _printable(content: bytes, caption: str, wide_mm: float) -> tuple[bytes, float, float]:
    """A picture upright, no finer than print needs and without what a camera wrote into it; with its size in mm."""
    if not package.is_picture(content):
        raise PictureRefused(caption=caption)
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as opened:
            plain = opened.format == "PNG"
            upright = ImageOps.exif_transpose(opened)
            upright.load()
    except (OSError, ValueError, SyntaxError):
        raise PictureRefused(caption=caption) from None
    height = wide_mm * upright.height / upright.width
    scale = min(1.0, 1.4 * wide_mm / height)  # a tall picture is held to a column's height
    width, height = wide_mm * scale, height * scale
    most = round(width / 25.4 * DPI)
    if upright.width > most and not (plain and upright.width < 1_000):
        upright = upright.resize((most, max(round(most * upright.height / upright.width), 1)))
    out = io.BytesIO()
    if plain:
        upright.save(out, "PNG")
    else:
        upright.convert("RGB").save(out, "JPEG", quality=88)
    return out.getvalue(), width, height
