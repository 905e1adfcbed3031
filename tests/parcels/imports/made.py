"""Made files of parcels, and the short way of one into the database."""

import hashlib
import json
from pathlib import Path
from typing import Any

from shapely.geometry import MultiPolygon, mapping
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.core.db import Scope
from gis_service.files.models import StoredFile
from gis_service.parcels.imports import jobs, operations
from gis_service.parcels.imports.operations import District, Options
from gis_service.parcels.models import ImportBatch

DISTRICT = District("440402", (113.45, 22.28, 113.72, 22.48))

Feature = dict[str, Any]


def feature(shape: BaseGeometry | None, number: str | None = None, **properties: Any) -> Feature:
    named = {"parcel_no": number, **properties} if number else properties
    return {"type": "Feature", "properties": named, "geometry": mapping(shape) if shape is not None else None}


def geojson(folder: Path, *features: Feature, name: str = "made.geojson") -> Path:
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return path


def txt(folder: Path, content: str, name: str = "made.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode("gb18030"))
    return path


def staged(session: Session, path: Path, scope: Scope = EVERYTHING, **options: Any) -> ImportBatch:
    """A file read, staged and checked in the running transaction."""
    said = Options(**options)
    file = StoredFile(sha256=_sha256(path), name=path.name, size_bytes=path.stat().st_size)
    with jobs.read(path, path.name, said) as result:
        batch = operations.take_in(session, SERVICE, scope, district_code=DISTRICT.code, file=file, options=said)
        operations.stage(session, batch, result)
        operations.check(session, batch, DISTRICT)
    return batch


def accepted(session: Session, path: Path, *, good_rows: bool = False, **options: Any) -> ImportBatch:
    batch = staged(session, path, **options)
    return operations.accept(session, SERVICE, EVERYTHING, batch.id, district=DISTRICT, good_rows=good_rows)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def told(session: Session, batch: ImportBatch, code: str) -> list[tuple[int | None, str]]:
    """(row, Chinese sentence) of the issues with a code."""
    found = session.execute(
        text("select row_no, zh from import_issue where batch_id = :b and code = :c order by row_no, id"),
        {"b": batch.id, "c": code},
    )
    return [(row, zh) for row, zh in found]


def verdicts(session: Session, batch: ImportBatch) -> list[str]:
    found = session.execute(text("select verdict from staged_row where batch_id = :b order by row_no"), {"b": batch.id})
    return list(found.scalars())


def part(shape: MultiPolygon) -> BaseGeometry:
    return shape.geoms[0]
