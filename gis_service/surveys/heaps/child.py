"""The child process that compares two elevation models: `python -m gis_service.surveys.heaps.child REQUEST`, started in its cell.

Both files lie in the cell. How far it is goes to `stage`, the answer or the refusal, as plain data, to the verdict.
"""

import sys
import warnings
from pathlib import Path

from gis_service.parcels.reading import sandbox
from gis_service.parcels.reading.result import MEGABYTE, Limits

STAGE = "stage"


def main(arguments: list[str]) -> int:
    return sandbox.live(arguments, _load)


def _load() -> sandbox.Work:
    from gis_service.geo.crs import CrsError
    from gis_service.geo.elevation.refused import ElevationRefused
    from gis_service.surveys.heaps import working
    from gis_service.surveys.heaps.stopped import out_of_memory

    def work(asked: sandbox.Plain, limits: Limits) -> sandbox.Plain:
        warnings.simplefilter("ignore")  # what matters of them is told by refusals and notes
        asked.pop("kind")
        try:
            return dict(working.worked_out(working.Asked.of(asked), _tell))
        except (ElevationRefused, CrsError) as refusal:
            return {"refused": {"code": refusal.code, "zh": refusal.zh, "en": refusal.en}}
        except MemoryError:
            return {"refused": out_of_memory(limits.memory_bytes // MEGABYTE)}

    return work


def _tell(stage: str) -> None:
    Path(STAGE).write_text(stage)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
