"""What a hostile file is here: its bytes, made by a script, the name it comes under, and how it must end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Bait:
    """What a file may try to reach: a secret on the disk of the server, and a port on which somebody listens."""

    secret: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


@dataclass(frozen=True)
class Refused:
    """The whole file is refused, with one of these codes; the Chinese sentence names these words."""

    codes: tuple[str, ...]
    words: tuple[str, ...] = ()
    row: int | None = None
    line: int | None = None
    layer: str | None = None
    field: str | None = None


ANY = "*"
"""Whatever error."""


@dataclass(frozen=True)
class Told:
    """The file is read; `code` is said of a row (and field), or of the file where no row is named.

    `drawn` is the number of rows that keep an outline.
    """

    code: str
    row: int | None = None
    field: str | None = None
    words: tuple[str, ...] = ()
    rows: int | None = None
    drawn: int | None = None


@dataclass(frozen=True)
class Accepted:
    """The file is read without an error: this many rows, with these values among their attributes."""

    rows: int
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Survived:
    """Damage by chance: rows or a sentence, whatever it is."""


Expected = Refused | Told | Accepted | Survived
Content = bytes | str | Callable[[], bytes | str] | Callable[[Bait], bytes | str]


@dataclass(frozen=True)
class Case:
    """One hostile file. `id` begins with its class: "H15-bowtie". `small` ones are read several to a cell."""

    id: str
    name: str
    content: Any
    expects: Expected
    asked: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    limits: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    small: bool = False

    @property
    def kind(self) -> str:
        """The class: H1 to H53."""
        return self.id.partition("-")[0]

    def bytes_for(self, bait: Bait) -> bytes:
        made = self.content
        if callable(made):
            wanted = made.__code__.co_argcount - len(made.__defaults__ or ())
            made = made(bait) if wanted else made()
        return made if isinstance(made, bytes) else made.encode()
