"""What may be asked of monthly reports over HTTP."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Said = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class PackIn(BaseModel):
    """A pack to be made. With a reason: a new edition of a month that is closed."""

    model_config = ConfigDict(extra="forbid")
    month: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]
    reason: Reason = ""


class NoteIn(BaseModel):
    """What is said of a parcel in a month; an empty field leaves it to the register."""

    model_config = ConfigDict(extra="forbid")
    difficulty: Said = ""
    next_step: Said = ""
    responsible: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""
    due_on: date | None = None
