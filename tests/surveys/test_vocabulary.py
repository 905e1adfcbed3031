"""What a layer's legend calls a value is what surveys and disposal call it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from gis_service.disposal.partners.rules import SITE_WORDS
from gis_service.parcels.vocabulary import vocabulary
from gis_service.surveys.bodies.rules import BODY_WORDS, HAZARD_WORDS, BodyState
from gis_service.surveys.heaps.rules import HEAP_WORDS
from gis_service.surveys.rules import GEOPHYSICS_WORDS, POINT_WORDS, WASTE_WORDS

SHOWN_BODIES = {state: said for state, said in BODY_WORDS.items() if state is not BodyState.WITHDRAWN}
"""What was withdrawn is on no map."""


@pytest.mark.parametrize(
    ("axis", "words"),
    [
        ("point_kind", POINT_WORDS),
        ("geophysics_method", GEOPHYSICS_WORDS),
        ("waste_class", WASTE_WORDS),
        ("waste_hazard", HAZARD_WORDS),
        ("body_state", SHOWN_BODIES),
        ("heap_state", HEAP_WORDS),
        ("site_kind", SITE_WORDS),
    ],
)
def test_a_legend_says_what_the_survey_says(axis: str, words: Mapping[StrEnum, tuple[Any, ...]]) -> None:
    said = {value: (zh, en.lower()) for value, (zh, en) in vocabulary()[axis].items() if value != "title"}
    assert said == {str(value): (zh, en.lower()) for value, (zh, en, *_) in words.items()}
