"""How far what was typed lies from what is written: wrong, missing, added and swapped letters count one each.

The typed word is laid along each text wherever it fits best; many texts are measured at once.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def distances(word: str, texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """For each text the least number of mistakes, and where in it the word ends with that number.

    >>> [each.tolist() for each in distances("houhaun", ["beiwei", "xhouhuanlu", "houhan"])]
    [[7, 1, 1], [0, 8, 6]]
    """
    longest = max(map(len, texts), default=0)
    codes = np.full((len(texts), longest), -1, np.int32)
    for at, text in enumerate(texts):
        codes[at, : len(text)] = np.frombuffer(text.encode("utf-32-le"), np.int32)
    asked = np.frombuffer(word.encode("utf-32-le"), np.int32)
    steps = np.arange(longest + 1, dtype=np.int32)
    before, last = np.zeros((len(texts), longest + 1), np.int32), np.zeros((len(texts), longest + 1), np.int32)
    for at, letter in enumerate(asked):
        same = codes == letter
        row = np.empty_like(last)
        row[:, 0] = at + 1
        row[:, 1:] = np.minimum(last[:, :-1] + ~same, last[:, 1:] + 1)
        if at and longest > 1:
            swapped = same[:, :-1] & (codes[:, 1:] == asked[at - 1])
            row[:, 2:] = np.where(swapped, np.minimum(row[:, 2:], before[:, :-2] + 1), row[:, 2:])
        # a letter too many in the text: each place may be reached from the one before it
        row = np.minimum.accumulate(row - steps, axis=1) + steps
        before, last = last, row
    return last.min(axis=1), last.argmin(axis=1).astype(np.int32)


def span(word: str, text: str) -> tuple[int, int]:
    """The part of a text that a word fits best.

    >>> span("houhaun", "xhouhuanlu")
    (1, 8)
    """
    end = int(distances(word, [text])[1][0])
    length = int(distances(word[::-1], [text[:end][::-1]])[1][0])
    return end - length, end


def allowed(word: str) -> int:
    """How many mistakes a word of this length may hold.

    >>> [allowed("x" * length) for length in (3, 4, 5, 6, 10)]
    [0, 1, 1, 2, 3]
    """
    return next((most for least, most in ((10, 3), (6, 2), (4, 1)) if len(word) >= least), 0)


def allowed_han(word: str) -> int:
    """The same for Chinese characters, of which each says more.

    >>> [allowed_han("围" * length) for length in (2, 3, 5)]
    [0, 1, 2]
    """
    return next((most for least, most in ((5, 2), (3, 1)) if len(word) >= least), 0)
