"""What may be sent to take a change back."""

from pydantic import BaseModel, ConfigDict

from gis_service.parcels.schemas import Text


class UndoIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Text | None = None
    document_id: int | None = None
    anyway: bool = False
    """Restore the earlier values even of fields that were changed again since."""
