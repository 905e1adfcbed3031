"""The stored words of orthophotos. Pure."""

from enum import StrEnum


class State(StrEnum):
    QUEUED = "queued"
    READY = "ready"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


WORDS: dict[State, tuple[str, str]] = {
    State.QUEUED: ("处理中", "being prepared"),
    State.READY: ("可用", "ready"),
    State.FAILED: ("未成功", "failed"),
    State.WITHDRAWN: ("已撤回", "withdrawn"),
}


class Stage(StrEnum):
    """How far the work on a picture is; the child writes it, the page shows it."""

    EXAMINING = "examining"
    DRAWING = "drawing"
    PACKING = "packing"


STAGE_WORDS: dict[str, tuple[str, str]] = {
    Stage.EXAMINING: ("检查文件", "examining the file"),
    Stage.DRAWING: ("重新采样", "drawing it anew"),
    Stage.PACKING: ("压缩并做概览", "packing it, with overviews"),
}

PUBLIC_FROM_M = 0.5
"""Pictures finer than this may not be made public (遥感影像公开使用管理规定); inside the office they may be used."""
