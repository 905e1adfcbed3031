"""One question to the database for all who want to know the same at the same moment."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Together(Generic[Answer]):
    """Whoever comes while a question is on its way waits for the next one: its answer is of a moment after they came, hence as
    true as that to a question of their own. One question a key is on its way at a time, however many ask."""

    def __init__(self) -> None:
        self._asking: dict[Hashable, Future[Answer]] = {}
        self._next: dict[Hashable, Future[Answer]] = {}
        self._lock = Lock()

    def ask(self, key: Hashable, question: Callable[[], Answer]) -> Answer:
        """What `question` answers, put by this caller or by another that came no later. Raises what the question raises."""
        with self._lock:
            shared = self._next.get(key)
            before = self._asking.get(key)
            mine: Future[Answer] = Future()
            if shared is None:
                (self._asking if before is None else self._next)[key] = mine
        if shared is not None:
            return shared.result()
        if before is not None:
            before.exception()  # it is waited for, not listened to: it may have been put before this caller came
            with self._lock:
                self._asking[key] = self._next.pop(key)
        self._put(key, question, mine)
        return mine.result()

    def _put(self, key: Hashable, question: Callable[[], Answer], mine: Future[Answer]) -> None:
        try:
            mine.set_result(question())
        except BaseException as error:
            mine.set_exception(error)
        with self._lock:
            if self._asking.get(key) is mine:
                del self._asking[key]
