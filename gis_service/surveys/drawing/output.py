"""The drawings on paper: Typst sets each sheet of SVG on a page of its size, as PDF (vectors and text) or PNG."""

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import typst
from PIL import Image

from gis_service.papers import fonts
from gis_service.papers.errors import FontMissing
from gis_service.surveys.drawing.pen import FONT

SIZES_MM = {"a4": (210.0, 297.0), "a3": (420.0, 297.0)}
"""Upright A4 for logs, A3 lying for sections."""
EPOCH = 946_684_800
"""2000-01-01: the same drawing makes the same bytes."""
_PAGE = """#set page(width: {wide}mm, height: {high}mm, margin: 0mm)
#set text(font: "{font}")
#for n in range({count}) {{
  if n > 0 {{ pagebreak() }}
  image("sheet" + str(n) + ".svg", width: {wide}mm, height: {high}mm, fit: "contain")
}}
"""


def to_pdf(svg: str | Sequence[str], size: str | tuple[float, float]) -> bytes:
    """One page for each drawing. `size` is `a4`, `a3` or width and height in mm. Raises `FontMissing`."""
    made = _made(svg, size, "pdf", None)
    return made if isinstance(made, bytes) else made[0]


def to_png(svg: str, size: str | tuple[float, float], dpi: int) -> bytes:
    """One drawing as a picture that says its resolution, so that office programs place it at its size."""
    made = _made(svg, size, "png", dpi)
    plain = made if isinstance(made, bytes) else made[0]
    kept = io.BytesIO()
    with Image.open(io.BytesIO(plain)) as picture:
        picture.convert("RGB").save(kept, "PNG", dpi=(dpi, dpi), optimize=True)
    return kept.getvalue()


def _made(svg: str | Sequence[str], size: str | tuple[float, float], kind: str, dpi: int | None) -> bytes | list[bytes]:
    sheets = [svg] if isinstance(svg, str) else list(svg)
    wide, high = SIZES_MM[size] if isinstance(size, str) else size
    family = fonts.family(fonts.FACES["黑体"])[0]
    page = _PAGE.format(wide=wide, high=high, font=family.replace('"', ""), count=len(sheets))
    # Typst reads this folder and nothing else of the machine
    with tempfile.TemporaryDirectory(prefix="gis-drawing-") as folder:
        for n, sheet in enumerate(sheets):
            (Path(folder) / f"sheet{n}.svg").write_text(sheet.replace(FONT, f"'{family}'", 1), "utf-8")
        main = Path(folder) / "main.typ"
        main.write_text(page, "utf-8")
        made, warnings = typst.compile_with_warnings(
            str(main), root=folder, font_paths=fonts.installed(), format=kind, ppi=dpi, timestamp=EPOCH
        )  # type: ignore[call-overload]
    if warnings:  # an unknown family is only a warning to Typst, and would print in another font
        raise FontMissing(font=str(warnings[0].message))
    return made  # type: ignore[no-any-return]
