"""The ranking in points: each factor pulls one way, the order of parcels does not matter, and every number has a source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.parcels.rules import FenceStatus
from gis_service.risk.rules import Factor, Score, in_words, needs_walk, ranked, scored, weights

USING = weights()
BY_CODE = {factor.code: factor for factor in USING.factors}
RISING = [factor for factor in USING.factors if factor.rising is not None]
figures = st.floats(0, 5_000, allow_nan=False)


@pytest.mark.parametrize("factor", RISING, ids=lambda factor: factor.code)
@given(a=figures, b=figures)
def test_more_of_a_figure_never_pulls_the_other_way(factor: Factor, a: float, b: float) -> None:
    low, high = sorted((a, b))
    difference = scored({factor.code: high}, USING).points - scored({factor.code: low}, USING).points
    assert difference >= 0 if factor.rising else difference <= 0


def test_every_factor_by_figures_says_which_way_it_pulls() -> None:
    assert [factor.code for factor in USING.factors if not factor.values and factor.rising is None] == []


@pytest.mark.parametrize("factor", [each for each in RISING if each.code != "past"], ids=lambda factor: factor.code)
def test_a_figure_at_its_far_end_does_count(factor: Factor) -> None:
    assert factor.points(0.0) != factor.points(10_000.0)


def test_a_worse_fence_is_never_less_risk() -> None:
    points = [scored({"fence": state}, USING).points for state in ("full", "partial", "damaged", "none")]
    assert points == sorted(points)
    assert len(set(points)) == 4


def test_every_state_named_in_the_weights_is_one_of_the_register() -> None:
    assert set(BY_CODE["fence"].values) <= set(FenceStatus)


def test_every_weight_has_a_source_in_both_languages_and_a_sentence() -> None:
    for factor in USING.factors:
        assert factor.source, factor.code
        assert factor.source_en, factor.code
        assert bool("{x}" in factor.say_zh) == bool("{x}" in factor.say_en), factor.code


facts = st.fixed_dictionaries(
    {"past": figures, "gap": figures, "road": st.none() | figures, "fence": st.sampled_from(list(FenceStatus)), "patrol": st.none() | figures}
)  # fmt: skip


@given(st.lists(facts, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_the_score_and_the_rank_of_a_parcel_do_not_depend_on_the_order_of_parcels(told: list[dict], random) -> None:  # type: ignore[type-arg,no-untyped-def]
    scores = {n: scored(each, USING) for n, each in enumerate(told)}
    shuffled = list(scores)
    random.shuffle(shuffled)
    assert ranked(scores) == ranked({n: scored(told[n], USING) for n in shuffled})


@given(facts)
def test_a_score_is_the_sum_of_what_is_told(told: dict) -> None:  # type: ignore[type-arg]
    score = scored(told, USING)
    assert score.points == pytest.approx(sum(part.points for part in score.parts))
    assert [abs(part.points) for part in score.parts] == sorted(
        (abs(part.points) for part in score.parts), reverse=True
    )


def test_parts_are_told_in_words_with_their_points() -> None:
    part = next(part for part in scored({"gap": 40.0}, USING).parts if part.code == "gap")
    assert in_words([part]) == "围蔽缺口 40 m +0.6"
    assert part.en == "a gap of 40 m in the fence"


def test_levels_begin_where_the_weights_say() -> None:
    assert [USING.level(x) for x in (USING.high, USING.high - 0.01, USING.medium, USING.medium - 0.01)] == [
        "high", "medium", "medium", "low",
    ]  # fmt: skip


def test_equals_share_a_rank_and_the_next_counts_on() -> None:
    same, more = Score(1.0, USING.level(1.0), ()), Score(2.0, USING.level(2.0), ())
    assert [(rank, parcel) for rank, parcel, _ in ranked({5: same, 4: same, 9: more, 1: Score(0.0, USING.level(0.0), ())})] == [
        (1, 9), (2, 4), (2, 5), (4, 1),
    ]  # fmt: skip


@given(st.sampled_from(["high", "medium", "low"]), st.integers(0, 500))
def test_a_longer_time_without_a_walk_never_takes_a_suggestion_back(level: str, days: int) -> None:
    assert needs_walk(level, days + 1) >= needs_walk(level, days)
