"""What one thing that reading can say consists of."""

from typing import Literal, NamedTuple

Level = Literal["fatal", "error", "warning", "info"]


class Message(NamedTuple):
    """`fatal` refuses the file, `error` a row (or the file, where no row is named)."""

    level: Level
    zh: str
    en: str
