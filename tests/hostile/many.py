"""Several small files read one after the other in one cell, by the readers of the product: a program for `sandbox.run`.

Walls and limits are those of one file; memory and processor time are counted for all of them together.
"""

import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

from gis_service.parcels.reading import child, sandbox
from gis_service.parcels.reading.request import Reader, Request
from gis_service.parcels.reading.result import Limits, Row, Unreadable, row_to_json, summary_to_json, unreadable

LIST = "cases.json"


def main(arguments: list[str]) -> int:
    said = json.loads(arguments[0])
    limits = Limits(**said["limits"])
    network = os.environ.get(child.RESTARTED) or sandbox.lock_down(limits)
    warnings.simplefilter("ignore")
    cell = Path.cwd()
    with Path("/proc/self/status").open() as status:
        reader = child._reader(said["kind"], network)
        files = sandbox.confine_files(cell)
        sandbox.forbid()
        cases = json.loads((cell / LIST).read_text())
        ends = [_ended(reader, said["kind"], cell / str(n), limits, asked) for n, asked in enumerate(cases)]
        peak = sandbox.peak_memory_mb(status)
    verdict = {"ends": ends, "peak_memory_mb": peak, "network": network, "files": files}
    (cell / sandbox.VERDICT).write_text(json.dumps(verdict))
    return 0


def _ended(reader: Reader, kind: str, folder: Path, limits: Limits, asked: dict[str, Any]) -> dict[str, Any]:
    rows: list[Row] = []
    try:
        summary = reader(Request(kind=kind, folder=folder, limits=limits, **asked), rows.append)
        if not rows and not any(layer.read for layer in summary.layers):
            raise unreadable("read.no_rows")
    except Unreadable as refusal:
        return {"refused": {"code": refusal.code, "zh": refusal.zh, "en": refusal.en, "facts": refusal.facts}}
    except MemoryError:
        return {"refused": vars(unreadable("read.memory", limit_mb=limits.memory_bytes >> 20))}
    except RecursionError:
        return {"refused": vars(unreadable("json.too_deep"))}
    except Exception as surprise:
        return {"broke": repr(surprise)}
    return {"summary": summary_to_json(summary), "rows": [row_to_json(row).decode() for row in rows]}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
