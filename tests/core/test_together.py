"""One question for all who ask at the same moment: never an answer older than the asking."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from gis_service.core.together import Together


def test_answers_are_of_a_moment_after_the_asking_and_few_questions_serve_many():
    state, asked = count(1), count(1)
    moment = [0]
    together: Together[int] = Together()

    def question() -> int:
        next(asked)
        return moment[0]

    def ask(_: int) -> bool:
        seen = moment[0] = next(state)
        return together.ask("layer", question) >= seen

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(ask, range(2000)))
    assert next(asked) <= 2001


def test_who_comes_during_a_question_shares_the_next_one():
    together: Together[int] = Together()
    began, go_on, numbers = threading.Event(), threading.Event(), count()

    def slow() -> int:
        began.set()
        assert go_on.wait(10)
        return next(numbers)

    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(together.ask, "layer", slow)
        assert began.wait(10)
        others = [threads.submit(together.ask, "layer", slow) for _ in range(3)]
        while not together._next or threads._work_queue.qsize():
            pass
        elsewhere = together.ask("another", lambda: -1)
        go_on.set()
        assert (first.result(), elsewhere) == (0, -1)
        answers = [other.result() for other in others]
    assert min(answers) >= 1
    assert next(numbers) < 5
    assert (together._asking, together._next) == ({}, {})


def test_a_question_that_fails_fails_for_those_who_share_it_and_for_nobody_after():
    together: Together[int] = Together()

    def refused() -> int:
        raise ValueError("away")

    with pytest.raises(ValueError, match="away"):
        together.ask("layer", refused)
    assert together.ask("layer", lambda: 3) == 3
