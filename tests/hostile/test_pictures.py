"""H45, H46: pictures attached to parcels that are bombs, broken, or something else: refused in a sentence, in bounds."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from gis_service.parcels.attachments.errors import BadPicture, EmptyFile, NotAllowed
from gis_service.parcels.attachments.operations import Kept, checked
from gis_service.parcels.attachments.picture import small_copy
from tests.hostile.ends import has_chinese


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes, data: bytes | None = None) -> bytes:
    head = chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * (width + 1) * height) if data is None else data)
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + pixels + chunk(b"IEND", b"")


def jpeg(**more: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 40), "green").save(out, "JPEG", **more)
    return out.getvalue()


def exif(entries: bytes, count: int = 1) -> bytes:
    return b"Exif\0\0" + b"II*\0\x08\0\0\0" + struct.pack("<H", count) + entries


GOOD = jpeg()
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>window.__pwned=1</script></svg>"
OFFERED: dict[str, tuple[str, Callable[[], bytes], type[Exception] | None]] = {
    "bomb-50000": ("a.png", lambda: png(50_000, 50_000, data=zlib.compress(b"\0" * 50_001)), BadPicture),
    "bomb-2-31": ("a.png", lambda: png(2**31 - 1, 2**31 - 1, data=b""), BadPicture),
    "zero-by-zero": ("a.png", lambda: png(0, 0, data=b""), BadPicture),
    "zero-wide": ("a.png", lambda: png(0, 100, data=b""), BadPicture),
    "png-cut": ("a.png", lambda: png(200, 200)[:60], BadPicture),
    "png-no-pixels": ("a.png", lambda: png(20, 20, data=b""), BadPicture),
    "png-wrong-checksum": ("a.png", lambda: png(20, 20).replace(b"IHDR", b"IHDS"), BadPicture),
    "png-text-bomb": (
        "a.png",
        lambda: png(20, 20, chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(100_000_000)))),
        BadPicture,
    ),
    "jpeg-cut": ("a.jpg", lambda: GOOD[: len(GOOD) // 2], BadPicture),
    "jpeg-head": ("a.jpg", lambda: b"\xff\xd8\xff\xe0" + bytes(30), BadPicture),
    "jpeg-size-65535": ("a.jpg", lambda: _sized(GOOD, 65_535, 65_535), BadPicture),
    "svg-as-jpeg": ("a.jpg", lambda: SVG, NotAllowed),
    "svg": ("a.svg", lambda: SVG, NotAllowed),
    "svg-as-text": ("a.txt", lambda: SVG, NotAllowed),
    "html-as-png": ("a.png", lambda: b"<html><script>1</script>", NotAllowed),
    "png-as-jpeg": ("a.jpg", lambda: png(20, 20), NotAllowed),
    "jpeg-as-pdf": ("a.pdf", lambda: GOOD, NotAllowed),
    "exe": ("a.exe", lambda: b"MZ" + bytes(60), NotAllowed),
    "gif": ("a.gif", lambda: b"GIF89a" + bytes(60), NotAllowed),
    "ico": ("a.ico", lambda: b"\0\0\1\0" + bytes(60), NotAllowed),
    "webp-head": ("a.webp", lambda: b"RIFF\0\0\0\0WEBPVP8 " + bytes(20), BadPicture),
    "riff-no-webp": ("a.webp", lambda: b"RIFF\0\0\0\0WAVE" + bytes(40), NotAllowed),
    "nothing": ("a.jpg", lambda: b"", EmptyFile),
    "polyglot": ("a.jpg", lambda: GOOD + SVG, None),
    "polyglot-comment": ("a.jpg", lambda: jpeg(comment=b"<script>window.__pwned=1</script>"), None),
    "exif-endless": ("a.jpg", lambda: jpeg(exif=exif(struct.pack("<HHII", 0x112, 3, 2**32 - 1, 8))), None),
    "exif-many": ("a.jpg", lambda: jpeg(exif=exif(b"\xff" * 200, 65_535)), None),
    "exif-orientation-99": ("a.jpg", lambda: jpeg(exif=exif(struct.pack("<HHIHH", 0x112, 3, 1, 99, 0))), None),
    "exif-own-offset": (
        "a.jpg",
        lambda: jpeg(exif=exif(struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<I", 8))),
        None,
    ),
    "exif-gps-nowhere": ("a.jpg", lambda: jpeg(exif=exif(struct.pack("<HHII", 0x8825, 4, 1, 2**31))), None),
    "icc-nonsense": ("a.jpg", lambda: jpeg(icc_profile=b"\xff" * 5000), None),
    "frames": ("a.png", lambda: _animated(200), None),
}


def _sized(content: bytes, width: int, height: int) -> bytes:
    at = content.index(b"\xff\xc0")
    return content[: at + 5] + struct.pack(">2H", height, width) + content[at + 9 :]


def _animated(count: int) -> bytes:
    out = BytesIO()
    frames = [Image.new("L", (20, 20), n % 256) for n in range(count)]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize("name", OFFERED)
def test_a_picture_that_is_none_is_refused_and_others_are_made_anew(name: str, cells: Path, tmp_path: Path) -> None:
    called, made, refusal = OFFERED[name]
    path = tmp_path / "original"
    path.write_bytes(made())
    file = Kept("0" * 64, path.stat().st_size, called)
    if refusal is None:
        checked(path, file)
        small = small_copy(path, name=called).read()
        assert small[:3] == b"\xff\xd8\xff"
        assert b"script" not in small
        assert b"Exif" not in small
        return
    with pytest.raises(refusal) as told:  # noqa: PT012 - the second step is part of the first
        if checked(path, file).picture:
            small_copy(path, name=called)
    sentence = told.value.sentence("zh")  # type: ignore[attr-defined]
    assert called in sentence
    assert has_chinese(sentence)
