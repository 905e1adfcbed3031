"""What was acknowledged, kept outside the service, and the balance with what the service has in the end."""

import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Balance:
    """What must be nothing: acknowledged and not there, there more than once, there and never sent."""

    acknowledged: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    strange: tuple[str, ...]

    @property
    def clean(self) -> bool:
        return self.acknowledged > 0 and not (self.lost or self.doubled or self.strange)

    def __str__(self) -> str:
        strange = f", {len(self.strange)} strange" if self.strange else ""
        return f"{self.acknowledged} acknowledged, {len(self.lost)} lost, {len(self.doubled)} doubled{strange}"


def balance(*, tried: Iterable[str], acknowledged: Iterable[str], kept: Iterable[str]) -> Balance:
    """Compare marks: `kept` has one for each row. What was sent without an answer may be there once, or not at all."""
    rows, told = Counter(kept), set(acknowledged)
    return Balance(
        acknowledged=len(told),
        lost=tuple(sorted(mark for mark in told if not rows[mark])),
        doubled=tuple(sorted(mark for mark, count in rows.items() if count > 1)),
        strange=tuple(sorted(rows.keys() - set(tried) - told)),
    )


@dataclass
class Ledger:
    """One kind of write. Written to from many tasks and read from another thread."""

    tried: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)

    def balance(self, kept: Iterable[str]) -> Balance:
        return balance(tried=self.tried, acknowledged=self.acknowledged, kept=kept)


@dataclass
class Answers:
    """Every answer of the service, and when: each request by its status, `cut` where none came."""

    counts: Counter[str] = field(default_factory=Counter)
    good: list[tuple[float, float]] = field(default_factory=list)
    """Acknowledged writes: when they were sent and when answered, by the monotonic clock."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def note_good(self, began: float) -> None:
        with self._lock:
            self.good.append((began, time.monotonic()))

    def back_after(self, moment: float) -> float | None:
        """Seconds from a moment to the first acknowledgement of something that was sent after it."""
        with self._lock:
            ends = [end for began, end in self.good if began >= moment]
        return min(ends) - moment if ends else None

    @property
    def impolite(self) -> dict[str, int]:
        """What is neither an answer that was asked for, nor a cut, nor 503 with Retry-After."""
        fine = ("200", "201", "409", "412", "503+", "cut")
        return {what: count for what, count in sorted(self.counts.items()) if what not in fine}
