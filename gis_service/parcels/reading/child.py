"""The child process that reads one file: `python -m gis_service.parcels.reading.child REQUEST`, started in its cell.

Rows go to standard output as JSON lines; the verdict, one JSON object, goes to a file in the cell at the end.
"""

import json
import os
import sys
import warnings
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from gis_service.parcels.reading import sandbox, ways
from gis_service.parcels.reading.request import Reader, Request
from gis_service.parcels.reading.result import (
    MEGABYTE,
    Limits,
    Row,
    Summary,
    Unreadable,
    row_to_json,
    summary_to_json,
    unreadable,
)

RESTARTED = "READING_RESTARTED"


def main(arguments: list[str]) -> int:
    plain = json.loads(arguments[0])
    plain["control_points"] = tuple(map(tuple, plain["control_points"]))
    limits = Limits(**plain.pop("limits"))
    network = os.environ.get(RESTARTED) or sandbox.lock_down(limits)
    request = Request(**plain, folder=Path.cwd(), limits=limits)
    with Path("/proc/self/status").open() as status:
        verdict = _verdict(request, network)
        verdict |= {"peak_memory_mb": sandbox.peak_memory_mb(status), "network": network}
    (request.folder / sandbox.VERDICT).write_text(json.dumps(verdict))
    return 0


def _verdict(request: Request, network: str) -> dict[str, Any]:
    files = None
    try:
        reader = _reader(request.kind, network)
        files = sandbox.confine_files(request.folder)
        sandbox.forbid()
        return {"summary": summary_to_json(_read(request, reader)), "files": files}
    except Unreadable as refusal:
        refused = refusal
    except MemoryError:
        refused = unreadable("read.memory", limit_mb=request.limits.memory_bytes // MEGABYTE)
    except RecursionError:
        refused = unreadable("json.too_deep")
    except OSError as failure:
        if failure.errno != 27:  # EFBIG: the limit on the size of files
            raise
        refused = unreadable("read.output_too_big", limit_mb=request.limits.output_bytes // MEGABYTE)
    said = {"code": refused.code, "zh": refused.zh, "en": refused.en, "facts": refused.facts}
    return {"refused": said, "files": files}


def _read(request: Request, reader: Reader) -> Summary:
    warnings.simplefilter("ignore")  # what libraries warn about is told by our own issues
    count, stamp = 0, ways.stamp(request)
    with os.fdopen(_rows_descriptor(), "wb", buffering=MEGABYTE) as out:

        def emit(row: Row) -> None:
            nonlocal count
            count += 1
            if count > request.limits.rows:
                raise unreadable("read.too_many_rows", rows=f">{request.limits.rows}", limit=request.limits.rows)
            out.write(row_to_json(replace(row, **stamp) if stamp and row.geometry is not None else row))

        summary = reader(request, emit)
    if count == 0 and not any(layer.read for layer in summary.layers):
        raise unreadable("read.no_rows")
    ways.require_taken(request, summary.crs.geom_source)
    return replace(summary, row_count=count)


def _rows_descriptor() -> int:
    """Where rows go; whatever libraries print goes to standard error instead."""
    rows = os.dup(1)
    os.dup2(2, 1)
    return rows


#: Kind → the module that reads it, and the function there.
READERS = {
    "geojson": ("geojson", "read"),
    "txt": ("land_txt.read", "read"),
    "dat": ("cass", "read"),
    "kml": ("kml.read", "read"),
    "kmz": ("kml.read", "read_kmz"),
    "dxf": ("dxf.read", "read"),
    "parquet": ("geoparquet", "read"),
    "xlsx": ("tables.workbook", "read"),
    "csv": ("tables.delimited", "read"),
    "gpkg": ("geopackage", "read"),
    "zip": ("zipped", "read"),
    "shp": ("shapefile", "read_parts"),
    "dbf": ("shapefile", "read_table"),
    "tab": ("mapinfo", "read_parts"),
    "mif": ("mapinfo", "read_parts"),
}
WITH_GDAL = frozenset({"gpkg", "zip", "shp", "dbf", "tab", "mif"})


def _reader(kind: str, network: str) -> Reader:
    """The reader of a kind; only what it needs is imported."""
    if kind in WITH_GDAL:
        _import_gdal(kind, network)
    module, function = READERS[kind]
    found: Reader = getattr(import_module(f"{__package__}.{module}"), function)
    return found


def _import_gdal(kind: str, network: str) -> None:
    """Import pyogrio with nothing but the drivers allowed for a kind, without the half of pandas it would like to have."""
    for heavy in ("geopandas", "pandas", "pyarrow"):
        sys.modules[heavy] = None  # type: ignore[assignment]
    import pyogrio

    surplus = set(pyogrio.list_drivers()) - sandbox.allowed_drivers(kind)
    if not surplus:
        return
    if RESTARTED in os.environ:
        raise unreadable("read.sandbox", reason=", ".join(sorted(surplus)))
    os.environ[RESTARTED] = network
    os.environ["OGR_SKIP"] += "," + ",".join(sorted(surplus))
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - this very program again


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
