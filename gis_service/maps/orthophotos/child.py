"""The child process that draws a picture anew: `python -m gis_service.maps.orthophotos.child REQUEST`, started in its cell.

A copy of the original lies in the cell. How far it is goes to `stage`, the new file to `cog.tif`, the answer or the refusal, as
plain data, to the verdict.
"""

import json
import sys
import warnings
from pathlib import Path
from typing import Any

from gis_service.parcels.reading import sandbox
from gis_service.parcels.reading.result import MEGABYTE, Limits

STAGE, COG = "stage", "cog.tif"


def main(arguments: list[str]) -> int:
    asked = json.loads(arguments[0])
    limits = Limits(**asked.pop("limits"))
    network = sandbox.lock_down(limits)
    from gis_service.maps.orthophotos import working  # before the walls: its libraries lie on disk

    with Path("/proc/self/status").open() as status:
        files = sandbox.confine_files(Path.cwd())
        sandbox.forbid()
        verdict = _verdict(working, asked, limits)
        verdict |= {"peak_memory_mb": sandbox.peak_memory_mb(status), "network": network, "files": files}
    Path(sandbox.VERDICT).write_text(json.dumps(verdict))
    return 0


def _verdict(working: Any, asked: dict[str, Any], limits: Limits) -> dict[str, Any]:
    from gis_service.geo.crs import CrsError
    from gis_service.maps.orthophotos.refused import OrthophotoRefused
    from gis_service.maps.orthophotos.stopped import out_of_memory

    warnings.simplefilter("ignore")  # what matters of them is told by refusals
    try:
        return dict(working.worked_out(asked, Path(COG), _tell))
    except (OrthophotoRefused, CrsError) as refusal:
        return {"refused": {"code": refusal.code, "zh": refusal.zh, "en": refusal.en}}
    except MemoryError:
        return {"refused": out_of_memory(limits.memory_bytes // MEGABYTE)}


def _tell(stage: str, percent: int) -> None:
    Path(STAGE).write_text(f"{stage} {percent}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
