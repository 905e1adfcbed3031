"""What may be attached, told by first bytes and name together, and what kind of paper a name speaks of."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath


class FileKind(StrEnum):
    DRAWING = "drawing"
    CERTIFICATE = "certificate"
    PHOTO = "photo"
    OTHER = "other"


@dataclass(frozen=True)
class Format:
    """A file format: its media type, the name endings it goes by, and whether it is a picture that can be shown."""

    media_type: str
    endings: tuple[str, ...]
    picture: bool = False


JPEG = Format("image/jpeg", (".jpg", ".jpeg"), picture=True)
PNG = Format("image/png", (".png",), picture=True)
WEBP = Format("image/webp", (".webp",), picture=True)
PDF = Format("application/pdf", (".pdf",))
OFFICE = Format("application/octet-stream", (".docx", ".xlsx", ".pptx"))
OLD_OFFICE = Format("application/octet-stream", (".doc", ".xls", ".ppt", ".wps", ".et"))
DWG = Format("application/octet-stream", (".dwg",))
OFD = Format("application/octet-stream", (".ofd",))
HEIC = Format("image/heic", (".heic", ".heif"))
TIFF = Format("image/tiff", (".tif", ".tiff"))
TEXT = Format("text/plain", (".txt", ".csv", ".dxf"))

MAGIC: tuple[tuple[bytes, tuple[Format, ...]], ...] = (
    (b"\xff\xd8\xff", (JPEG,)),
    (b"\x89PNG\r\n\x1a\n", (PNG,)),
    (b"RIFF", (WEBP,)),
    (b"%PDF-", (PDF,)),
    (b"PK\x03\x04", (OFFICE, OFD)),
    (b"\xd0\xcf\x11\xe0", (OLD_OFFICE,)),
    (b"AC10", (DWG,)),
    (b"II*\x00", (TIFF,)),
    (b"MM\x00*", (TIFF,)),
)
"""First bytes → the formats they may be."""

ALLOWED = tuple(
    dict.fromkeys(
        ending
        for each in (*(found for _, formats in MAGIC for found in formats), HEIC, TEXT)
        for ending in each.endings
    )
)
"""Endings that may be attached, in the order they are told."""

HEAD_BYTES = 64


def format_of(name: str, head: bytes) -> Format | None:
    """The format of a file, or None where name and first bytes do not agree or it is not allowed.

    >>> format_of("红线图.pdf", b"%PDF-1.7").media_type, format_of("照片.jpg", b"<svg onload=alert(1)>")
    ('application/pdf', None)
    """
    ending = PurePath(name).suffix.lower()
    for magic, formats in MAGIC:
        if head.startswith(magic):
            return next((each for each in formats if ending in each.endings and _whole(each, head)), None)
    if head[4:8] == b"ftyp" and ending in HEIC.endings:
        return HEIC
    if ending in TEXT.endings and b"\x00" not in head and not head.lstrip().startswith(b"<"):
        return TEXT
    return None


def _whole(found: Format, head: bytes) -> bool:
    return found is not WEBP or head[8:12] == b"WEBP"


SAYS = {
    FileKind.DRAWING: ("红线", "界址", "宗地图", "测绘", "勘测", "总平", "图纸", "dwg", "dxf"),
    FileKind.CERTIFICATE: ("证", "批复", "批文", "合同", "协议", "决定"),
    FileKind.PHOTO: ("照片", "现场", "img", "dsc", "photo"),
}
"""Words in a file's name that tell what it is."""


def kind_of(name: str, found: Format) -> FileKind:
    """What kind of paper a file is, from its name and format; a person may correct it.

    >>> kind_of("BW-0001 红线图.pdf", PDF), kind_of("BW-0001-2.jpg", JPEG)
    (<FileKind.DRAWING: 'drawing'>, <FileKind.PHOTO: 'photo'>)
    """
    low = name.lower()
    for kind, words in SAYS.items():
        if any(word in low for word in words):
            return kind
    return FileKind.PHOTO if found.picture or found is HEIC else FileKind.OTHER
