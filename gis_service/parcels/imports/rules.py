"""States of an import batch, and what may be done in which."""

from enum import StrEnum


class State(StrEnum):
    QUEUED = "queued"
    READING = "reading"
    CHECKING = "checking"
    STAGED = "staged"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNDONE = "undone"
    FAILED = "failed"


S = State

ACTS: dict[str, frozenset[State]] = {
    "process": frozenset({S.QUEUED, S.READING, S.CHECKING}),
    "accept": frozenset({S.STAGED}),
    "refuse": frozenset({S.QUEUED, S.READING, S.CHECKING, S.STAGED, S.FAILED}),
    "undo": frozenset({S.ACCEPTED}),
}
"""Act → the states it starts from. A job that was cut off starts again, so `process` takes its own states too; a file
that waits or hangs can be refused, and its job then ends by itself."""

WORDS: dict[str, tuple[str, str]] = {
    "queued": ("等待读取", "waiting to be read"),
    "reading": ("正在读取", "being read"),
    "checking": ("正在检查", "being checked"),
    "staged": ("待确认", "waiting for a decision"),
    "accepted": ("已导入", "accepted"),
    "refused": ("已拒绝", "refused"),
    "undone": ("已撤销", "taken back"),
    "failed": ("读取失败", "failed"),
    "process": ("读取", "read"),
    "accept": ("导入", "accepted"),
    "refuse": ("拒绝", "refused"),
    "undo": ("撤销", "taken back"),
}
"""States and acts in Chinese and English."""


def may(act: str, state: str) -> bool:
    """
    >>> may("undo", "accepted"), may("accept", "accepted")
    (True, False)
    """
    return state in ACTS[act]
