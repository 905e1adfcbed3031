"""Pages as PDF (vectors, real text, fonts embedded), PNG and SVG."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

from PIL import Image

from gis_service.sheets.drawing.items import Page
from gis_service.sheets.drawing.letters import family
from gis_service.sheets.drawing.svg import clean, svg
from gis_service.sheets.errors import NoSuchPage, TooFine
from gis_service.sheets.printing.press import PRESS, Press

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MEGAPIXELS = 40
"""An A3 page at 300 dpi has 17.4 million."""


def chosen(pages: Sequence[Page], number: int) -> Page:
    """One page, counted from 1; raises `NoSuchPage`."""
    if not 1 <= number <= len(pages):
        raise NoSuchPage(pages=len(pages), page=number)
    return pages[number - 1]


def to_pdf(pages: Sequence[Page], at: datetime = EPOCH, press: Press = PRESS) -> bytes:
    """PDF/A-2b, dated `at`: the same pages of the same moment make the same bytes."""
    return press.print(_task(pages, "pdf", at))[0]


def to_png(page: Page, dpi: int, press: Press = PRESS) -> bytes:
    """A picture that says its resolution, so that office programs place it at its size. Raises `TooFine`."""
    megapixels = page.width * page.height / 25.4**2 * dpi**2 / 1e6
    if megapixels > MEGAPIXELS:
        raise TooFine(wide=round(page.width), high=round(page.height), dpi=dpi, megapixels=round(megapixels), limit=MEGAPIXELS)  # fmt: skip
    plain = press.print({**_task([page], "png"), "dpi": dpi})[0]
    kept = io.BytesIO()
    with Image.open(io.BytesIO(plain)) as picture:
        picture.convert("RGB").save(kept, "PNG", dpi=(dpi, dpi))
    return kept.getvalue()


def to_svg(page: Page) -> str:
    """For browsers and vector editors, which choose among the fonts they have."""
    return svg(page)


def _task(pages: Sequence[Page], kind: str, at: datetime = EPOCH) -> dict[str, object]:
    name = family()
    return {
        "format": kind,
        "moment": int(at.timestamp()),
        "title": clean(pages[0].title),
        "font": name,
        "pages": [{"wide": page.width, "high": page.height, "svg": svg(page, name)} for page in pages],
    }
