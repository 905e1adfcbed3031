"""The chain that step logs and evidence packs share."""

import json
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.core.chain import START, canonical, link

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(min_value=-(2**53), max_value=2**53, exclude_min=True, exclude_max=True)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text("abc面积", max_size=3), parts, max_size=3),
    max_leaves=12,
)
entries = st.dictionaries(st.text("abc面积", min_size=1, max_size=3), plain, max_size=5)


def test_the_first_hash_can_be_recomputed_by_hand() -> None:
    # printf '%064d{"action":"立案","seq":1}' 0 | sha256sum
    assert (
        link(START, {"seq": 1, "action": "立案"}) == "8e5a5dec95ab1e561a49216e9f1f8d486356bcd9f37091dfec4d7ef0142225f5"
    )


@given(entries)
def test_an_entry_reads_the_same_through_json_and_in_any_order(entry: dict[str, Any]) -> None:
    again = dict(reversed(json.loads(json.dumps(entry)).items()))
    assert link(START, again) == link(START, entry)


@given(entries, entries)
def test_two_entries_that_differ_have_two_hashes(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (canonical(one) == canonical(other)) == (link(START, one) == link(START, other))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(entries, min_size=1, max_size=25))
def test_an_entry_keeps_its_hash_in_the_database(session: Session, written: list[dict[str, Any]]) -> None:
    kept = session.scalars(
        text("select value from jsonb_array_elements(cast(:all as jsonb))"), {"all": json.dumps(written)}
    )
    assert [link(START, entry) for entry in kept] == [link(START, entry) for entry in written]


@pytest.mark.parametrize("value", [math.nan, math.inf, 2.0**53, -1e300, b"x", {1: 2}, object(), "\ud800"])
def test_what_has_no_one_way_to_be_written_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the surrogate is refused by the codec, in its own words
        link(START, {"facts": [value]})
