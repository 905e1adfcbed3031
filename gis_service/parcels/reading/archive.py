"""Zip files from strangers: everything is decided from the directory, before a byte is unpacked.

Members are unpacked under generated names, so theirs can do no harm; unsafe ones are refused all the same, because
nobody sends `../../etc` by accident.
"""

import itertools
import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from gis_service.parcels.reading.result import MEGABYTE, Limits, Unreadable, unreadable

ARCHIVES = {".zip", ".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".kmz"}
JUNK = {"thumbs.db", "desktop.ini", ".ds_store"}
#: A ratio that only bombs reach; tables of blanks compress well, so it counts for large contents only.
BOMB_RATIO, BOMB_FLOOR = 250, 20 * MEGABYTE

_DRIVE = re.compile(r"^[A-Za-z]:")


@dataclass(frozen=True)
class Member:
    """A file of the archive: its name as a person would read it."""

    path: PurePosixPath
    info: zipfile.ZipInfo

    @property
    def suffix(self) -> str:
        return self.path.suffix.lower()

    @property
    def stem(self) -> str:
        return str(self.path.with_suffix(""))


#: What is raised for archives that are none: all of it means damage.
FAULTS = (zipfile.BadZipFile, EOFError, NotImplementedError, UnicodeDecodeError, ValueError, lzma.LZMAError, zlib.error)

#: What zipfile complains of, by words of it, in Chinese.
REASONS = {
    "not a zip file": "找不到压缩包的目录，可能没有传完",
    "Bad CRC-32": "校验和不符",
    "Bad magic number": "文件头有误",
    "compression": "压缩方法不受支持",
    "Truncated": "内容不完整",
    "File name in directory": "目录与内容的文件名不一致",
    "Overlapped": "文件互相重叠",
}


def damaged(fault: Exception) -> Unreadable:
    """The refusal of an archive that cannot be opened, or of a member that cannot be unpacked."""
    said = str(fault)[:80] or type(fault).__name__
    zh = next((words for part, words in REASONS.items() if part in said), "内容有误")
    name = re.search(r"'([^']{1,60})'", said)
    return unreadable("zip.damaged", reason_zh=f"{zh}(“{name[1]}”)" if name else zh, reason_en=said)


def members(archive: zipfile.ZipFile, limits: Limits) -> list[Member]:
    """The files in an archive, without junk of operating systems; refuses whatever looks like an attack."""
    infos = archive.infolist()
    if len(infos) > limits.zip_members:
        raise unreadable("zip.too_many", members=len(infos), limit=limits.zip_members)
    _refuse_bombs(infos, limits)
    begins = min((info.header_offset for info in infos), default=0)
    if begins > 0:
        facts = {"reason_zh": "第一个文件之前还有别的内容", "reason_en": "something stands before the first member"}
        raise unreadable("zip.damaged", **facts)
    if begins < 0:
        facts = {"reason_zh": "目录指向压缩包之外", "reason_en": "its directory points outside of it"}
        raise unreadable("zip.damaged", **facts)
    for info in infos:
        if not info.filename:  # none at all, or one that begins with NUL
            raise _unsafe(info.orig_filename or "—")
    found = [Member(PurePosixPath(_safe_name(info)), info) for info in infos if not info.is_dir()]
    kept = [member for member in found if not _is_junk(member)]
    for member in kept:
        _refuse_unreadable(member)
    return kept


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive at a path; whatever is wrong with it, found now or while it is read, is told as damage."""
    try:
        with zipfile.ZipFile(path) as zipped:
            yield zipped
    except FAULTS as fault:
        raise damaged(fault) from None
    except OSError as fault:
        if fault.errno is None:  # what bz2 says of damage, having no class of its own for it
            raise damaged(fault) from None
        raise


def _refuse_bombs(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    size = sum(info.file_size for info in infos)
    packed = max(1, sum(info.compress_size for info in infos))
    ratio = size // packed
    if size > limits.unpacked_bytes or (ratio > BOMB_RATIO and size > BOMB_FLOOR) or _overlapping(infos):
        limit_mb = limits.unpacked_bytes // MEGABYTE
        raise unreadable("zip.bomb", size_mb=size // MEGABYTE, ratio=f"{ratio}:1", limit_mb=limit_mb)


def _overlapping(infos: list[zipfile.ZipInfo]) -> bool:
    """Whether members share bytes, as in bombs that unfold one block many times."""
    spans = sorted((info.header_offset, info.header_offset + 30 + info.compress_size) for info in infos)
    return any(end > start for (_, end), (start, _) in itertools.pairwise(spans))


def _safe_name(info: zipfile.ZipInfo) -> str:
    name = _readable_name(info).replace("\\", "/")
    unsafe = (
        "\x00" in info.orig_filename
        or name.startswith("/")
        or ".." in name.split("/")
        or _DRIVE.match(name)
        or stat.S_ISLNK(info.external_attr >> 16)
    )
    if unsafe:
        raise _unsafe(name)
    return name


def _unsafe(name: str) -> Unreadable:
    return unreadable("zip.unsafe_name", member=name.replace("\x00", "␀")[:80])


def _readable_name(info: zipfile.ZipInfo) -> str:
    """Without its UTF-8 flag a name is in whatever the sender's computer used: UTF-8 or GBK."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437", "replace")
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return info.orig_filename


def _is_junk(member: Member) -> bool:
    name = member.path.name
    return "__MACOSX" in member.path.parts or name.startswith("._") or name.lower() in JUNK


def _refuse_unreadable(member: Member) -> None:
    name = str(member.path)[:80]
    if member.info.flag_bits & 0x1:
        raise unreadable("zip.encrypted", member=name)
    if member.suffix in ARCHIVES:
        raise unreadable("zip.nested", member=name)


def unpack(archive: zipfile.ZipFile, member: Member, target: Path) -> None:
    """Write one member under a name of ours; its true size is held to what the directory said."""
    left = member.info.file_size
    with archive.open(member.info) as source, target.open("wb") as out:
        for block in _blocks(source):
            left -= len(block)
            if left < 0:
                name = member.path.name[:60]
                facts = {"reason_zh": f"“{name}”比目录所写的大", "reason_en": f"{name} is larger than listed"}
                raise unreadable("zip.damaged", member=name, **facts)
            out.write(block)


def _blocks(source: IO[bytes]) -> Iterator[bytes]:
    while block := source.read(MEGABYTE):
        yield block
