"""What the doors of backups answer."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from gis_service.backup.models import BackupRun
from gis_service.backup.place import Place


class RunOut(BaseModel):
    """One copy or restore for trial."""

    id: int
    kind: str
    outcome: str
    name: str
    began_at: datetime
    ended_at: datetime
    detail: dict[str, Any]

    @classmethod
    def of(cls, run: BackupRun) -> "RunOut":
        return cls(**{name: getattr(run, name) for name in cls.model_fields})


class BackupsOut(BaseModel):
    """The latest runs; whether there are backups at all, and why not."""

    is_on: bool
    folder: str | None
    place: Place | None = Field(description="where that lies, seen from the data: same disk, other disk, elsewhere")
    job: int | None
    items: list[RunOut]
