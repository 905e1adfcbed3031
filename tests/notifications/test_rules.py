"""Quiet hours, digests and tries, for any clock."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gis_service.core.clock import BEIJING
from gis_service.notifications.rules import (
    RETRIES,
    WEIGHT,
    Digest,
    Level,
    Line,
    Quiet,
    arranged,
    digest_moment,
    goes_at_once,
    may_go_at,
    one_line,
    retry_at,
)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- zone is given
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
quiets = st.builds(Quiet, clocks, clocks)
lines = st.builds(Line, st.sampled_from(["case.step", "case.late", "plan"]), st.sampled_from(Level), st.text(max_size=3),
                  st.text(max_size=3), st.just(""), moments)  # fmt: skip


@given(moments, quiets)
def test_a_message_leaves_outside_quiet_hours_and_no_later_than_it_must(at: datetime, quiet: Quiet) -> None:
    goes = may_go_at(at, quiet, passes=False)
    assert goes >= at
    assert not quiet.holds(goes)
    if goes > at:
        assert goes - at <= timedelta(days=1)
        assert all(quiet.holds(at + (goes - at) * part / 10) for part in range(10))


@given(moments, quiets)
def test_what_is_urgent_or_has_no_quiet_hours_leaves_at_once(at: datetime, quiet: Quiet) -> None:
    assert may_go_at(at, quiet, passes=True) == at
    assert may_go_at(at, None, passes=False) == at


@given(moments, clocks)
def test_the_same_time_twice_is_no_quiet_at_all(at: datetime, clock: time) -> None:
    assert may_go_at(at, Quiet(clock, clock), passes=False) == at


def test_a_night_runs_over_midnight() -> None:
    night = Quiet(time(22), time(7))
    evening, small_hours = datetime(2026, 11, 28, 23, tzinfo=BEIJING), datetime(2026, 11, 29, 3, tzinfo=BEIJING)
    morning = datetime(2026, 11, 29, 7, tzinfo=BEIJING)
    assert [may_go_at(at, night, passes=False) for at in (evening, small_hours, morning)] == [morning] * 3


@given(moments, st.sampled_from([Digest.DAILY, Digest.WEEKLY]), st.integers(0, 23))
def test_a_digest_is_due_once_in_each_period(at: datetime, pace: Digest, hour: int) -> None:
    period = timedelta(days=1 if pace is Digest.DAILY else 7)
    due = digest_moment(at, pace, hour)
    assert due is not None
    assert due <= at < due + period
    assert (due.hour, due.minute) == (hour, 0)
    assert pace is Digest.DAILY or due.weekday() == 0
    assert digest_moment(due, pace, hour) == due
    assert digest_moment(due - timedelta(microseconds=1), pace, hour) == due - period


@given(moments, st.integers(0, 23))
def test_without_a_digest_none_is_due(at: datetime, hour: int) -> None:
    assert digest_moment(at, Digest.OFF, hour) is None


def test_only_what_is_late_does_not_wait_for_the_digest() -> None:
    assert [goes_at_once(level, Digest.WEEKLY) for level in Level] == [False, False, True]
    assert all(goes_at_once(level, Digest.OFF) for level in Level)


@given(moments)
def test_tries_come_at_growing_distances_and_then_no_more(at: datetime) -> None:
    waits = [again - at for tries in range(1, 6) if (again := retry_at(tries, at))]
    assert waits == [*RETRIES] == sorted(waits)
    assert retry_at(6, at) is None


@given(st.lists(lines, max_size=20))
def test_a_digest_has_every_line_once_and_the_late_ones_first(given_lines: list[Line]) -> None:
    groups = arranged(given_lines)
    assert sorted(map(repr, given_lines)) == sorted(repr(line) for _, group in groups for line in group)
    assert len({kind for kind, _ in groups}) == len(groups)
    for kind, group in groups:
        assert {line.kind for line in group} == {kind}
        assert group == sorted(group, key=lambda line: (WEIGHT[line.level], line.created_at))
    worst = [min(WEIGHT[line.level] for line in group) for _, group in groups]
    assert worst == sorted(worst)


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line.isprintable()
    assert one_line(line) == line
