"""What taking a change back means, on plain values."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gis_service.parcels.changes import rules

FIELDS = ("fence_status", "risk_level", "planned_class_system", "planned_class_code", "geom", "area_computed_m2")
rows = st.fixed_dictionaries({name: st.integers(0, 2) for name in FIELDS})
histories = st.lists(rows, min_size=2, max_size=6)


@given(histories)
def test_without_a_clash_the_other_fields_keep_their_present_values_and_the_change_is_gone(
    history: list[dict[str, int]],
) -> None:
    before, made, *_ = history
    undoing = rules.undoing(history)
    undone = history[-1] | undoing.restore
    for name in rules.differing(before, made):
        assert undone[name] == before[name]
    untouched = set(FIELDS) - set(undoing.restore)
    assert all(undone[name] == history[-1][name] for name in untouched)


@given(histories)
def test_a_clash_is_a_field_of_the_change_that_somebody_decided_anew(history: list[dict[str, int]]) -> None:
    undoing = rules.undoing(history)
    later = history[1:]
    changed_later = {name for a, b in pairwise(later) for name in rules.differing(a, b)}
    assert set(undoing.clashes) == set(undoing.restore) & changed_later


@given(histories)
def test_undoing_the_undoing_restores(history: list[dict[str, int]]) -> None:
    undoing = rules.undoing(history)
    if undoing.clashes:
        return
    present = history[-1]
    undone = present | undoing.restore
    back = rules.undoing([present, undone])
    assert not back.clashes
    assert undone | back.restore == present


@given(histories)
def test_what_belongs_together_is_taken_back_together(history: list[dict[str, int]]) -> None:
    restored = set(rules.undoing(history).restore)
    for group in rules.TOGETHER:
        here = group & set(FIELDS)
        assert restored & here in (set(), here)
