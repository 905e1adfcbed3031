"""Encodings are tested on the bytes themselves; a declaration that garbles the words loses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.parcels.reading import encoding

WORDS = ["北围示例地块一", "国有建设用地使用权", "珠海高新区土地储备发展中心", "唐家湾镇"]


def chosen(texts: list[bytes], cpg: str | None = None, language_byte: int = 0) -> tuple[str, list[str]]:
    choice, _, doubts = encoding.of_table(texts, cpg=cpg, language_byte=language_byte, given=None)
    return choice.codec, [doubt.code for doubt in doubts]


def encoded(codec: str) -> list[bytes]:
    return [word.encode(codec) for word in WORDS]


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_chinese_without_a_declaration_is_told_apart_by_its_bytes(codec: str) -> None:
    assert chosen(encoded(codec)) == (codec, [])


@pytest.mark.parametrize(
    ("cpg", "codec"), [("UTF-8", "utf-8"), ("GBK", "gb18030"), ("936", "gb18030"), ("65001", "utf-8")]
)
def test_a_cpg_that_tells_the_truth_is_believed(cpg: str, codec: str) -> None:
    assert chosen(encoded(codec), cpg=cpg) == (codec, [])


@pytest.mark.parametrize(
    ("cpg", "codec"), [("UTF-8", "gb18030"), ("GBK", "utf-8"), ("ISO-8859-1", "gb18030"), ("1252", "utf-8")]
)
def test_a_cpg_that_lies_loses_and_that_is_told(cpg: str, codec: str) -> None:
    assert chosen(encoded(codec), cpg=cpg) == (codec, ["encoding.declared_wrong"])


@pytest.mark.parametrize(("byte", "codec"), [(0x4D, "gb18030"), (0x03, "gb18030"), (0x57, "gb18030"), (0x4D, "utf-8")])
def test_the_language_byte_is_only_a_hint(byte: int, codec: str) -> None:
    assert chosen(encoded(codec), language_byte=byte)[0] == codec


def test_western_text_stays_western_where_it_is_declared() -> None:
    texts = [w.encode("latin-1") for w in ("Müller", "Café du Château", "Señor Núñez", "Straße")]
    assert chosen(texts, cpg="ISO-8859-1") == ("iso-8859-1", [])


def test_rare_characters_of_names_do_not_cost_gbk_its_case() -> None:
    assert chosen(["张堃".encode("gb18030"), "李喆旻".encode("gb18030"), "北围".encode("gb18030")])[0] == "gb18030"


def test_ascii_needs_no_decision() -> None:
    assert chosen([b"OBJECTID", b"Main Street"], cpg="GBK")[0] == "gb18030"
    assert chosen([b"OBJECTID"])[0] == "utf-8"


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=40))
def test_half_a_character_at_the_end_is_dropped_in_both_encodings(word: str) -> None:
    for codec in ("utf-8", "gb18030"):
        text, cut = encoding.decode_cut(word.encode(codec)[:-1], codec)
        assert (text, cut) == (word[:-1], True)
        assert encoding.decode_cut(word.encode(codec), codec) == (word, False)


def test_bytes_that_are_no_text_are_not_decoded() -> None:
    assert encoding.decode_cut(b"\xff\xff\xff\xff abc", "utf-8") == (None, False)


@given(st.binary(max_size=80), st.sampled_from([None, "UTF-8", "GBK", "klingon"]), st.integers(0, 255))
def test_some_encoding_is_always_concluded(raw: bytes, cpg: str | None, language_byte: int) -> None:
    codec, _ = chosen([raw], cpg, language_byte)
    assert raw.decode(codec, "replace") is not None


@pytest.mark.parametrize("name", ["hex", "base64", "rot13", "idna-nonsense", "\x00", ""])
def test_only_codecs_of_text_are_codecs(name: str) -> None:
    assert encoding.codec_of(name) is None
