"""The child process that reads one file of holes: `python -m gis_service.surveys.reading.child REQUEST`, started in its cell.

The file is `input` there; what was read, or why not, goes to the verdict as plain data.
"""

import json
import sys
import warnings
from pathlib import Path
from typing import Any

from gis_service.parcels.reading import sandbox
from gis_service.parcels.reading.result import MEGABYTE, Limits, unreadable


def main(arguments: list[str]) -> int:
    asked = json.loads(arguments[0])
    limits = Limits(**asked.pop("limits"))
    network = sandbox.lock_down(limits)
    from gis_service.surveys.reading import apart, reader  # before the walls: their libraries lie on disk

    with Path("/proc/self/status").open() as status:
        files = sandbox.confine_files(Path.cwd())
        sandbox.forbid()
        verdict = _verdict(apart, reader, asked, limits)
        verdict |= {"peak_memory_mb": sandbox.peak_memory_mb(status), "network": network, "files": files}
    Path(sandbox.VERDICT).write_text(json.dumps(verdict))
    return 0


def _verdict(apart: Any, reader: Any, asked: dict[str, Any], limits: Limits) -> dict[str, Any]:
    warnings.simplefilter("ignore")  # what libraries warn about is told by our own issues
    box = asked["box"] and tuple(asked["box"])
    try:
        found = reader.read(Path("input"), asked["name"], crs=asked["crs"], box=box)
        return {"read": apart.PLAIN.dump_python(found, mode="json")}
    except MemoryError:
        refused = unreadable("read.memory", limit_mb=limits.memory_bytes // MEGABYTE)
    return {"refused": {"code": refused.code, "zh": refused.zh, "en": refused.en}}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
