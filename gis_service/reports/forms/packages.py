"""The files of a month as one ZIP, the same bytes whenever it is made."""

import io
import zipfile
from collections.abc import Mapping

YEAR_ZERO = (1980, 1, 1, 0, 0, 0)
"""The earliest date a ZIP can hold."""


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of the files by name, none dated. What is packed already is not packed again."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        for name in sorted(files):
            packed = name.endswith((".xlsx", ".docx", ".pptx", ".pdf", ".png"))
            target.writestr(_entry(name, zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED), files[name])
    return made.getvalue()


def _entry(name: str, how: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, YEAR_ZERO)
    entry.compress_type, entry.external_attr, entry.create_system = how, 0o644 << 16, 3
    return entry
