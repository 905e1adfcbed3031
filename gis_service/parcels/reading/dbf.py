"""The header and the texts of a dBASE table, as bytes: what is needed to find out its encoding. GDAL reads the rest."""

import struct
from dataclasses import dataclass
from pathlib import Path

from gis_service.parcels.reading.result import unreadable

LANGUAGE_BYTE_AT = 29
SAMPLE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Field:
    """One column: its name as bytes, its type letter, and where its bytes stand in a record."""

    name: bytes
    kind: str
    start: int
    width: int


@dataclass(frozen=True)
class Table:
    """What the header of a .dbf says; `size` is the length of the file."""

    rows: int
    header: int
    record: int
    language_byte: int
    fields: tuple[Field, ...]
    size: int

    @property
    def expected_size(self) -> int:
        return self.header + self.rows * self.record


def table(path: Path, called: str = ".dbf") -> Table:
    """Read the header; refused when it makes no sense, under the name that people call the table by."""
    with path.open("rb") as source:
        head = source.read(32)
        if len(head) < 32:
            raise unreadable("read.damaged", part=called)
        rows, header, record = struct.unpack("<IHH", head[4:12])
        descriptors = source.read(max(0, header - 32))
    fields = _fields(descriptors)
    if record < 1 or header < 33 or (fields and fields[-1].start + fields[-1].width > record):
        raise unreadable("read.damaged", part=called)
    return Table(rows, header, record, head[LANGUAGE_BYTE_AT], fields, path.stat().st_size)


def _fields(descriptors: bytes) -> tuple[Field, ...]:
    fields, start = [], 1  # byte 0 of a record is the mark of deletion
    for at in range(0, len(descriptors) - 31, 32):
        one = descriptors[at : at + 32]
        if one[0] == 0x0D:
            break
        fields.append(Field(one[:11].split(b"\x00")[0], chr(one[11]), start, one[16]))
        start += one[16]
    return tuple(fields)


def texts(path: Path, head: Table) -> list[bytes]:
    """Field names and text values that are not ASCII, without padding, from the first megabytes of the table."""
    found = {field.name for field in head.fields}
    with path.open("rb") as source:
        source.seek(head.header)
        body = source.read(SAMPLE_BYTES)
    if not body.isascii():
        for field in head.fields:
            if field.kind == "C":
                found.update(
                    body[at + field.start : at + field.start + field.width].strip(b" \x00")
                    for at in range(0, len(body) - head.record + 1, head.record)
                )
    return sorted(value for value in found if not value.isascii())


def deleted(path: Path, head: Table) -> int:
    """How many records are marked as deleted; GDAL leaves them out."""
    with path.open("rb") as source:
        source.seek(head.header)
        marks = source.read(head.rows * head.record)[:: head.record]
    return marks.count(b"*")


def silence_language_byte(path: Path) -> None:
    """Put 0 where the table names its encoding, so that GDAL hands out the bytes as they are."""
    with path.open("r+b") as table_file:
        table_file.seek(LANGUAGE_BYTE_AT)
        table_file.write(b"\x00")
