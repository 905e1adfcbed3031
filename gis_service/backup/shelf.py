"""The backup folder:

base/20261130T021700Z/data/        the database as pg_basebackup wrote it, with its manifest of checksums
base/20261130T021700Z/backup.json  what it holds; written last: a copy without it is not one
wal/<system id>/                   the database's log of changes since, piece by piece (written by the server itself)
files/ab/abcdef…                   every stored file, once
tls/                               the certificates of the service
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gis_service.backup.errors import NoBackup, TooEarly
from gis_service.core.pgconf import FILES_KEPT
from gis_service.files.store import LocalStore

STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Backup:
    """One whole copy of the database, and what was known of it when it was made."""

    folder: Path
    facts: dict[str, Any]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def began_at(self) -> datetime:
        return datetime.fromisoformat(self.facts["began_at"])

    @property
    def ended_at(self) -> datetime:
        """From when on it can be restored to: a copy is of the moment it ended."""
        return datetime.fromisoformat(self.facts["ended_at"])

    @property
    def first_log(self) -> str:
        """The piece of the log that a restore begins with."""
        label = (self.data / "backup_label").read_text()
        return label.split("(file ", 1)[1].split(")", 1)[0]


class Shelf:
    """The backups below one folder."""

    def __init__(self, root: Path):
        self.root = root.absolute()
        self.files = LocalStore(self.root / "files")

    def backups(self) -> list[Backup]:
        """Whole ones, oldest first."""
        return sorted(self._found(), key=lambda one: one.name)

    def _found(self) -> Iterator[Backup]:
        for note in (self.root / "base").glob("*/backup.json"):
            yield Backup(note.parent, json.loads(note.read_text(encoding="utf-8")))

    def named(self, name: str) -> Backup:
        """Raises `NoBackup`."""
        for one in self.backups():
            if one.name == name:
                return one
        raise NoBackup(name=f" {name} ", path=str(self.root))

    def newest(self, before: datetime | None = None) -> Backup:
        """The newest that was whole by that moment; raises `NoBackup`, `TooEarly`."""
        all_of_them = self.backups()
        if not all_of_them:
            raise NoBackup(name="", path=str(self.root))
        fitting = [one for one in all_of_them if before is None or one.ended_at <= before]
        if not fitting:
            raise TooEarly(to=f"{before:%Y-%m-%d %H:%M:%S%z}", oldest=all_of_them[0].name)
        return fitting[-1]

    def wal(self, system_id: str) -> Path:
        return self.root / "wal" / system_id

    @property
    def files_kept(self) -> Path:
        """The mark until when stored files are here."""
        return self.root / "wal" / FILES_KEPT

    def begin(self, at: datetime) -> Path:
        """The folder of a copy that begins now; of two within one second the later is named after the next free one, since names are
        in the order of their beginnings."""
        while True:
            folder = self.root / "base" / at.astimezone(UTC).strftime(STAMP)
            try:
                folder.mkdir(parents=True, mode=0o700)
            except FileExistsError:
                at += timedelta(seconds=1)
            else:
                return folder

    def drop(self, backup: Backup) -> None:
        (backup.folder / "backup.json").unlink()  # first: what is half gone is no backup
        shutil.rmtree(backup.folder)
