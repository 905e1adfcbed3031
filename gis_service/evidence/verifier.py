"""核验证据包 · checks a sealed evidence pack with nothing but Python's standard library (3.8 or later).

    python 核验.py 案卷.zip [--seal 封存时记下的SHA-256] [--json]

退出码 0:未发现改动;1:有改动或缺失;2:不是证据包,或无法读取。
Exit code 0: nothing was changed; 1: something was changed or is missing; 2: not an evidence pack, or it cannot be read.

不带 --seal 时,整包重造的伪件查不出来;请务必用另处(审计链、纸质记录)留存的值核对。
Without --seal a pack made anew as a whole is not found out; always compare with the value noted elsewhere.

This file reads the ZIP by itself instead of through `zipfile`, which forgives much. A pack has one exact shape: entries
stored uncompressed one after the other from the first byte, a directory that repeats their headers, an end record, and a
comment of 64 characters. Whatever differs is told. No declared size is trusted, and no byte is read more than a few times.
"""

from __future__ import annotations

import argparse
import binascii
import contextlib
import hashlib
import io
import json
import os
import re
import stat
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

FORMAT = "gis_service evidence pack 1"
MANIFEST, STEPS = "清单.json", "步骤.json"
START = "0" * 64
"""What the first step follows."""

LOCAL = struct.Struct("<4sHHHHHIIIHH")
CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
END = struct.Struct("<4sHHHHIIH")
LOCAL_MARK, CENTRAL_MARK, END_MARK = b"PK\3\4", b"PK\1\2", b"PK\5\6"
COMMENT_BYTES = 64
UTF8_NAME = 0x800
CHUNK = 1 << 20
MOST_JSON_BYTES = 32 << 20
"""A manifest or step log beyond this is not read into memory."""
MOST_DIRECTORY_BYTES = 64 << 20
MOST_FAULTS = 200
"""Somebody who reads two hundred faults knows enough."""
EXACT = 2**53
_NONE = object()


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where: the name of a file, a step, or of the whole pack."""

    code: str
    where: str
    zh: str
    en: str


class _Stop(Exception):
    """Nothing more can be said about this pack, or enough was said."""


class _Faults:
    """What was found so far."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, code: str, where: str, zh: str, en: str) -> None:
        where = printable(where)
        self.found.append(Fault(code, where, zh.replace("{}", where), en.replace("{}", where)))
        if len(self.found) >= MOST_FAULTS:
            raise _Stop


@dataclass(frozen=True)
class Entry:
    """One file of the pack as the directory tells it; `head` are the fields that its local header must repeat."""

    name: str
    raw_name: bytes
    head: tuple[int, ...]
    size: int
    crc: int
    offset: int


def verify(path: str | os.PathLike[str], seal: str | None = None) -> list[Fault]:
    """Everything that is wrong with the pack at `path`; empty where nothing is.

    `seal` is the SHA-256 of the whole file, noted when it was sealed. Raises `OSError` where the file cannot be read.
    """
    with open(path, "rb") as pack:  # noqa: PTH123 -- as plain as can be
        if not stat.S_ISREG(os.fstat(pack.fileno()).st_mode):
            raise OSError("not a regular file")
        return examine(pack, seal)


def examine(pack: BinaryIO, seal: str | None = None) -> list[Fault]:
    """As `verify`, for a file that is open."""
    faults = _Faults()
    with contextlib.suppress(_Stop):
        _examine(pack, seal, faults)
    return faults.found


def _examine(pack: BinaryIO, seal: str | None, faults: _Faults) -> None:
    size = pack.seek(0, io.SEEK_END)
    _check_bytes(pack, size, seal, faults)
    end, count, directory_bytes, directory_at = _end_record(pack, size, faults)
    entries = _directory(pack, end, count, directory_bytes, directory_at, faults)
    digests = _contents(pack, entries, end - directory_bytes, faults)
    manifest = _read_json(pack, entries, MANIFEST, faults)
    steps = _read_json(pack, entries, STEPS, faults)
    if manifest is not _NONE:
        _guarded(lambda: _check_manifest(manifest, entries, digests, faults), MANIFEST, faults)
    if steps is not _NONE:
        named = manifest.get("steps") if isinstance(manifest, dict) else None
        _guarded(lambda: _check_steps(steps, named, faults), STEPS, faults)


# --- the bytes -----------------------------------------------------------------------------------------------------


def _check_bytes(pack: BinaryIO, size: int, seal: str | None, faults: _Faults) -> None:
    """The comment is the SHA-256 of everything before it; the seal that of everything."""
    pack.seek(0)
    digest, left = hashlib.sha256(), max(0, size - COMMENT_BYTES)
    while left and (chunk := pack.read(min(CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    before, comment = digest.hexdigest(), pack.read(COMMENT_BYTES)
    digest.update(comment)
    if before.encode() != comment:
        faults.add(
            "bytes",
            "整包",
            "整包:封存后有字节被改动、增加或删除(压缩包注释与内容不符)",
            "the pack: bytes were changed, added or removed after it was sealed (the ZIP comment does not match)",
        )
    if seal is not None and digest.hexdigest() != seal.strip().lower():
        faults.add(
            "seal",
            "整包",
            "整包:与另处留存的封存值不符,不是当时封存的那一份。本包为 " + digest.hexdigest(),
            "the pack: not the one whose seal was noted elsewhere. This one is " + digest.hexdigest(),
        )


def _end_record(pack: BinaryIO, size: int, faults: _Faults) -> tuple[int, int, int, int]:
    """Where the end record stands, how many entries it counts, and how long the directory is and where it says it begins."""
    expected = size - END.size - COMMENT_BYTES
    tail_at = max(0, size - END.size - (1 << 16) - COMMENT_BYTES)
    pack.seek(tail_at)
    tail = pack.read(size - tail_at)
    found = tail.rfind(END_MARK)
    place = expected if expected >= 0 and tail[expected - tail_at :].startswith(END_MARK) else tail_at + found
    if found < 0 or size - place < END.size:
        faults.add(
            "unreadable",
            "整包",
            "找不到压缩包的结尾:文件被截断,或者不是证据包",
            "the end of the archive is not there: the file was cut short, or it is no evidence pack",
        )
        raise _Stop
    record = END.unpack_from(tail, place - tail_at)
    _, disk, directory_disk, here, count, directory_bytes, directory_at, comment_bytes = record
    if place != expected or (disk, directory_disk, here, comment_bytes) != (0, 0, count, COMMENT_BYTES):
        faults.add(
            "end_record",
            "压缩包结尾",
            "压缩包结尾记录被改动,或其后增减了字节",
            "the end record of the archive was changed, or bytes were added or removed after it",
        )
    if directory_bytes > min(place, MOST_DIRECTORY_BYTES):
        faults.add(
            "unreadable",
            "压缩包目录",
            "压缩包目录声称的长度不可能,无法继续核对",
            "the directory of the archive claims an impossible length; nothing more can be checked",
        )
        raise _Stop
    return place, count, directory_bytes, directory_at


def _directory(
    pack: BinaryIO, end: int, count: int, directory_bytes: int, directory_at: int, faults: _Faults
) -> list[Entry]:
    """The entries in the order of the directory, which stands right before the end record."""
    if end - directory_bytes != directory_at:
        faults.add(
            "moved",
            "压缩包目录",
            "压缩包目录不在所述位置:文件之前或之间增减了字节",
            "the directory of the archive is not where it should be: bytes were added or removed before it",
        )
    pack.seek(end - directory_bytes)
    block = pack.read(directory_bytes)
    entries: list[Entry] = []
    place = 0
    while place < len(block):
        entry, place = _directory_entry(block, place, len(entries) + 1, faults)
        entries.append(entry)
    if len(entries) != count:
        faults.add(
            "count",
            "压缩包目录",
            f"压缩包目录有 {len(entries)} 个文件,结尾记录为 {count} 个",
            f"the directory lists {len(entries)} files, the end record counts {count}",
        )
    for name in _repeated(entry.name for entry in entries):
        faults.add("duplicate", name, "{}:同名文件不止一个", "{}: more than one file has this name")
    return entries


def _directory_entry(block: bytes, place: int, number: int, faults: _Faults) -> tuple[Entry, int]:
    """The entry that begins at `place`, and where the next one begins."""
    after = place + CENTRAL.size
    if after > len(block) or not block.startswith(CENTRAL_MARK, place):
        faults.add(
            "directory",
            "压缩包目录",
            f"压缩包目录第 {number} 项被损坏",
            f"entry {number} of the archive's directory is damaged",
        )
        raise _Stop
    fields = CENTRAL.unpack_from(block, place)
    _, _made_by, needs, flags, method, clock, day, crc, packed, size, name_len, extra_len, comment_len = fields[:13]
    disk, _inner, _outer, offset = fields[13:]
    raw_name = block[after : after + name_len]
    name = _name(raw_name, flags)
    plain = name is not None and not (
        extra_len or comment_len or disk or method or packed != size or flags & ~UTF8_NAME
    )
    shown = name if name is not None else raw_name.decode("latin-1")
    if not plain or not _safe(shown):
        faults.add(
            "header",
            shown,
            "{}:目录项不是证据包的写法(名称、压缩方式、长度或附加内容被改动)",
            "{}: its directory entry is not as packs are written (name, method, length or extras were changed)",
        )
    head = (needs, flags, method, clock, day, crc, packed, size, name_len, 0)
    entry = Entry(shown, raw_name, head, size, crc, offset)
    return entry, after + name_len + extra_len + comment_len


def _name(raw: bytes, flags: int) -> str | None:
    try:
        return raw.decode("utf-8" if flags & UTF8_NAME else "ascii")
    except UnicodeDecodeError:
        return None


def _safe(name: str) -> bool:
    """Whether a file of this name can be unpacked without harm."""
    parts = name.split("/")
    return not (
        name.startswith("/") or "\\" in name or ":" in name or "" in parts or "." in parts or ".." in parts
    ) and (name.isprintable())


def _contents(pack: BinaryIO, entries: list[Entry], ends_at: int, faults: _Faults) -> dict[str, str]:
    """The SHA-256 of every entry. Entries must follow one another without a gap, so that each byte is read once."""
    digests: dict[str, str] = {}
    place = 0
    for entry in entries:
        start = place + LOCAL.size + len(entry.raw_name)
        if entry.offset != place or start + entry.size > ends_at:
            faults.add(
                "place",
                entry.name,
                "{}:内容不在应在的位置(其前有字节增减,或长度被改动),其后的文件无法逐一核对",
                "{}: its content is not where it should be (bytes were added or removed before it, or its length was changed);"
                " the files after it cannot be checked one by one",
            )
            return digests
        pack.seek(place)
        header = pack.read(start - place)
        if header != LOCAL.pack(LOCAL_MARK, *entry.head) + entry.raw_name:
            faults.add(
                "local_header",
                entry.name,
                "{}:文件头与压缩包目录不一致",
                "{}: its local header differs from the archive's directory",
            )
        digests[entry.name], crc = _digest(pack, entry.size)
        if crc != entry.crc:
            faults.add("crc", entry.name, "{}:校验和不符,内容被改动", "{}: wrong checksum; its content was changed")
        place = start + entry.size
    if place != ends_at:
        faults.add(
            "gap",
            "压缩包目录",
            f"最后一个文件与目录之间多出 {ends_at - place} 个字节",
            f"{ends_at - place} bytes stand between the last file and the directory",
        )
    return digests


def _digest(pack: BinaryIO, size: int) -> tuple[str, int]:
    digest, crc, left = hashlib.sha256(), 0, size
    while left and (chunk := pack.read(min(CHUNK, left))):
        digest.update(chunk)
        crc = binascii.crc32(chunk, crc)
        left -= len(chunk)
    return digest.hexdigest(), crc


def _repeated(names: Iterator[str]) -> list[str]:
    seen: set[str] = set()
    again: dict[str, None] = {}
    for name in names:
        folded = name.casefold()
        if folded in seen:
            again[name] = None
        seen.add(folded)
    return list(again)


# --- the manifest --------------------------------------------------------------------------------------------------


def _read_json(pack: BinaryIO, entries: list[Entry], name: str, faults: _Faults) -> Any:
    """The JSON of an entry; `_NONE`, with a fault, where there is none (`null` is JSON)."""
    entry = next((entry for entry in entries if entry.name == name), None)
    if entry is None:
        faults.add("missing", name, "{}:缺少此文件", "{}: this file is missing")
        return _NONE
    if entry.size > MOST_JSON_BYTES:
        faults.add("content", name, "{}:过大,无法核对", "{}: too large to be checked")
        return _NONE
    pack.seek(entry.offset + LOCAL.size + len(entry.raw_name))
    try:
        return json.loads(pack.read(entry.size).decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        faults.add("content", name, "{}:不是有效的 JSON", "{}: not valid JSON (" + type(error).__name__ + ")")
        return _NONE


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _guarded(check: Callable[[], None], name: str, faults: _Faults) -> None:
    """Run a check of JSON that may have any shape."""
    try:
        check()
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        faults.add("content", name, "{}:内容残缺或形式有误", "{}: its content is incomplete or malformed")


def _check_manifest(manifest: Any, entries: list[Entry], digests: dict[str, str], faults: _Faults) -> None:
    """The manifest lists every file but itself, in the order of the pack."""
    if manifest["format"] != FORMAT or manifest["steps"]["path"] != STEPS:
        faults.add("content", MANIFEST, "{}:版本不认识", "{}: unknown version")
    listed = {str(file["path"]): file for file in manifest["files"]}
    present = [entry.name for entry in entries if entry.name != MANIFEST]
    missing = dict.fromkeys(listed)
    for name in present:
        missing.pop(name, None)
    added = [name for name in present if name not in listed]
    _tell_missing_and_added(
        dict(missing), added, {str(file["sha256"]): name for name, file in listed.items()}, digests, faults
    )
    sizes = {entry.name: entry.size for entry in entries}
    for name in (name for name in listed if name in digests):
        if (sizes[name], digests[name]) != (listed[name]["bytes"], listed[name]["sha256"]):
            faults.add("changed", name, "{}:内容与清单不符,被改动", "{}: differs from the manifest; it was changed")
    orders = [file["order"] for file in manifest["files"]]
    in_order = orders == list(range(1, len(orders) + 1)) and len(listed) == len(orders)
    if not in_order or (not missing and not added and list(listed) != present):
        faults.add(
            "order", MANIFEST, "{}:文件顺序与清单不符", "{}: the files do not stand in the order of the manifest"
        )


def _tell_missing_and_added(
    missing: dict[str, None], added: list[str], names: dict[str, str], digests: dict[str, str], faults: _Faults
) -> None:
    """A file that is missing and stands under another name was renamed."""
    for name in added:
        was = names.get(digests.get(name, ""), "")
        if was in missing:
            del missing[was]
            faults.add("renamed", name, f"{{}}:原名为“{printable(was)}”", f"{{}}: was called '{printable(was)}'")
        else:
            faults.add("added", name, "{}:清单中没有此文件,是后加的", "{}: not in the manifest; it was added")
    for name in missing:
        faults.add("missing", name, "{}:清单中有,包内缺少", "{}: in the manifest, but not in the pack")


# --- the steps -----------------------------------------------------------------------------------------------------


def _check_steps(log: Any, named: Any, faults: _Faults) -> None:
    """Every step follows the one before; the last is the head that the manifest names."""
    previous, steps = START, log["steps"]
    if log["format"] != FORMAT:
        faults.add("content", STEPS, "{}:版本不认识", "{}: unknown version")
    for number, step in enumerate(steps, 1):
        where = f"第 {number} 步 step {number}"
        if step["seq"] != number or isinstance(step["seq"], bool):
            seq = printable(str(step["seq"]))
            faults.add(
                "step_order",
                where,
                f"{{}}:序号为 {seq},步骤被调换、增加或删除",
                f"{{}}: is numbered {seq}; steps moved",
            )
        if step["previous_hash"] != previous:
            faults.add(
                "step_chain",
                where,
                "{}:与前一步不衔接,有步骤被调换、增加、删除或改动",
                "{}: does not follow the step before; a step was moved, added, removed or changed",
            )
        if step["hash"] != link(str(step["previous_hash"]), step):
            faults.add("step_changed", where, "{}:内容被改动", "{}: its content was changed")
        previous = step["hash"]
    if named is not None and (named["count"], named["head"]) != (len(steps), previous):
        faults.add(
            "step_head",
            STEPS,
            "{}:步数或链头与清单不符,末尾的步骤被增加或删除",
            "{}: number of steps or head of the chain differ from the manifest; steps were added or removed at the end",
        )


def link(previous: str, step: dict[str, Any]) -> str:
    """The hash of a step: SHA-256 of the previous hash and of the step as canonical JSON without its own hashes.

    Canonical: keys sorted, no spaces, characters as they are, UTF-8; whole numbers without a point.
    """
    own = {key: _plain(value) for key, value in step.items() if key not in ("hash", "previous_hash")}
    text = json.dumps(own, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(previous.encode("ascii") + text.encode("utf-8")).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        if not abs(value) < EXACT:
            raise ValueError("a number that cannot be written exactly")
        return int(value) if value.is_integer() else value
    return value


# --- the command ---------------------------------------------------------------------------------------------------


def printable(text: str) -> str:
    """The text, short and without what could play tricks on a screen."""
    text = re.sub(r"[{}]", "_", text[:160])
    return "".join(char if char.isprintable() else "?" for char in text)


def faults_of(path: str, seal: str | None) -> list[Fault]:
    """As `verify`; a file that cannot be opened or read is a fault too."""
    try:
        return verify(path, seal)
    except (OSError, ValueError) as error:
        return [Fault("unreadable", path, f"无法读取:{error}", f"cannot be read: {error}")]


def exit_code(faults: list[Fault]) -> int:
    """0 where nothing is wrong, 2 where the pack could not be read, else 1."""
    if any(fault.code == "unreadable" for fault in faults):
        return 2
    return 1 if faults else 0


def report(faults: list[Fault], sealed: bool) -> list[str]:
    """What is said to a person, Chinese first."""
    if faults:
        return [
            f"✗ 发现 {len(faults)} 处问题 · {len(faults)} faults found",
            *(f"✗ {fault.zh}\n  {fault.en}" for fault in faults),
        ]
    lines = ["✓ 未发现改动 · nothing was changed"]
    if not sealed:
        lines.append(
            "! 未与另处留存的封存值比对(--seal),整包重造查不出来\n"
            "  not compared with the seal noted elsewhere (--seal): a pack made anew as a whole is not found out"
        )
    return lines


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="核验证据包 · check a sealed evidence pack")
    parser.add_argument("file", help="证据包 · the pack")
    parser.add_argument("--seal", help="封存时记下的 SHA-256 · the SHA-256 noted when it was sealed")
    parser.add_argument("--json", action="store_true", help="输出 JSON · print JSON")
    asked = parser.parse_args(arguments)
    faults = faults_of(asked.file, asked.seal)
    if asked.json:
        print(json.dumps({"faults": [asdict(fault) for fault in faults]}, ensure_ascii=False))
    else:
        print("\n".join(report(faults, asked.seal is not None)))
    return exit_code(faults)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # old consoles lack some characters
    sys.exit(main())
