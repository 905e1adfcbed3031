"""What may be sent to bulk changes, and what is shown of them."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from gis_service.core.errors import Refusal
from gis_service.parcels.bulk import rules
from gis_service.parcels.bulk.models import BulkChange
from gis_service.parcels.schemas import Facts, Text

Added = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
_fields: dict[str, Any] = {name: (Facts.model_fields[name].annotation, None) for name in rules.FIELDS}
_fields[rules.REMARK] = (Added | None, None)

Changes: type[BaseModel] = create_model("Changes", __config__=ConfigDict(extra="forbid"), **_fields)
"""The columns of `Facts` that many parcels may share, each with the type it has there, and text added to the remark."""


class Choice(BaseModel):
    """Which parcels: by their ids, or by the filters of the list."""

    model_config = ConfigDict(extra="forbid")
    ids: Annotated[list[int], Field(max_length=rules.MOST)] | None = None
    filters: dict[str, str] | None = None
    changes: Changes


Seen = tuple[int, int]
"""A parcel's id and the row_version that the preview showed."""


class BulkIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    seen: Annotated[list[Seen], Field(max_length=rules.MOST)]
    changes: Changes
    reason: Text | None = None
    document_id: int | None = None


class UndoIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Text
    rest: bool = False


def bulk_out(bulk: BulkChange, lang: str) -> dict[str, Any]:
    at = 0 if lang == "zh" else 1
    error = bulk.error and {**bulk.error, "title": bulk.error[f"title_{lang}"]}
    return {
        "id": bulk.id,
        "state": bulk.state,
        "state_word": rules.WORDS[bulk.state][at],
        "changes": bulk.changes,
        "reason": bulk.reason,
        "document_id": bulk.document_id,
        "count": bulk.count,
        "error": error,
        "created_by": bulk.created_by_name,
        "created_at": bulk.created_at,
        "undone_count": bulk.undone_count,
        "undone_by": bulk.undone_by_name,
        "undone_at": bulk.undone_at,
        "undone_reason": bulk.undone_reason,
    }


def told(parcels: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Parcels with the reason each is refused for, in words."""
    at = 0 if lang == "zh" else 1
    return [{**parcel, "message": rules.REASONS[parcel["reason"]][at]} for parcel in parcels]


def refusal(kind: type[Refusal], parcels: list[dict[str, Any]], **facts: Any) -> Refusal:
    """A refusal that names the parcels it is about: the first ones in the sentence, all in `parcels_listed`."""
    named = "、".join(str(parcel["parcel_no"] or parcel["id"]) for parcel in parcels[:MOST_NAMED])
    errors = [
        {
            "level": "error",
            "code": parcel["reason"],
            "file": None,
            "row": None,
            "field": parcel["parcel_no"] or str(parcel["id"]),
            "message": " · ".join(rules.REASONS[parcel["reason"]]),
        }
        for parcel in parcels[: rules.MOST_SHOWN]
    ]
    more = "…" if len(parcels) > MOST_NAMED else ""
    shown = parcels[: rules.MOST_SHOWN]
    return kind(count=len(parcels), parcels=named + more, parcels_listed=shown, errors=errors, **facts)


MOST_NAMED = 10
"""Parcels named in one sentence."""
