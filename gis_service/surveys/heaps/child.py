"""The child process that compares two elevation models: `python -m gis_service.surveys.heaps.child REQUEST`, started in its cell.

Both files lie in the cell. How far it is goes to `stage`, the answer or the refusal, as plain data, to the verdict.
"""

import json
import sys
import warnings
from pathlib import Path
from typing import Any

from gis_service.parcels.reading import sandbox
from gis_service.parcels.reading.result import MEGABYTE, Limits

STAGE = "stage"


def main(arguments: list[str]) -> int:
    asked = json.loads(arguments[0])
    limits = Limits(**asked.pop("limits"))
    asked.pop("kind")
    network = sandbox.lock_down(limits)
    from gis_service.surveys.heaps import working  # before the walls: its libraries lie on disk

    with Path("/proc/self/status").open() as status:
        files = sandbox.confine_files(Path.cwd())
        sandbox.forbid()
        verdict = _verdict(working, asked, limits)
        verdict |= {"peak_memory_mb": sandbox.peak_memory_mb(status), "network": network, "files": files}
    Path(sandbox.VERDICT).write_text(json.dumps(verdict))
    return 0


def _verdict(working: Any, plain: dict[str, Any], limits: Limits) -> dict[str, Any]:
    from gis_service.geo.crs import CrsError
    from gis_service.geo.elevation.refused import ElevationRefused
    from gis_service.surveys.heaps.stopped import out_of_memory

    warnings.simplefilter("ignore")  # what matters of them is told by refusals and notes
    try:
        return dict(working.worked_out(working.Asked.of(plain), lambda stage: Path(STAGE).write_text(stage)))
    except (ElevationRefused, CrsError) as refusal:
        return {"refused": {"code": refusal.code, "zh": refusal.zh, "en": refusal.en}}
    except MemoryError:
        return {"refused": out_of_memory(limits.memory_bytes // MEGABYTE)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
