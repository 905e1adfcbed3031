"""Reading hostile files in their cells, one each or several small ones in one, and how each ended."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gis_service.parcels.reading import reader, sandbox
from gis_service.parcels.reading.result import (
    MEGABYTE,
    Cost,
    Issue,
    Limits,
    Row,
    Unreadable,
    row_from_json,
    summary_from_json,
)
from tests.hostile import many
from tests.hostile.corpus.case import ANY, Accepted, Bait, Case, Refused, Told

MOST_MB = 512
BOUNDS = {"memory_bytes": MOST_MB * MEGABYTE, "cpu_seconds": 10, "wall_seconds": 60}
"""What the requirement allows one file; whoever needs more is stopped, and its sentence is not the one expected."""

PROGRAM = "tests.hostile.many"


@dataclass(frozen=True)
class End:
    """How one file ended: its refusal, or its rows and what was said of the file."""

    refusal: Unreadable | None
    rows: list[Row]
    issues: list[Issue]
    cost: Cost | None

    def said(self) -> list[Issue]:
        return self.issues + [found for row in self.rows for found in row.issues]

    def words(self) -> str:
        """All that anybody is told of it."""
        told = [asdict(found) for found in self.said()] + [row.attributes for row in self.rows]
        if self.refusal is not None:
            told.append({"zh": self.refusal.zh, "en": self.refusal.en, **self.refusal.facts})
        return json.dumps(told, ensure_ascii=False, default=str)


def read(case: Case, bait: Bait, folder: Path) -> End:
    """The way of the product: the file in a cell of its own."""
    path = folder / "upload"
    path.write_bytes(case.bytes_for(bait))
    try:
        with reader.read(path, file_name=case.name, limits=Limits(**{**BOUNDS, **case.limits}), **case.asked) as result:
            return End(None, list(result.rows), result.issues, result.cost)
    except Unreadable as refusal:
        return End(refusal, [], [], refusal.cost)


def read_many(cases: Sequence[Case], bait: Bait, folder: Path) -> dict[str, End]:
    """Small files of one kind, one after the other in one cell; by id."""
    ends: dict[str, End] = {}
    left: list[Case] = []
    kind = ""
    with tempfile.TemporaryDirectory(prefix="reading-") as name:
        cell = Path(name)
        for case in cases:
            path = folder / "upload"
            path.write_bytes(case.bytes_for(bait))
            try:
                kind = reader._kind(path, case.name, Limits())
            except Unreadable as refusal:
                refusal.file = case.name
                ends[case.id] = End(refusal, [], [], None)
                continue
            (cell / str(len(left))).mkdir()
            path.rename(cell / str(len(left)) / "input")
            left.append(case)
        if not left:
            return ends
        (cell / many.LIST).write_text(json.dumps([{"file": case.name, **case.asked} for case in left]))
        limits = Limits(**BOUNDS)  # type: ignore[arg-type]
        with tempfile.TemporaryFile() as out:
            outcome = sandbox.run({"kind": kind, "limits": asdict(limits)}, cell, out, limits, program=PROGRAM)
    verdict = outcome.verdict
    assert verdict is not None, f"{[case.id for case in left]}: {outcome}"
    cost = Cost(outcome.seconds, verdict["peak_memory_mb"], verdict["network"], verdict["files"])
    return ends | {case.id: _end(case, plain, cost) for case, plain in zip(left, verdict["ends"], strict=True)}


def _end(case: Case, plain: dict[str, Any], cost: Cost) -> End:
    assert "broke" not in plain, f"{case.id}: {plain['broke']}"
    if "refused" in plain:
        refusal = Unreadable(**{name: plain["refused"][name] for name in ("code", "zh", "en", "facts")})
        refusal.file, refusal.cost = case.name, cost
        return End(refusal, [], [], cost)
    rows = [row_from_json(line.encode()) for line in plain["rows"]]
    return End(None, rows, summary_from_json({**plain["summary"]}).issues, cost)


# --- judging -----------------------------------------------------------------------------------------------------

STOPPED = {"read.time", "read.memory", "read.crashed", "read.sandbox"}
"""Sentences for a reader that was stopped or broke: right for nobody, unless a case expects just that."""


def judge(case: Case, end: End, secret: str) -> None:
    """Whether a file ended as it must."""
    assert secret not in end.words()
    if end.cost is not None and end.cost.peak_memory_mb is not None:
        assert end.cost.peak_memory_mb <= MOST_MB
    for found in end.said():
        assert found.message_zh.strip()
        assert has_chinese(found.message_zh)
    if end.refusal is not None:
        _clear(case, end.refusal)
    expects = case.expects
    if isinstance(expects, Refused):
        assert end.refusal is not None, f"it was read: {[found.code for found in end.said()]}"
        _refused(expects, end.refusal)
    elif isinstance(expects, Told):
        assert end.refusal is None, end.refusal
        _told(expects, end)
    elif isinstance(expects, Accepted):
        assert end.refusal is None, end.refusal
        _accepted(expects, end)


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _clear(case: Case, refusal: Unreadable) -> None:
    """One sentence in each language, the file named, nothing of ours shown."""
    assert refusal.file == Path(case.name.replace("\\", "/")).name[:200] or "/" in case.name
    assert has_chinese(refusal.zh)
    assert refusal.en.strip()
    assert len(refusal.zh) < 2000
    assert "{" not in refusal.zh or "{" in case.name or "{" in str(refusal.facts)
    for leak in ("Traceback", "/tmp/", "site-packages", "gis_service"):
        assert leak not in refusal.zh + refusal.en
    expected = case.expects.codes if isinstance(case.expects, Refused) else ()
    assert refusal.code not in STOPPED or refusal.code in expected, refusal


def _refused(expects: Refused, refusal: Unreadable) -> None:
    assert refusal.code in expects.codes, f"{refusal.code}: {refusal.zh}"
    for word in expects.words:
        assert word in refusal.zh, refusal.zh
    for name in ("row", "line", "layer", "field"):
        wanted = getattr(expects, name)
        assert wanted is None or getattr(refusal.place, name) == wanted, refusal.place


def _told(expects: Told, end: End) -> None:
    here = [
        found
        for found in end.said()
        if found.row == expects.row and (found.code == expects.code or (expects.code == ANY and found.level == "error"))
    ]
    assert here, [(found.code, found.row, found.message_zh) for found in end.said()]
    if expects.field is not None:
        assert [found for found in here if found.field == expects.field], here
    for word in expects.words:
        assert any(word in found.message_zh for found in here), here
    assert expects.rows is None or len(end.rows) == expects.rows
    if expects.drawn is not None:
        assert len([row for row in end.rows if row.geometry is not None]) == expects.drawn


def _accepted(expects: Accepted, end: End) -> None:
    assert [found for found in end.said() if found.level == "error"] == []
    assert len(end.rows) == expects.rows
    for value in expects.values:
        assert any(value in row.attributes.values() for row in end.rows), [row.attributes for row in end.rows]
