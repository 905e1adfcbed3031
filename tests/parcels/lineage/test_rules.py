"""Which acts are allowed, how figures are shared, what is taken over: on plain values."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.parcels.lineage import rules
from gis_service.parcels.lineage.rules import Cause, Kind, State
from gis_service.parcels.models import Parcel
from gis_service.parcels.rules import HandoverStatus

areas = st.lists(st.floats(0.5, 1e7), min_size=1, max_size=30)
totals = st.decimals("0.01", "99999999999.99", places=2)


@given(totals, areas)
def test_shares_add_up_to_the_figure_to_the_hundredth(total: Decimal, weights: list[float]) -> None:
    shares = rules.distributed(total, weights)
    assert sum(shares) == total
    assert all(share == share.quantize(Decimal("0.01")) for share in shares)


@given(totals, areas)
def test_only_the_largest_share_is_off_its_proportion_by_more_than_rounding(
    total: Decimal, weights: list[float]
) -> None:
    shares = rules.distributed(total, weights)
    largest = max(range(len(weights)), key=lambda n: weights[n])
    for n, (share, weight) in enumerate(zip(shares, weights, strict=True)):
        if n != largest:
            assert abs(float(share) - float(total) * weight / sum(weights)) <= 0.006 + 1e-9 * float(total)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("handover", list(HandoverStatus))
def test_a_retired_parcel_takes_no_act_and_a_live_one_takes_all(kind: Kind, handover: HandoverStatus) -> None:
    assert rules.blocker(kind, State("X", retired=True, handover=handover)) is Cause.RETIRED
    assert rules.blocker(kind, State("X", retired=False, handover=handover)) is None
    warned = list(rules.warnings([State("X", retired=False, handover=handover)]))
    assert bool(warned) is (handover in rules.UNDER_WAY)


def test_every_column_of_a_parcel_is_taken_over_left_behind_or_its_own() -> None:
    own = {
        "id", "district_code", "parcel_no", "area_registered_m2", "area_computed_m2", "area_computed_crs", "area_ellipsoid_m2",
        "waste_volume_m3", "fence_ratio", "fence_length_m", "sign_count", "camera_count", "retired_on", "import_batch_id", "geom", "row_version", "created_at", "updated_at",
    }  # fmt: skip
    columns = {column.name for column in Parcel.__table__.columns}
    assert set(rules.TAKEN_OVER) | set(rules.LEFT_BEHIND) | own == columns
    assert not set(rules.TAKEN_OVER) & set(rules.LEFT_BEHIND)


@given(st.sets(st.integers(1, 12)), st.integers(1, 6))
def test_suggested_numbers_are_free_and_different(used: set[int], count: int) -> None:
    taken = {f"BW-0001-{n}" for n in used}
    numbers = rules.suggested_numbers("BW-0001", count, taken)
    assert len(set(numbers)) == count
    assert not set(numbers) & taken
