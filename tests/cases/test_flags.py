"""Signs of a crime, by the numbers of the handbook; ordinary waste with its caution."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.cases.flags import flags, is_ordinary, weighs


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"hazardous_t": "2.99"}, []),
        ({"hazardous_t": "3"}, ["hazardous_3t"]),
        ({"hazardous_t": "100"}, ["hazardous_100t"]),
        ({"gain_yuan": "299999.99", "loss_yuan": "0"}, []),
        ({"loss_yuan": "300000.00"}, ["money_300k"]),
        ({"gain_yuan": "1000000"}, ["money_1m"]),
        ({"toxic_penalties_2y": 1}, []),
        ({"toxic_penalties_2y": 2}, ["repeated"]),
        ({"in_water_source": True}, ["water_source"]),
        ({"in_water_source": False}, []),
    ],
)
def test_the_numbers_are_those_of_the_handbook(facts: dict[str, Any], codes: list[str]) -> None:
    assert [flag.code for flag in flags({"waste_kind": "hazardous", **facts})] == codes


def test_the_gravest_are_marked_serious() -> None:
    found = flags({"waste_kind": "hazardous", "hazardous_t": "100", "loss_yuan": "1000000"})
    assert [flag.serious for flag in found] == [True, True]


@pytest.mark.parametrize("kind", ["construction", "excavated_soil", "domestic", "mixed", "other"])
def test_ordinary_waste_needs_a_laboratory_before_its_flag_weighs(kind: str) -> None:
    (flag,) = flags({"waste_kind": kind, "gain_yuan": "500000"})
    assert is_ordinary({"waste_kind": kind})
    assert flag.needs_lab
    assert not weighs(flag)
    (proven,) = flags({"waste_kind": kind, "gain_yuan": "500000", "lab_toxic": True})
    assert weighs(proven)


@given(st.decimals(0, 10**6, places=2), st.decimals(0, 10**8, places=2), st.integers(0, 9))
def test_more_never_shows_fewer_signs(tonnes: Decimal, yuan: Decimal, times: int) -> None:
    facts = {"waste_kind": "sludge", "hazardous_t": str(tonnes), "gain_yuan": str(yuan), "toxic_penalties_2y": times}
    more = {**facts, "hazardous_t": str(tonnes * 2), "gain_yuan": str(yuan * 2), "toxic_penalties_2y": times + 1}
    assert len(flags(facts)) <= len(flags(more))
