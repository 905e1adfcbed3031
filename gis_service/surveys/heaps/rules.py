"""The stored words of comparisons and heaps, and what may become of a heap. Pure."""

from enum import StrEnum


class ComparisonState(StrEnum):
    QUEUED = "queued"
    DONE = "done"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


COMPARISON_WORDS: dict[ComparisonState, tuple[str, str]] = {
    ComparisonState.QUEUED: ("比对中", "being compared"),
    ComparisonState.DONE: ("已完成", "done"),
    ComparisonState.FAILED: ("未成功", "failed"),
    ComparisonState.WITHDRAWN: ("已撤回", "withdrawn"),
}


class Stage(StrEnum):
    """How far the work on two models is; the child writes it, the page shows it."""

    READING = "reading"
    COMPARING = "comparing"
    FINDING = "finding"


STAGE_WORDS: dict[str, tuple[str, str]] = {
    Stage.READING: ("读取两期高程", "reading both models"),
    Stage.COMPARING: ("配准并相减", "registering and subtracting"),
    Stage.FINDING: ("圈出堆体", "outlining heaps"),
}


class HeapState(StrEnum):
    OFFERED = "offered"
    TAKEN = "taken"
    LEFT = "left"


HEAP_WORDS: dict[HeapState, tuple[str, str]] = {
    HeapState.OFFERED: ("待核", "to be looked at"),
    HeapState.TAKEN: ("已转办", "taken up"),
    HeapState.LEFT: ("不处理", "left"),
}

MAY_BECOME: dict[HeapState, frozenset[HeapState]] = {
    HeapState.OFFERED: frozenset({HeapState.TAKEN, HeapState.LEFT}),
    HeapState.LEFT: frozenset({HeapState.OFFERED}),
    HeapState.TAKEN: frozenset(),
}
"""What was taken up is followed elsewhere and stays; what was left may be offered again."""


def may_become(state: str, wanted: HeapState) -> bool:
    """
    >>> may_become("offered", HeapState.LEFT), may_become("taken", HeapState.LEFT)
    (True, False)
    """
    return wanted in MAY_BECOME[HeapState(state)]
