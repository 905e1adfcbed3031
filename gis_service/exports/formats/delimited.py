"""CSV: attributes and the outline as WKT, as Excel opens it (byte-order mark, CRLF) and as programs read it.

A text that a spreadsheet would run as a formula gets an apostrophe before it, as in the small export of the list. One that
begins with such an apostrophe gets another, so that the import, which takes one away, gives back what was there.
"""

import csv
import re
from pathlib import Path

import shapely

from gis_service.exports.fields import Field, plain
from gis_service.exports.source import Record, Source

RISKY = re.compile(r"'*[=+\-@\t\r]")
CODECS = {"UTF-8": "utf-8-sig", "GB18030": "gb18030"}
SYSTEM = {"zh": "坐标系", "en": "crs"}


def write(path: Path, source: Source) -> None:
    with path.open("w", encoding=CODECS[source.wish.encoding], newline="") as file:
        rows = csv.writer(file, lineterminator="\r\n")
        rows.writerow([*source.headers(), SYSTEM[source.wish.lang], "WKT"])
        for record in source.records():
            rows.writerow([*_texts(source, record), f"EPSG:{source.crs}", shapely.to_wkt(record.shape, -1)])


def _texts(source: Source, record: Record) -> list[str]:
    return [
        _safe(source, field, plain(field, record.row[field.name], source.wish.lang)) for field in source.wish.fields
    ]


def _safe(source: Source, field: Field, text: str) -> str:
    if field.holds != "text":
        return text
    safe = neutral(text)
    if safe != text:
        source.notes.column("text.apostrophe", field.zh)
    return safe


def neutral(text: str) -> str:
    """A text that no spreadsheet runs.

    >>> neutral("=1+1"), neutral("'=1+1"), neutral("'甲'")
    ("'=1+1", "''=1+1", "'甲'")
    """
    return f"'{text}" if RISKY.match(text) else text
