"""Shapes of papers over HTTP."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class GoBack(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: int
    note: Note


class TemplateVersion(BaseModel):
    version: int
    note: str
    uploaded_by: str
    uploaded_at: datetime
    sha256: str
    usable: bool


class KindOut(BaseModel):
    code: str
    zh: str
    en: str
    procedure: str
    procedure_zh: str
    procedure_en: str
    series: str
    has_template: bool
    version: int
    """The newest version; 0 is the shipped template."""
    changed_at: datetime | None
    changed_by: str | None
