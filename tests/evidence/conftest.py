"""A case's pack, small enough to be broken ten thousand times."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gis_service.core.chain import START, link
from gis_service.evidence.pack import Item, Seal, write_pack

SEALED_AT = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
ABOUT = {"title": "北围 DS-0007 倾倒案", "case_no": "2026-017", "office": "珠海高新区"}


class Pack(NamedTuple):
    data: bytes
    seal: Seal


def chained(*acts: dict[str, Any]) -> list[dict[str, Any]]:
    """The acts as steps of one chain."""
    steps, previous = [], START
    for seq, act in enumerate(acts, 1):
        step = {"seq": seq, **act}
        step |= {"previous_hash": previous, "hash": link(previous, step)}
        previous = step["hash"]
        steps.append(step)
    return steps


def an_act(action: str, before: str, after: str, **facts: Any) -> dict[str, Any]:
    return {
        "action": action,
        "before": before,
        "after": after,
        "actor": "李 明",
        "at": "2026-11-02T08:15:00Z",
        "happened_on": "2026-11-01",
        "reason": "现场检查",
        "facts": facts,
    }


STEPS = chained(
    an_act("accept", "clue", "accepted", volume_m3=120.0),
    an_act("file", "accepted", "filed", approved_by="王 芳"),
    an_act("investigate", "filed", "investigating", volume_m3=134.5, trucks=["粤C12345"]),
    an_act("close", "investigating", "closed"),
)
ITEMS = [
    Item(
        "原件/照片/现场 1.jpg", b"\xff\xd8" + bytes(range(256)) * 2, "photo", "现场照片 1", {"taken_on": "2026-11-01"}
    ),
    Item("原件/照片/现场 2.jpg", b"\xff\xd8" + bytes(reversed(range(256))), "photo", "现场照片 2"),
    Item("文书/立案审批表.pdf", b"%PDF-1.7 " + b"x" * 300, "paper", "立案审批表"),
    Item(
        "地图/位置图.svg", "<svg xmlns='http://www.w3.org/2000/svg'><title>位置</title></svg>".encode(), "map", "位置图"
    ),
]


def a_pack(items: list[Item] | None = None, steps: list[dict[str, Any]] | None = None, **about: Any) -> Pack:
    out = io.BytesIO()
    steps = STEPS if steps is None else steps
    seal = write_pack(out, items or ITEMS, steps=steps, about={**ABOUT, **about}, sealed_at=SEALED_AT)
    return Pack(out.getvalue(), seal)


@pytest.fixture(scope="session")
def pack() -> Pack:
    return a_pack()


@pytest.fixture
def packed(pack: Pack, tmp_path: Path) -> Path:
    path = tmp_path / "案卷.zip"
    path.write_bytes(pack.data)
    return path
