"""What may be sent to imports, and what is shown of them."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import RowMapping

from gis_service.parcels.models import ImportBatch

Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class Acceptance(BaseModel):
    model_config = ConfigDict(extra="forbid")
    good_rows: bool = False
    reason: Reason | None = None
    document_id: int | None = None


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Reason | None = None


class Undoing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Reason


def batch_out(batch: ImportBatch, lang: str) -> dict[str, Any]:
    """A batch as pages and scripts see it; evidence and errors in the reader's language."""
    return {
        "id": batch.id,
        "file_name": batch.file_name,
        "sha256": batch.file_sha256,
        "state": batch.state,
        "format": batch.format,
        "crs": _in_language(batch.crs, lang),
        "encoding": _in_language(batch.encoding, lang),
        "layers": [layer["name"] for layer in batch.layers if layer["read"]],
        "options": {name: value for name, value in batch.options.items() if name in SHOWN_OPTIONS},
        "counts": batch.counts or None,
        "error": _problem(batch.error, lang),
        "created_at": batch.created_at,
        "created_by": batch.created_by_name,
        "decided_at": batch.decided_at,
    }


SHOWN_OPTIONS = ("crs", "encoding", "layer", "number_field", "class_system", "shift", "control_points", "affine")


def _in_language(concluded: dict[str, Any] | None, lang: str) -> dict[str, Any] | None:
    """What was concluded of a file, with its evidence as sentences of one language."""
    if concluded is None:
        return None
    plain = {name: value for name, value in concluded.items() if not name.startswith("evidence_")}
    return {**plain, "evidence": concluded[f"evidence_{lang}"]}


def _problem(error: dict[str, Any] | None, lang: str) -> dict[str, Any] | None:
    return error and {**error, "title": error[f"title_{lang}"]}


def issue_out(row: RowMapping, file_name: str, lang: str) -> dict[str, Any]:
    """An issue in the shape all errors have, with the place of the fault where there is one."""
    return {
        "id": row["id"],
        "level": row["level"],
        "code": row["code"],
        "file": file_name,
        "row": row["row_no"],
        "field": row["field"],
        "message": row[lang],
        "place": row["place"],
    }


def row_out(row: RowMapping, issues: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "row": row["row_no"],
        **{name: value for name, value in row.items() if name != "row_no"},
        "issues": issues,
    }
