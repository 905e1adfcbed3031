"""Files that are whole or not there, for their owner only: keys, and papers that nobody may replace."""

import os
import secrets
from pathlib import Path


def write(path: Path, content: bytes, *, mode: int = 0o600, fresh: bool = False) -> None:
    """Write a file aside and move it into place; its folder is made (mode 0700) where there is none.

    With `fresh` nothing is ever replaced: raises `FileExistsError` where somebody was first.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    try:
        if fresh:
            os.link(aside, path)
        else:
            aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
