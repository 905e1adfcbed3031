"""Printed runs become one document: pages in order, one count at their foot, bookmarks, labels, links; PDF/A-2b as they were.

The first file gives the document its title, colour profile and metadata. What each run says of itself (tags, structure) is left
out: it would describe a part only.
"""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf

from gis_service.sheets.atlas.front import Link, Mark
from gis_service.sheets.composing import blocks
from gis_service.sheets.drawing.items import Page

POINTS = 72 / 25.4
"""In a millimetre."""
FOOT = Name.AtlasFoot
PRINTED = 4
"""The flag of a link that PDF/A wants: it is printed like what it lies on, that is, not at all."""


def feet(sizes: Sequence[tuple[float, float]]) -> list[Page]:
    """The foot of every page of a document, on pages of the same sizes in mm."""
    return [
        Page(wide, high, (blocks.page_foot(wide, high, n, len(sizes)),), ground=None)
        for n, (wide, high) in enumerate(sizes, start=1)
    ]


def bound(files: Sequence[Path], foot: Iterable[Path], marks: Sequence[Mark], links: Sequence[Link], out: Path) -> int:
    """Write the document of these files, each page with its foot; returns how many pages it has.

    The same files make the same bytes.
    """
    with ExitStack() as open_files, Pdf.open(files[0]) as document:
        for path in files[1:]:
            document.pages.extend(open_files.enter_context(Pdf.open(path)).pages)
        _stamp(document, [open_files.enter_context(Pdf.open(path)) for path in foot])
        _lead(document, links)
        _mark(document, marks)
        _describe(document)
        document.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return len(document.pages)


def _stamp(document: Pdf, feet: Sequence[Pdf]) -> None:
    """Lay the foot over each page."""
    printed = (page for each in feet for page in each.pages)
    for page, foot in zip(document.pages, printed, strict=True):
        form = document.copy_foreign(foot.as_form_xobject())
        resources = dict(page.obj.Resources.items())  # its own: pages of a run may share one
        forms = dict(resources.get("/XObject", Dictionary()).items())
        page.obj.Resources = Dictionary({**resources, "/XObject": Dictionary({**forms, str(FOOT): form})})
        page.contents_add(b"q", prepend=True)
        page.contents_add(b"Q q " + bytes(FOOT) + b" Do Q")


def _lead(document: Pdf, links: Sequence[Link]) -> None:
    for link in links:
        page = document.pages[link.page - 1]
        high = float(page.mediabox[3])
        x, y, wide, down = (each * POINTS for each in link.box)
        annotation = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=[round(x, 2), round(high - y - down, 2), round(x + wide, 2), round(high - y, 2)],
            Border=[0, 0, 0],
            F=PRINTED,
            Dest=_whole(document, link.to),
        )
        if Name.Annots not in page:
            page.obj.Annots = Array()
        page.obj.Annots.append(document.make_indirect(annotation))


def _whole(document: Pdf, number: int) -> Array:
    """A page as a place to go to, shown whole."""
    return Array([document.pages[number - 1].obj, Name.Fit])


def _mark(document: Pdf, marks: Sequence[Mark]) -> None:
    with document.open_outline() as outline:
        outline.root.extend(map(_item, marks))
    document.Root.PageMode = Name.UseOutlines


def _item(mark: Mark) -> OutlineItem:
    item = OutlineItem(mark.said, mark.page - 1, "Fit")
    item.children.extend(map(_item, mark.below))
    item.is_closed = True
    return item


def _describe(document: Pdf) -> None:
    """What the whole says of itself: its pages are called by the numbers printed on them."""
    root = document.Root
    for name in (Name.StructTreeRoot, Name.MarkInfo):
        if name in root:
            del root[name]
    for page in document.pages:
        if Name.StructParents in page:
            del page.obj[Name.StructParents]
    root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.D)]))
    with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["{http://ns.adobe.com/xap/1.0/t/pg/}NPages"] = str(len(document.pages))
