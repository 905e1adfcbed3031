"""Single values and heads: what is understood, and that what is not says what may stand there."""

import doctest
from collections.abc import Callable
from decimal import Decimal
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.surveys.reading import columns, english, values
from gis_service.surveys.reading.values import NotUnderstood
from gis_service.surveys.rules import WasteClass


@pytest.mark.parametrize("module", [columns, english, values])
def test_the_examples_of_the_modules_are_true(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert (found.failed, found.attempted > 0) == (0, True)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [("３．５", "length", "3.5"), ("3.5 米", "length", "3.5"), ("-0", "length", "0"), ("−1.5", "length", "-1.5"), ("35cm", "length", "0.35"),
     ("1,234,567.5", "plain", "1234567.5"), ("110 mm", "diameter", "110"), ("11cm", "diameter", "110"), ("30％", "share", "30"), (".5", "plain", "0.5"),
     ("5ppm", "plain", "5"), ("1e-3", "plain", "0.001")],
)  # fmt: skip
def test_numbers_are_read_with_their_units_and_whatever_width(text: str, kind: str, value: str) -> None:
    assert values.number(text, kind) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "三",
        "3.5.1",
        "3,5",
        "1 2",
        "nan",
        "inf",
        "3 吨",
        "3m4",
        "约3",
        "3-4",
        "0x1f",
        "1e999",
        "9" * 40,
        "3\n4",
        "--3",
    ],
)
def test_what_is_no_number_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        values.number(text, "length")

    assert "请" in refusal.value.zh


@given(st.decimals(-(10**9), 10**9, places=4, allow_nan=False, allow_infinity=False))
def test_a_number_written_plainly_is_that_number(value: Decimal) -> None:
    assert values.number(f"{value:f}") == value


@given(st.text(max_size=40))
def test_any_text_is_a_value_or_refused_in_both_languages(text: str) -> None:
    for understand in (values.number, values.day, values.flag):
        assert _told(understand, text)


def _told(understand: Callable[[str], object], text: str) -> bool:
    """Whether a value came of it, or a sentence in both languages."""
    try:
        return understand(text) is not None
    except NotUnderstood as refusal:
        return bool(refusal.zh and refusal.en)


@pytest.mark.parametrize("text", ["2026-02-30", "2026-13-01", "05/03/2026", "46086", "昨天"])
def test_no_date_is_guessed(text: str) -> None:
    with pytest.raises(NotUnderstood, match="2026-03-05"):
        values.day(text)


def test_every_class_of_waste_is_known_by_both_its_names_and_its_code() -> None:
    from gis_service.surveys.rules import WASTE_WORDS

    for kind, (zh, en) in WASTE_WORDS.items():
        assert values.CLASSES[zh] is values.CLASSES[en] is values.CLASSES[kind.value] is kind
    assert values.CLASSES["建筑垃圾"] is WasteClass.DEMOLITION_WASTE


def test_heads_mean_one_thing_in_each_table() -> None:
    """No other name of a column is the name of another, once both are brought to their plain form."""
    for table, known in columns.TABLES.items():
        owners: dict[str, set[str]] = {}
        for column in known:
            for head in (column.zh, column.name, *column.aka):
                owners.setdefault(columns.normal(head), set()).add(column.name)
        assert {head: names for head, names in owners.items() if len(names) > 1} == {}, table
