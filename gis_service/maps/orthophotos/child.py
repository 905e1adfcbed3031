"""The child process that draws a picture anew: `python -m gis_service.maps.orthophotos.child REQUEST`, started in its cell.

A copy of the original lies in the cell. How far it is goes to `stage`, the new file to `cog.tif`, the answer or the refusal, as
plain data, to the verdict.
"""

import sys
import warnings
from pathlib import Path

from gis_service.parcels.reading import sandbox
from gis_service.parcels.reading.result import MEGABYTE, Limits

STAGE, COG = "stage", "cog.tif"


def main(arguments: list[str]) -> int:
    return sandbox.live(arguments, _load)


def _load() -> sandbox.Work:
    from gis_service.geo.crs import CrsError
    from gis_service.maps.orthophotos import working
    from gis_service.maps.orthophotos.refused import OrthophotoRefused
    from gis_service.maps.orthophotos.stopped import out_of_memory

    def work(asked: sandbox.Plain, limits: Limits) -> sandbox.Plain:
        warnings.simplefilter("ignore")  # what matters of them is told by refusals
        try:
            return dict(working.worked_out(asked, Path(COG), _tell))
        except (OrthophotoRefused, CrsError) as refusal:
            return {"refused": {"code": refusal.code, "zh": refusal.zh, "en": refusal.en}}
        except MemoryError:
            return {"refused": out_of_memory(limits.memory_bytes // MEGABYTE)}

    return work


def _tell(stage: str, percent: int) -> None:
    Path(STAGE).write_text(f"{stage} {percent}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
