"""The shape of one sentence about a file; the sentences themselves stand in `messages` and its neighbours."""

from typing import Literal, NamedTuple

Level = Literal["fatal", "error", "warning", "info"]


class Message(NamedTuple):
    level: Level
    zh: str
    en: str
