"""H25, H30 to H33: archives that lead out of their folder, unfold to mountains, or hold what nobody asked for."""

import copy
import io
import struct
import zipfile
from collections.abc import Callable, Iterator

from tests.hostile.corpus.case import Accepted, Bait, Case, Refused, Told
from tests.hostile.corpus.good import packed, shapefile, zipped
from tests.hostile.corpus.plain import _vrt, _vrt_net

MEGABYTE = 1024 * 1024


def cases() -> Iterator[Case]:
    yield from _names()
    yield from _bombs()
    yield from _locked()
    yield from _mixed()
    yield from _strange_parts()
    yield from _cut()


def _with(name: str, raw: bytes | None = None) -> bytes:
    """An archive with one member of that name, as bytes that zipfile itself would not write."""
    placeholder = "N" * len(raw or name.encode())
    return zipped({placeholder: b"x"}).replace(placeholder.encode(), raw or name.encode())


UNSAFE = [
    "../../etc/x.shp", "/abs/x.shp", "a\\..\\..\\x.shp", "C:\\x.shp", "c:x.shp", "x.shp\x00.txt", "..", "../x.shp", "a/../../x.shp",
    "\\\\server\\share\\x.shp", "//server/x.shp", "a/..", "D:/x.shp", "....//../x.shp",
]  # fmt: skip
DEVICES = ["CON.shp", "aux", "NUL.dbf", "com1.shp", "x.shp:stream", "x|y.shp", "x\n.shp", "x\x1b[31m.shp"]


def _names() -> Iterator[Case]:
    for ending in ("zip", "kmz", "xlsx"):
        for n, name in enumerate(UNSAFE):
            yield Case(
                f"H30-unsafe-{n}-{ending}",
                f"slip.{ending}",
                _with(name),
                Refused(("zip.unsafe_name",), ("不安全",)),
                small=True,
            )
    for n, name in enumerate(DEVICES):
        codes = ("zip.no_shapefile", "shapefile.part_missing", "zip.unsafe_name", "shapefile.truncated", "read.damaged")
        yield Case(f"H30-device-{n}", "dev.zip", _with(name), Refused(codes), small=True)
    for ending in ("zip", "kmz", "xlsx"):
        yield Case(
            f"H30-link-{ending}", f"link.{ending}", _link(), Refused(("zip.unsafe_name",), ("x.shp",)), small=True
        )
    folder = zipped({"a" * 60 + "/" + "b" * 60 + "/x.shp": b"x"})
    yield Case("H30-long-folders", "deep.zip", folder, Refused(("shapefile.part_missing",), (".dbf",)), small=True)
    deep = zipped({"a/" * 2000 + "x.txt": b"x"})
    yield Case("H30-2000-folders", "deep.zip", deep, Refused(("zip.no_shapefile",)), small=True)


def _link() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("x.shp")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def _bombs() -> Iterator[Case]:
    big: dict[str, Callable[[], bytes]] = {
        "60-mb": lambda: zipped({"x.shp": bytes(60 * MEGABYTE)}),
        "many-of-30-mb": lambda: zipped({f"{n}.shp": bytes(30 * MEGABYTE) for n in range(2)}),
        "overlap": _overlapping,
        "declares-600-mb": lambda: _sized(zipped({"x.shp": b"x"}), 600 * MEGABYTE),
        "declares-4-gb": lambda: _sized(zipped({"x.shp": b"x"}), 0xFFFFFFF0),
    }
    for how, made in big.items():
        yield Case(f"H31-{how}-zip", "bomb.zip", made, Refused(("zip.bomb",), ("MB",)))
    yield Case(
        "H31-60-mb-kmz",
        "bomb.kmz",
        lambda: zipped({"doc.kml": bytes(60 * MEGABYTE)}),
        Refused(("zip.bomb",)),
        small=True,
    )
    sheet = "xl/worksheets/sheet1.xml"
    yield Case(
        "H31-60-mb-xlsx", "bomb.xlsx", lambda: zipped({sheet: bytes(60 * MEGABYTE)}), Refused(("zip.bomb",)), small=True
    )
    lie = lambda: _sized(zipped({"x.shp": bytes(5 * MEGABYTE)}), 1000)
    yield Case("H31-directory-lies", "lie.zip", lie, Refused(("zip.damaged", "read.damaged")), small=True)
    many = lambda: zipped({f"{n}.shp": b"" for n in range(1001)})
    yield Case("H31-1001-members", "many.zip", many, Refused(("zip.too_many",), ("1001", "1000")), small=True)
    yield Case(
        "H31-100000-members",
        "many.zip",
        lambda: zipped(dict.fromkeys(map(str, range(100_000)), b"")),
        Refused(("zip.too_many",), ("100000",)),
    )
    nested = zipped({"内层.zip": zipped({"x.shp": b"x"})})
    yield Case("H31-nested", "nested.zip", nested, Refused(("zip.nested",), ("内层.zip",)), small=True)
    for ending in ("rar", "7z", "gz", "tar", "xz", "kmz"):
        expects = Refused(("zip.nested",), (f"内.{ending}",))
        yield Case(f"H31-nested-{ending}", "nested.zip", zipped({f"内.{ending}": b"x"}), expects, small=True)
    other = lambda: zipped({"x.txt": bytes(25 * MEGABYTE)})
    yield Case("H31-unused-bomb", "unused.zip", other, Refused(("zip.bomb",)), small=True)


def _sized(content: bytes, size: int) -> bytes:
    """An archive whose directory says another size."""
    made = bytearray(content)
    at = made.rindex(b"PK\x01\x02")
    made[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(made)


def _overlapping() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x0.shp", b"x" * 1000)
        for n in range(1, 50):
            twin = copy.copy(archive.filelist[0])
            twin.filename = f"x{n}.shp"
            archive.filelist.append(twin)
    return out.getvalue()


def _locked() -> Iterator[Case]:
    locked = bytearray(packed(shapefile()))
    at = 0
    while (at := locked.find(b"PK\x03\x04", at)) >= 0:
        locked[at + 6] |= 1
        at += 4
    at = 0
    while (at := locked.find(b"PK\x01\x02", at)) >= 0:
        locked[at + 8] |= 1
        at += 4
    yield Case("H32-encrypted", "locked.zip", bytes(locked), Refused(("zip.encrypted",), ("密码", "x.shp")), small=True)
    method = bytearray(packed(shapefile()))
    at = method.find(b"PK\x01\x02")
    method[at + 10 : at + 12] = struct.pack("<H", 99)
    yield Case("H32-unknown-method", "method.zip", bytes(method), Refused(("zip.damaged",)), small=True)
    crc = bytearray(packed(shapefile()))
    at = crc.find(b"PK\x01\x02")
    crc[at + 16 : at + 20] = b"\0\0\0\0"
    yield Case("H32-wrong-checksum", "crc.zip", bytes(crc), Refused(("zip.damaged",), ("x.shp",)), small=True)
    yield Case(
        "H32-junk-before",
        "junk.zip",
        b"MZ" + bytes(500) + packed(shapefile()),
        Refused(("read.kind_mismatch",)),
        small=True,
    )
    yield Case("H32-junk-after", "junk.zip", packed(shapefile()) + bytes(500), Accepted(3), small=True)
    two = packed(shapefile(1)) + packed(shapefile(2))
    yield Case("H32-two-archives-in-one", "two.zip", two, Refused(("zip.damaged",), ("之前",)), small=True)
    out = bytearray(packed(shapefile()))
    (begins,) = struct.unpack_from("<I", out, len(out) - 6)
    struct.pack_into("<I", out, len(out) - 6, begins + 5)  # every member then begins five bytes earlier
    yield Case("H32-directory-points-out", "out.zip", bytes(out), Refused(("zip.damaged",), ("之外",)), small=True)
    for how, packing in (("bz2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA)):
        bad = io.BytesIO()
        with zipfile.ZipFile(bad, "w", packing) as into:
            into.writestr("x.shp", bytes(range(256)) * 9)
        middle = bytearray(bad.getvalue())
        middle[60:90] = bytes(30)
        yield Case(f"H32-damaged-{how}", "bad.zip", bytes(middle), Refused(("zip.damaged",)), small=True)
    nul = packed(shapefile(), "qqq").replace(b"qqq.shp", b"\0qq.shp")  # as if it had no name
    yield Case("H32-name-begins-with-nul", "nul.zip", nul, Refused(("zip.unsafe_name",)), small=True)
    yield Case("H32-empty", "empty.zip", zipped({}), Refused(("zip.no_shapefile",)), small=True)
    names = packed(shapefile(), "n" * 8).replace(b"n" * 8, "北围地块".encode("gbk"))
    yield Case("H32-gbk-names", "gbk.zip", names, Accepted(3), small=True)
    layer = Refused(("read.no_layer",), ("北围地块",))
    yield Case("H32-gbk-layer-shown", "gbk.zip", names, layer, asked={"layer": "x"})


def _mixed() -> Iterator[Case]:
    upper = {
        "A.SHP": shapefile()["shp"],
        "a.dbf": shapefile()["dbf"],
        "A.Prj": shapefile()["prj"],
        "a.SHX": shapefile()["shx"],
    }
    yield Case("H33-case", "case.zip", zipped(upper), Accepted(3), small=True)
    two = {f"{name}.{s}": part for name in ("一", "二") for s, part in shapefile().items()}
    yield Case("H33-two", "two.zip", zipped(two), Accepted(6), small=True)
    yield Case("H33-two-one-asked", "two.zip", zipped(two), Accepted(3), asked={"layer": "二"})
    yield Case(
        "H33-two-none-asked",
        "two.zip",
        zipped(two),
        Refused(("read.no_layer",), ("一", "二", "三")),
        asked={"layer": "三"},
    )
    mac = {
        **{f"x.{s}": part for s, part in shapefile().items()},
        "__MACOSX/._x.shp": b"junk",
        "._x.dbf": b"junk",
        ".DS_Store": b"x",
    }
    yield Case("H33-macos", "mac.zip", zipped(mac), Accepted(3), small=True)
    twice = {**{f"x.{s}": part for s, part in shapefile().items()}, "X.SHP": shapefile()["shp"]}
    yield Case("H33-twice", "twice.zip", zipped(twice), Refused(("zip.duplicate",), ("X.SHP",)), small=True)
    more = {
        **{f"x.{s}": part for s, part in shapefile().items()},
        "说明.docx": b"x",
        "x.sbn": b"x",
        "x.shp.xml": b"<x/>",
    }
    yield Case(
        "H33-others", "more.zip", zipped(more), Told("zip.ignored", None, words=("说明.docx",), rows=3), small=True
    )
    for how, members in {
        "text": {"读我.txt": "x"}, "geojson": {"a.geojson": "{}"}, "dbf": {"a.dbf": b"x"}, "picture": {"a.png": b"x"}
    }.items():  # fmt: skip
        expects = Refused(("zip.no_shapefile",), tuple(members))
        yield Case(f"H33-only-{how}", "only.zip", zipped(members), expects, small=True)


def _strange_parts() -> Iterator[Case]:
    """A virtual data source, a picture, a text in place of a part."""
    for suffix in ("shp", "dbf"):
        codes = ("read.damaged", "shapefile.truncated", "shapefile.counts_differ")
        yield Case(f"H25-vrt-as-{suffix}", "x.zip", _part(suffix, _vrt), Refused(codes, ("x",)), small=True)
        yield Case(f"H25-vrt-net-as-{suffix}", "x.zip", _part(suffix, _vrt_net), Refused(codes), small=True)
    for suffix, told in {"shx": Told("shapefile.shx_rebuilt", None), "prj": Accepted(3), "cpg": Accepted(3)}.items():
        yield Case(f"H25-vrt-as-{suffix}", "x.zip", _part(suffix, _vrt), told, small=True)
    yield Case(
        "H25-vrt-beside",
        "x.zip",
        lambda b: zipped({"x.vrt": _vrt(b), "y.csv": "a"}),
        Refused(("table.no_header",), ("y",)),  # the sheet is read, what lies beside it is an attachment to nobody
        small=True,
    )
    yield Case(
        "H25-vrt-named-shp-alone",
        "x.zip",
        lambda b: zipped({"x.shp": _vrt(b)}),
        Refused(("shapefile.part_missing",)),
        small=True,
    )


def _part(suffix: str, made: Callable[[Bait], str]) -> Callable[[Bait], bytes]:
    return lambda bait: packed(shapefile(**{suffix: made(bait)}))


def _cut() -> Iterator[Case]:
    whole = packed(shapefile())
    for keep in (4, 30, 64, 200, len(whole) // 2, len(whole) - 60, len(whole) - 22, len(whole) - 1):
        yield Case(f"H32-cut-{keep}", "cut.zip", whole[:keep], Refused(("zip.damaged",), ("损坏",)), small=True)
