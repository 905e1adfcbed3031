"""Which encoding a text is in: declared, marked, or shown by its bytes, and checked against what the words look like."""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass

from gis_service.parcels.reading.result import EncodingInfo, Issue, issue, unreadable
from gis_service.parcels.reading.sniff import unmarked_utf16

MARKS = [
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16LE"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16BE"),
]
#: What people and .cpg files write → codec. GBK and GB2312 are read as GB18030, which holds both.
NAMES = {
    "utf8": "utf-8",
    "65001": "utf-8",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "936": "gb18030",
    "cp936": "gb18030",
    "ansi936": "gb18030",
    "54936": "gb18030",
    "big5": "cp950",
    "950": "cp950",
    "932": "cp932",
    "1252": "cp1252",
    "ansi1252": "cp1252",
    "iso88591": "iso-8859-1",
    "88591": "iso-8859-1",
    "latin1": "iso-8859-1",
    "utf16": "utf-16",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
}
SHOWN = {
    "utf-8": "UTF-8",
    "gb18030": "GB18030",
    "cp950": "Big5",
    "iso-8859-1": "ISO-8859-1",
    "cp1252": "Windows-1252",
    "utf-16-le": "UTF-16LE",
    "utf-16-be": "UTF-16BE",
    "utf-16": "UTF-16",
}


def codec_of(name: str) -> str | None:
    """The codec a name means, or None.

    >>> codec_of("GBK"), codec_of("ISO 88591"), codec_of("klingon")
    ('gb18030', 'iso-8859-1', None)
    """
    key = "".join(c for c in name.lower() if c.isalnum())
    if key in NAMES:
        return NAMES[key]
    try:
        info = codecs.lookup(name.strip())
        "".encode(info.name)  # only codecs from text to bytes
    except (LookupError, ValueError, TypeError):
        return None
    return info.name


def asked_codec(name: str) -> str:
    """The codec a person asks for; refused when there is none of that name."""
    codec = codec_of(name)
    if codec is None:
        raise unreadable("encoding.not_understood", encoding=name[:40])
    return codec


def shown(codec: str) -> str:
    return SHOWN.get(codec, codec)


# --- whole texts -------------------------------------------------------------------------------------------------


def decoded(raw: bytes, given: str | None) -> tuple[str, EncodingInfo, list[Issue]]:
    """A text file as text, without byte-order mark: as asked, as marked, else UTF-8, else GB18030."""
    if given:
        codec = asked_codec(given)
        found = Choice(
            codec, f"导入时指定的编码：{shown(codec)}", f"The encoding given for this import: {shown(codec)}"
        )
    else:
        found = _of_text(raw)
    issues = []
    if not given and found.codec == "gb18030":
        issues.append(issue("encoding.not_utf8", used=shown(found.codec)))
    return _decode(raw, found.codec), found.info(), issues


def _decode(raw: bytes, codec: str) -> str:
    try:
        return raw.decode(codec).removeprefix("\ufeff")
    except UnicodeDecodeError as fault:
        raise unreadable("encoding.undecodable", encoding=shown(codec), position=fault.start + 1) from None


@dataclass(frozen=True)
class Choice:
    """An encoding, and why."""

    codec: str
    zh: str
    en: str

    def info(self, *more: tuple[str, str]) -> EncodingInfo:
        return EncodingInfo(shown(self.codec), [*(zh for zh, _ in more), self.zh], [*(en for _, en in more), self.en])


def _of_text(raw: bytes) -> Choice:
    for mark, codec, name in MARKS:
        if raw.startswith(mark):
            return Choice(codec, f"文件开头有 {name} 标记(BOM)", f"The file begins with the mark (BOM) of {name}")
    wide = unmarked_utf16(raw)
    if wide:
        return Choice(
            wide,
            f"双字节文字，没有标记，是 {shown(wide)}",
            f"Two bytes for each character, without a mark: {shown(wide)}",
        )
    if raw.isascii():
        return Choice("utf-8", "全是 ASCII 字符", "All characters are ASCII")
    if _decodes(raw, "utf-8"):
        return Choice("utf-8", "全部字节符合 UTF-8", "All bytes are UTF-8")
    return Choice("gb18030", "不是 UTF-8，按 GB18030(含 GBK)", "Not UTF-8, so GB18030 (which holds GBK)")


def _decodes(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


# --- tables of texts (dBASE) -------------------------------------------------------------------------------------

#: dBASE language byte (byte 29) → codec; 0 says nothing. 0x57 is "whatever Windows had", which says nothing either.
LANGUAGE_BYTES = {
    0x01: "cp437",
    0x02: "cp850",
    0x03: "cp1252",
    0x13: "cp932",
    0x4D: "gb18030",
    0x4F: "cp950",
    0x58: "cp1252",
    0x59: "cp1252",
    0x78: "cp950",
    0x7A: "gb18030",
    0x7B: "cp932",
}
#: How much worse a declared encoding may look than the best one before it is disbelieved.
DOUBT = 0.2


@dataclass(frozen=True)
class Texts:
    """The bytes of a table that are not ASCII: what an encoding has to explain. Each may end in half a character."""

    values: tuple[bytes, ...]

    def score(self, codec: str) -> float | None:
        """How much the texts look like words in that encoding, 0 to 1; None when they cannot be decoded at all."""
        seen = [decode_cut(value, codec) for value in self.values]
        letters = "".join(text for text, _ in seen if text is not None)
        if any(text is None for text, _ in seen):
            return None
        strange = [c for c in letters if not c.isascii()]
        return sum(_likeness(c) for c in strange) / len(strange) if strange else 0.0


def _likeness(character: str) -> float:
    """1 for common Chinese (GB 2312 and its punctuation), less for rare Chinese and accented letters, 0 for the rest."""
    code = ord(character)
    if _decodes_to_gb2312(character):
        return 1.0
    if 0x4E00 <= code <= 0x9FFF:
        return 0.4  # rare characters occur in names; mojibake is full of them
    if 0xC0 <= code <= 0x24F and character.isalpha():
        return 0.5
    return 0.1 if character.isalpha() else 0.0


def _decodes_to_gb2312(character: str) -> bool:
    try:
        return ord(character) >= 0x3000 and len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def decode_cut(value: bytes, codec: str) -> tuple[str | None, bool]:
    """Text of a field, and whether half a character had to be dropped at its end; None when it cannot be decoded."""
    try:
        return value.decode(codec), False
    except UnicodeDecodeError as fault:
        at_the_end = len(value) - fault.start <= 3 and (
            "incomplete" in fault.reason or "unexpected end" in fault.reason
        )
        return (value[: fault.start].decode(codec), True) if at_the_end else (None, False)


def of_table(
    texts: Sequence[bytes], *, cpg: str | None, language_byte: int, given: str | None
) -> tuple[Choice, list[tuple[str, str]], list[Issue]]:
    """The encoding of a dBASE table: given, .cpg, language byte, UTF-8, GB18030, in that order, each put to the test.

    Returns the choice, what was looked at before it (zh, en), and a warning where a declaration was disbelieved.
    """
    declared, looked = (None, []) if given else _declared(cpg, language_byte)
    return of_texts(texts, declared, looked, given)


def of_texts(
    texts: Sequence[bytes], declared: Choice | None, looked: list[tuple[str, str]], given: str | None
) -> tuple[Choice, list[tuple[str, str]], list[Issue]]:
    """The encoding of texts whose declaration, if any, is not to be trusted; `looked` is what was looked at before."""
    if given:
        codec = asked_codec(given)
        return Choice(codec, f"导入时指定的编码：{shown(codec)}", f"Given for this import: {shown(codec)}"), [], []
    sample = Texts(tuple({t for t in texts if not t.isascii()}))
    if not sample.values:
        return _ascii(declared), looked, []
    return _tested(sample, declared, looked)


def _declared(cpg: str | None, language_byte: int) -> tuple[Choice | None, list[tuple[str, str]]]:
    codec = codec_of(cpg) if cpg else None
    if cpg and codec:
        said = Choice(codec, f".cpg 声明 {shown(codec)}", f"The .cpg declares {shown(codec)}")
    elif language_byte in LANGUAGE_BYTES:
        codec = LANGUAGE_BYTES[language_byte]
        said = Choice(
            codec, f"dbf 语言字节声明 {shown(codec)}", f"The language byte of the .dbf declares {shown(codec)}"
        )
    else:
        return None, [("没有 .cpg，dbf 语言字节也未说明编码", "There is no .cpg and the .dbf names no encoding")]
    return said, [(said.zh, said.en)]


def _ascii(declared: Choice | None) -> Choice:
    codec = declared.codec if declared else "utf-8"
    return Choice(codec, "文字全是 ASCII，编码不影响结果", "All text is ASCII, so the encoding makes no difference")


def _tested(
    sample: Texts, declared: Choice | None, looked: list[tuple[str, str]]
) -> tuple[Choice, list[tuple[str, str]], list[Issue]]:
    candidates = [c for c in (declared.codec if declared else None, "utf-8", "gb18030") if c]
    scores = {codec: score for codec in candidates if (score := sample.score(codec)) is not None}
    best = max(scores.values(), default=None)
    if best is None:
        zh, en = (
            "无法整体解码，按 GB18030 读取，个别字节有误",
            "Nothing decodes all of it; read as GB18030 with some bytes wrong",
        )
        return Choice("gb18030", zh, en), looked, []
    codec = next(c for c in candidates if c in scores and scores[c] >= best - DOUBT)
    example = _example(sample, codec)
    choice = Choice(
        codec, f"按 {shown(codec)} 文字通顺，如“{example}”", f"Read as {shown(codec)} the text makes words: {example}"
    )
    if declared is None or codec == declared.codec:
        return choice, looked, []
    return choice, looked, [issue("encoding.declared_wrong", declared=shown(declared.codec), used=shown(codec))]


def _example(sample: Texts, codec: str) -> str:
    text, _ = decode_cut(max(sample.values, key=len), codec)
    return (text or "").strip()[:12]


def passed_on(text: str, codec: str) -> tuple[str, str | None]:
    """Text that GDAL passed on as bytes, decoded; tells when it was cut or cannot be decoded."""
    if text.isascii():
        return text, None
    value = text.encode("iso-8859-1")
    plain, cut = decode_cut(value, codec)
    if plain is None:
        return value.decode(codec, "replace"), "value.undecodable"
    return plain, "value.cut" if cut else None
