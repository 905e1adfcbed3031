"""Office files without the hour of the clock, and the parts of Word tables that every document of ours has alike."""

import io
from datetime import UTC, datetime
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from gis_service.papers.docx.package import packed

SIDES = "top", "left", "bottom", "right", "insideH", "insideV"


def kept(document: Any) -> bytes:
    """A python-docx or python-pptx document as a file; the same content makes the same bytes."""
    made = io.BytesIO()
    document.save(made)
    return packed(made.getvalue())


def date_properties(properties: Any, *, title: str, at: datetime) -> None:
    """Core properties of a python-docx or python-pptx document: no author, no revision, dated `at`."""
    moment = at.astimezone(UTC).replace(tzinfo=None)
    properties.title, properties.author, properties.last_modified_by, properties.comments = title, "", "", ""
    properties.created = properties.modified = moment
    properties.revision = 1


def rule(table: Any, colour: str) -> None:
    """Thin lines around every cell."""
    borders = OxmlElement("w:tblBorders")
    for side in SIDES:
        edge = OxmlElement(f"w:{side}")
        _say(edge, val="single", sz="4", space="0", color=colour)
        borders.append(edge)
    table._tbl.tblPr.append(borders)


def shade(cell: Any, colour: str) -> None:
    """Colour a `w:tc`."""
    element = OxmlElement("w:shd")
    _say(element, val="clear", color="auto", fill=colour)
    cell.get_or_add_tcPr().append(element)


def hold(row: Any, *, is_head: bool) -> None:
    """No page ends inside this `w:tr`; a head stands on every page."""
    facts = row.get_or_add_trPr()
    facts.append(OxmlElement("w:cantSplit"))
    if is_head:
        facts.append(OxmlElement("w:tblHeader"))


def _say(element: Any, **values: str) -> None:
    for name, value in values.items():
        element.set(qn(f"w:{name}"), value)
