"""Every hostile file of the corpus, read as the product reads: a sentence that names the place, in bounds, nothing left."""

import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile import corpus
from tests.hostile.conftest import Listener
from tests.hostile.corpus.case import Bait, Case
from tests.hostile.ends import End, judge, read, read_many

ALONE = [case for case in corpus.CASES if not case.small]
TOGETHER = 80
"""Files that share the bounds of one."""

SMALL = [case for case in corpus.CASES if case.small]


@pytest.mark.parametrize("case", ALONE, ids=lambda case: case.id)
def test_a_hostile_file_ends_in_a_sentence(
    case: Case, bait: Bait, listener: Listener, secret: str, cells: Path, tmp_path: Path
) -> None:
    judge(case, read(case, bait, tmp_path), secret)
    assert listener.visits == 0


@pytest.fixture(scope="module")
def ends(bait: Bait, tmp_path_factory: pytest.TempPathFactory) -> dict[str, End]:
    """The small ones, read by kind, each kind in one cell."""
    folder = tmp_path_factory.mktemp("small")
    cells = folder / "cells"
    cells.mkdir()
    found: dict[str, End] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(cells))
        for ending in sorted({Path(case.name).suffix for case in SMALL}):
            alike = [case for case in SMALL if Path(case.name).suffix == ending]
            for start in range(0, len(alike), TOGETHER):
                found |= read_many(alike[start : start + TOGETHER], bait, folder)
    assert list(cells.iterdir()) == []
    return found


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.id)
def test_a_small_hostile_file_ends_in_a_sentence(
    case: Case, ends: dict[str, End], listener: Listener, secret: str
) -> None:
    judge(case, ends[case.id], secret)
    assert listener.visits == 0


def test_the_corpus_is_large_and_every_case_has_a_name_of_its_own(
    listener: Listener, record_property: Callable[[str, object], None]
) -> None:
    names = Counter(case.id for case in corpus.CASES)
    assert [name for name, times in names.items() if times > 1] == []
    assert len(names) >= 400
    record_property("cases", len(names))
    record_property("kinds", len({name.split("-")[0] for name in names}))
    record_property("connections", listener.visits)
