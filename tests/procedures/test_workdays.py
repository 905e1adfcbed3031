"""Working days against a table that was counted on a calendar written out by hand from the two notices, not by our function.

国务院办公厅关于2025年、2026年部分节假日安排的通知. `workdays_2025_2026.csv`: from `start`, which does not count, the `days`-th working
day is `due`. Every holiday, every weekend day worked for one, both Spring Festivals and National Days, both ends of the year.
"""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.procedures.calendar import built_in
from gis_service.procedures.workdays import Workdays, months_after

TABLE = Path(__file__).with_name("workdays_2025_2026.csv")
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))

FREE = {
    (2025, 1): [1, 4, 5, 11, 12, 18, 19, 25, 28, 29, 30, 31],
    (2025, 2): [1, 2, 3, 4, 9, 15, 16, 22, 23],
    (2025, 3): [1, 2, 8, 9, 15, 16, 22, 23, 29, 30],
    (2025, 4): [4, 5, 6, 12, 13, 19, 20, 26],
    (2025, 5): [1, 2, 3, 4, 5, 10, 11, 17, 18, 24, 25, 31],
    (2025, 6): [1, 2, 7, 8, 14, 15, 21, 22, 28, 29],
    (2025, 7): [5, 6, 12, 13, 19, 20, 26, 27],
    (2025, 8): [2, 3, 9, 10, 16, 17, 23, 24, 30, 31],
    (2025, 9): [6, 7, 13, 14, 20, 21, 27],
    (2025, 10): [1, 2, 3, 4, 5, 6, 7, 8, 12, 18, 19, 25, 26],
    (2025, 11): [1, 2, 8, 9, 15, 16, 22, 23, 29, 30],
    (2025, 12): [6, 7, 13, 14, 20, 21, 27, 28],
    (2026, 1): [1, 2, 3, 10, 11, 17, 18, 24, 25, 31],
    (2026, 2): [1, 7, 8, 15, 16, 17, 18, 19, 20, 21, 22, 23],
    (2026, 3): [1, 7, 8, 14, 15, 21, 22, 28, 29],
    (2026, 4): [4, 5, 6, 11, 12, 18, 19, 25, 26],
    (2026, 5): [1, 2, 3, 4, 5, 10, 16, 17, 23, 24, 30, 31],
    (2026, 6): [6, 7, 13, 14, 19, 20, 21, 27, 28],
    (2026, 7): [4, 5, 11, 12, 18, 19, 25, 26],
    (2026, 8): [1, 2, 8, 9, 15, 16, 22, 23, 29, 30],
    (2026, 9): [5, 6, 12, 13, 19, 25, 26, 27],
    (2026, 10): [1, 2, 3, 4, 5, 6, 7, 11, 17, 18, 24, 25, 31],
    (2026, 11): [1, 7, 8, 14, 15, 21, 22, 28, 29],
    (2026, 12): [5, 6, 12, 13, 19, 20, 26, 27],
}
"""The days of each month that are not worked, as on a wall calendar."""

DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@pytest.fixture(scope="module")
def workdays() -> Workdays:
    return Workdays({day.day: day.is_working for _, days in built_in() for day in days})


def test_the_table_covers_what_it_should() -> None:
    assert len(ROWS) >= 200
    assert len({(row["start"], row["days"]) for row in ROWS}) == len(ROWS)
    spans = [(date.fromisoformat(row["start"]), date.fromisoformat(row["due"])) for row in ROWS]
    exceptional = [day.day for _, days in built_in() for day in days]
    missed = [day for day in exceptional if not any(start <= day <= due for start, due in spans)]
    assert missed == []


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['start']}+{row['days']}" for row in ROWS])
def test_the_day_counted_by_hand_is_the_day_we_count(workdays: Workdays, row: dict[str, str]) -> None:
    start, due, days = date.fromisoformat(row["start"]), date.fromisoformat(row["due"]), int(row["days"])
    assert workdays.after(start, days) == due, row["why"]
    assert workdays.between(start, due) == days


def test_every_day_of_both_years_is_as_on_the_wall(workdays: Workdays) -> None:
    day, wrong = date(2025, 1, 1), []
    while day.year < 2027:
        if workdays.is_working(day) is (day.day in FREE[day.year, day.month]):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


def test_a_year_without_its_notice_is_not_known(workdays: Workdays) -> None:
    assert workdays.known(date(2025, 6, 1), date(2026, 12, 31))
    assert not workdays.known(date(2026, 12, 31), date(2027, 1, 4))
    assert not workdays.known(date(2024, 12, 31), date(2025, 1, 2))


@given(DAYS, st.integers(1, 60))
def test_what_is_counted_forward_is_counted_back(start: date, days: int) -> None:
    workdays = Workdays({day.day: day.is_working for _, year in built_in() for day in year})
    due = workdays.after(start, days)
    assert workdays.is_working(due)
    assert workdays.between(start, due) == days
    assert workdays.between(due, start) == -days
    assert workdays.after(workdays.before(due, days), days) == due
    assert workdays.roll(due) == due


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_counting_on_is_counting_the_sum(start: date, first: int, second: int) -> None:
    workdays = Workdays({day.day: day.is_working for _, year in built_in() for day in year})
    assert workdays.after(workdays.after(start, first), second) == workdays.after(start, first + second)


@given(DAYS, st.integers(0, 120))
def test_months_keep_the_day_or_end_with_the_month(start: date, months: int) -> None:
    later = months_after(start, months)
    assert (later.year * 12 + later.month) - (start.year * 12 + start.month) == months
    assert later.day == start.day or (later + timedelta(days=1)).day == 1
    assert later.day <= start.day
