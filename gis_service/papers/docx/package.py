"""Opening a DOCX somebody sent: bounds first, then nothing that runs, nothing from outside, no entities."""

import io
import zipfile
import zlib

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from PIL import Image

from gis_service.papers.errors import fault

MAX_BYTES = 5 << 20
MAX_UNPACKED, MAX_PARTS = 40 << 20, 400
"""A template with a few pictures stays far below; a bomb does not."""

MAX_PIXELS = 80_000_000
"""A large camera's picture has some 50 million."""

ACTIVE = ("vbaproject", "activex", "embeddings", "oleobject", "ctrlprops", "customui", "afchunk")
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
FIXED = (1980, 1, 1, 0, 0, 0)
"""The time of every part of a DOCX written here: the same facts make the same bytes."""


def parts(content: bytes) -> dict[str, bytes]:
    """The parts of a DOCX by name. Raises `TemplateRefused` for what is no plain document."""
    if len(content) > MAX_BYTES:
        raise fault("too_large")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return _read(packed)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error):
        raise fault("not_docx") from None


def _read(packed: zipfile.ZipFile) -> dict[str, bytes]:
    listed = packed.infolist()
    if len(listed) > MAX_PARTS or sum(each.file_size for each in listed) > MAX_UNPACKED:
        raise fault("too_large")
    found, left = {}, MAX_UNPACKED
    for each in listed:
        with packed.open(each) as stream:  # what a header says of its size is not believed
            read = stream.read(left + 1)
        left -= len(read)
        if left < 0 or each.filename in found:
            raise fault("too_large")
        found[each.filename] = read
    return found


def check(content: bytes) -> None:
    """Refuse what a template may not carry: macros, objects, references to outside, entities, pictures that are none."""
    found = parts(content)
    if MAIN.encode() not in found.get("[Content_Types].xml", b"") or "word/document.xml" not in found:
        raise fault("not_docx")
    for name, part in found.items():
        active = [mark for mark in ACTIVE if mark in name.lower()]
        if active:
            raise fault("active", found=name)
        if name.endswith((".xml", ".rels")):
            _check_xml(name, part)
        elif name.startswith("word/media/"):
            picture(part, name)


def _check_xml(name: str, part: bytes) -> None:
    try:
        root = ElementTree.fromstring(part, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError):
        raise fault("broken_xml", found=name) from None
    for each in root.iter(RELATIONSHIP) if name.endswith(".rels") else ():
        if each.get("TargetMode", "").lower() == "external":
            raise fault("external", found=each.get("Target", ""))


def picture(content: bytes, name: str) -> None:
    """Refuse what is no sound PNG or JPEG."""
    if not is_picture(content):
        raise fault("picture", found=name.rpartition("/")[2])


def is_picture(content: bytes) -> bool:
    """Whether bytes are a PNG or JPEG that can be read, of a size that can be printed."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                return False
            opened.verify()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return False
    return True


def document_text(content: bytes) -> str:
    """The text of a document's body, fields and all."""
    root = ElementTree.fromstring(parts(content)["word/document.xml"])
    return "".join(each.text or "" for each in root.iter(TEXT))


def packed(content: bytes) -> bytes:
    """The same DOCX with its parts in one order and of one time, so that the same text makes the same bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        found = {name: source.read(name) for name in source.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(found, key=lambda name: (name != "[Content_Types].xml", name)):
            info = zipfile.ZipInfo(name, FIXED)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            target.writestr(info, found[name])
    return out.getvalue()
