"""The makers of made-up input themselves: what is meant to be right is right, and what is meant to be spoiled mostly is."""

import json
import random

import pytest

from gis_service.maps.catalogue import Catalogue
from gis_service.maps.cql2.compiling import compiled
from gis_service.maps.cql2.reading import JSON, TEXT
from gis_service.maps.crs import LONLAT
from gis_service.maps.errors import BadFilter
from gis_service.maps.queryables import queryables
from tests.maps.cql2.expressions import text_of
from tests.proving.grammar import an_expression, bombs, spoiled_json, spoiled_text
from tests.proving.injection import payloads
from tests.proving.parsers.targets import TARGETS

QUERYABLES = queryables(Catalogue.load()["parcel-use"])


def refused(text: str, language: str) -> bool:
    try:
        compiled(text, language, QUERYABLES, LONLAT)
    except BadFilter:
        return True
    return False


def test_what_the_grammar_allows_is_understood_in_both_encodings() -> None:
    dice = random.Random(3)
    made = [an_expression(dice, 1) for _ in range(300)]
    assert not any(refused(json.dumps(node), JSON) for node in made)
    assert not any(refused(text_of(node), TEXT) for node in made if text_of(node).count("(") < 7)
    again = random.Random(3)
    assert made == [an_expression(again, 1) for _ in range(300)]


def test_spoiled_filters_are_mostly_refused_and_never_break_anything() -> None:
    dice = random.Random(4)
    nodes = [an_expression(dice, 1) for _ in range(200)]
    text = [refused(spoiled_text(dice, text_of(node)), TEXT) for node in nodes]
    as_json = [refused(spoiled_json(dice, node), JSON) for node in nodes]
    assert sum(text) > 100
    assert sum(as_json) > 100


def test_bombs_are_refused_or_understood() -> None:
    assert sum(refused(text, language) for language, text in bombs()) > 40


def test_there_are_five_hundred_payloads_and_no_two_alike() -> None:
    assert len(payloads()) == len(set(payloads())) >= 500


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_takes_good_input_and_nonsense(name: str) -> None:
    target = TARGETS[name]
    seeds = target.seeds()
    for data in (*seeds, b"", b"\0" * 64, seeds[0][: len(seeds[0]) // 2], b"\xff\xfe" + seeds[0]):
        target.fuzz(data)
