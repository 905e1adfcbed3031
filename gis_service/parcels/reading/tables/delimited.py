"""Delimited texts (.csv, .tsv): one table, named after the file."""

from pathlib import PurePath

from gis_service.parcels.reading.request import Emit, Request
from gis_service.parcels.reading.result import Summary
from gis_service.parcels.reading.tables import rows, text

FORMAT = "CSV"


def read(request: Request, emit: Emit) -> Summary:
    choice, issues = text.encoding_of(request.source, request.encoding)
    name = PurePath(request.file)
    table, encoding = text.opened(request.source, name.stem or "CSV", choice, tabs=name.suffix.lower() == ".tsv")
    outcome = rows.read(table, request, emit)
    return Summary(FORMAT, [outcome.layer], outcome.crs, encoding, issues + outcome.issues)
