"""What may be sent to imports, and what is shown of them."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import RowMapping

from gis_service.core.errors import BadRequest
from gis_service.geo import repair
from gis_service.parcels.imports.checks.catalogue import CATALOGUE
from gis_service.parcels.imports.rules import suited
from gis_service.parcels.models import ImportBatch

Name = Annotated[str, StringConstraints(max_length=300)]
Sender = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
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


class Remapping(BaseModel):
    model_config = ConfigDict(extra="forbid")
    columns: dict[Name, Name] = Field(default_factory=dict, max_length=300)
    class_system: Literal["LU2023", "GBT21010"] | None = None
    sender: Sender | None = None
    remember: bool = False


class Mending(BaseModel):
    """Rows to be mended: those named, or all with the issue `code`, or all to which the mend is an answer."""

    model_config = ConfigDict(extra="forbid")
    fix: str
    rows: Annotated[list[int], Field(max_length=5000)] | None = None
    code: str | None = None
    tolerance_m: Annotated[float, Field(gt=0, le=repair.WIDEST_SNAP_M)] = repair.SNAP_M


class Unmending(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rows: Annotated[list[int], Field(max_length=5000)] | None = None


def columns_of(text: str | None) -> dict[str, str] | None:
    """The form field `columns`: a JSON object, register field → column of the file.

    >>> columns_of('{"parcel_no": "地块号"}'), columns_of("")
    ({'parcel_no': '地块号'}, None)
    """
    said = _json(text, "columns")
    if said is None:
        return None
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise BadRequest(parameter="columns", value=(text or "")[:60])
    return said or None


def _json(text: str | None, parameter: str) -> Any:
    if not text or not text.strip():
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadRequest(parameter=parameter, value=text[:60]) from None


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
        "previous_batch_id": batch.previous_batch_id,
        "error": _problem(batch.error, lang),
        "created_at": batch.created_at,
        "created_by": batch.created_by_name,
        "decided_at": batch.decided_at,
    }


SHOWN_OPTIONS = (
    "crs", "encoding", "layer", "number_field", "class_system", "shift", "control_points", "affine", "columns", "sender", "mode",
)  # fmt: skip


def checks_out(batch: ImportBatch, lang: str) -> list[dict[str, Any]]:
    """Every check that was asked, with what it looked at and how often it found something."""
    found = (batch.counts or {}).get("checks", {})
    return [
        {"code": entry.code, "level": entry.level, "title": entry.titled(lang), "found": found[entry.code]}
        for entry in CATALOGUE.values()
        if entry.code in found and (not entry.code.startswith("update.") or batch.options.get("mode") == "update")
    ]


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
    """A row with its issues, what it does to the register (`act`), and the mends that may be an answer."""
    return {
        "row": row["row_no"],
        **{name: value for name, value in row.items() if name != "row_no"},
        "act": act_of(row["changes"]),
        "issues": issues,
        "suited": suited(issue["code"] for issue in issues),
    }


def act_of(changes: list[Any] | None) -> str:
    """
    >>> act_of(None), act_of([]), act_of([{"field": "remark"}])
    ('new', 'same', 'change')
    """
    if changes is None:
        return "new"
    return "change" if changes else "same"
