"""The proofs can fail: a ledger finds what is lost, what is there twice, and what nobody sent; a line that falls short fails the command."""

import pytest

from tests.proving.ledger import Answers, balance
from tests.proving.lines import Line, told
from tests.proving.load.arrivals import Seen


def test_a_ledger_that_agrees_is_clean() -> None:
    found = balance(tried={"a", "b", "c"}, acknowledged={"a", "b"}, kept=["b", "a", "c"])
    assert found.clean
    assert str(found) == "2 acknowledged, 0 lost, 0 doubled"


def test_a_lost_write_is_found() -> None:
    found = balance(tried={"a", "b"}, acknowledged={"a", "b"}, kept=["a"])
    assert (found.clean, found.lost) == (False, ("b",))


@pytest.mark.parametrize("acknowledged", [{"a"}, {"a", "b"}])
def test_a_doubled_write_is_found_whether_it_was_acknowledged_or_not(acknowledged: set[str]) -> None:
    found = balance(tried={"a", "b"}, acknowledged=acknowledged, kept=["a", "b", "b"])
    assert (found.clean, found.doubled) == (False, ("b",))


def test_what_nobody_sent_is_found() -> None:
    found = balance(tried={"a"}, acknowledged={"a"}, kept=["a", "x"])
    assert (found.clean, found.strange) == (False, ("x",))


def test_a_ledger_of_nothing_proves_nothing() -> None:
    assert not balance(tried={"a"}, acknowledged=[], kept=[]).clean


def test_an_answer_counts_as_back_only_when_it_was_sent_after_the_fault() -> None:
    answers = Answers()
    answers.good += [(1.0, 9.0), (6.0, 8.0), (7.0, 7.5)]
    assert answers.back_after(5.0) == 2.5
    assert answers.back_after(8.0) is None


def test_only_a_503_that_says_when_to_come_again_is_polite() -> None:
    answers = Answers()
    for what in ("200", "503+", "503", "500", "cut"):
        answers.note(what)
    assert answers.impolite == {"500": 1, "503": 1}


def test_waiting_counts_from_when_a_request_was_due(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Seen()
    monkeypatch.setattr("time.monotonic", lambda: 12.0)
    for due, what in ((11.0, "200"), (10.0, "503+"), (2.0, "201")):
        seen.note(due, what)
    assert (seen.errors, seen.at(0.5), seen.at(0.99)) == (1, 2000, 10_000)


def test_a_line_that_falls_short_fails_the_command_and_one_that_cannot_be_had_does_not() -> None:
    good, unknown = Line("R0", "a", "1", "1", True), Line("R0", "b", "-", "1", None, "no disk")
    assert told([good, unknown])
    assert not told([good, Line("R0", "c", "2", "1", False), unknown])
