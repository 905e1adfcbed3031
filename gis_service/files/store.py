"""Where bytes lie. `FileStore` is the interface; `LocalStore` keeps them in a folder of this machine."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO, Protocol

CHUNK = 1 << 20


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


class FileStore(Protocol):
    def put(self, source: BinaryIO, *, limit_bytes: int) -> tuple[str, int]:
        """Keep the bytes; returns their SHA-256 and size. Raises `TooLarge` past the limit, keeping nothing."""

    def path(self, sha256: str) -> Path:
        """A path under which the bytes can be read."""


class TooLarge(Exception):
    """The file is larger than the limit."""


class LocalStore:
    """Files under `root/ab/abcdef…`: written aside, synced, then moved into place, so none is ever half there."""

    def __init__(self, root: Path):
        self.root = root

    def put(self, source: BinaryIO, *, limit_bytes: int) -> tuple[str, int]:
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(dir=self.root, delete=False) as aside:
            try:
                while chunk := source.read(CHUNK):
                    size += len(chunk)
                    if size > limit_bytes:
                        raise TooLarge
                    digest.update(chunk)
                    aside.write(chunk)
                aside.flush()
                os.fsync(aside.fileno())
                place = self.path(digest.hexdigest())
                place.parent.mkdir(exist_ok=True)
                Path(aside.name).replace(place)
            except BaseException:
                Path(aside.name).unlink(missing_ok=True)
                raise
        return digest.hexdigest(), size

    def path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256

    def remove(self, sha256: str) -> None:
        """Forget the bytes; only for files that can be made again."""
        self.path(sha256).unlink(missing_ok=True)
