"""Where PostgreSQL with PostGIS lies on this machine.

Standard library only: set-up asks this before anything is installed, the cluster asks it again when it starts.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 15  # security_invoker views, `strategy file_copy`, lz4 for the write-ahead log
EXTENSIONS = ("postgis", "btree_gist", "pg_trgm", "pgcrypto", "unaccent")


@dataclass(frozen=True, order=True)
class Binaries:
    """One installed server: its major version and the folder its programs are in."""

    major: int
    folder: Path

    def program(self, name: str) -> str:
        return str(self.folder / name)


def installed(root: Path = Path("/")) -> list[Binaries]:
    """Every server of a usable version that has all our extensions, newest first."""
    return sorted((found for found in _servers(root) if _has_extensions(found, root)), reverse=True)


def _servers(root: Path) -> Iterator[Binaries]:
    """As Debian and Ubuntu lay them out, then as the PostgreSQL project's RPMs do."""
    for folder in (*root.glob("usr/lib/postgresql/*/bin"), *root.glob("usr/pgsql-*/bin")):
        major = folder.parent.name.removeprefix("pgsql-")
        if major.isdigit() and int(major) >= OLDEST_MAJOR and os.access(folder / "postgres", os.X_OK):
            yield Binaries(int(major), folder)


def _has_extensions(found: Binaries, root: Path) -> bool:
    folders = (root / f"usr/share/postgresql/{found.major}/extension", found.folder.parent / "share/extension")
    return any(all((folder / f"{name}.control").exists() for name in EXTENSIONS) for folder in folders)
