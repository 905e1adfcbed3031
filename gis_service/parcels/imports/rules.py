"""States of an import batch, what may be done in which, and which mend answers which issue."""

from collections.abc import Iterable
from enum import StrEnum


class State(StrEnum):
    QUEUED = "queued"
    READING = "reading"
    CHECKING = "checking"
    STAGED = "staged"
    ACCEPTING = "accepting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNDONE = "undone"
    FAILED = "failed"


S = State

ACTS: dict[str, frozenset[State]] = {
    "process": frozenset({S.QUEUED, S.READING, S.CHECKING}),
    "accept": frozenset({S.STAGED}),
    "land": frozenset({S.ACCEPTING}),
    "mend": frozenset({S.STAGED}),
    "map": frozenset({S.STAGED, S.FAILED}),
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
    "accepting": ("正在导入", "being accepted"),
    "accepted": ("已导入", "accepted"),
    "refused": ("已拒绝", "refused"),
    "undone": ("已撤销", "taken back"),
    "failed": ("读取失败", "failed"),
    "process": ("读取", "read"),
    "accept": ("导入", "accepted"),
    "land": ("导入", "accepted"),
    "mend": ("修正", "mended"),
    "map": ("重新对应", "mapped again"),
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


ANSWERS: dict[str, frozenset[str]] = {
    "swap_axes": frozenset({"geometry.misplaced", "place.outside_district"}),
    "close_ring": frozenset({"geometry.ring_open", "geometry.line_open", "geometry.not_area", "geometry.malformed"}),
    "drop_duplicate_points": frozenset({"geometry.repeated_points"}),
    "make_valid": frozenset({"geometry.invalid"}),
    "snap": frozenset({"parcel.overlap", "parcel.overlap_in_file", "parcel.overlap_slight"}),
}
"""Mend of an outline → the issues it may be an answer to."""


def suited(codes: Iterable[str]) -> list[str]:
    """The mends that answer some issue among `codes`.

    >>> suited(["area.differs", "geometry.invalid"])
    ['make_valid']
    """
    told = set(codes)
    return [fix for fix, answered in ANSWERS.items() if answered & told]
