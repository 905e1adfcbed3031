"""Days off and days worked from a table."""

from datetime import date

import pytest

from gis_service.procedures.calendar import read_csv
from gis_service.procedures.errors import CalendarRefused


def test_days_are_read_with_or_without_a_heading() -> None:
    rows = "2026-10-01,休,国庆节\n2026/10/10,班,\n"
    expected = [(date(2026, 10, 1), False, "国庆节"), (date(2026, 10, 10), True, "")]
    assert read_csv(rows) == read_csv("日期,休或班,名称\n" + rows) == expected


@pytest.mark.parametrize("day", ["2026-13-01", "2026-10", "1" + "0" * 30 + "-1-1", "1-2-3-4", "2026-10-x"])
def test_a_day_that_is_none_is_refused_by_its_row(day: str) -> None:
    with pytest.raises(CalendarRefused) as refused:
        read_csv(f"2026-10-01,休,国庆节\n{day},休,\n")
    assert refused.value.facts["row"] == 2
