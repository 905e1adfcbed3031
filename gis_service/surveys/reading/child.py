"""The child process that reads one file of holes: `python -m gis_service.surveys.reading.child REQUEST`, started in its cell.

The file is `input` there; what was read, or why not, goes to the verdict as plain data.
"""

import sys
import warnings
from pathlib import Path

from gis_service.parcels.reading import sandbox
from gis_service.parcels.reading.result import MEGABYTE, Limits, unreadable


def main(arguments: list[str]) -> int:
    return sandbox.live(arguments, _load)


def _load() -> sandbox.Work:
    from gis_service.surveys.reading import apart, reader

    def work(asked: sandbox.Plain, limits: Limits) -> sandbox.Plain:
        warnings.simplefilter("ignore")  # what libraries warn about is told by our own issues
        box = asked["box"] and tuple(asked["box"])
        try:
            found = reader.read(Path("input"), asked["name"], crs=asked["crs"], box=box)
            return {"read": apart.PLAIN.dump_python(found, mode="json")}
        except MemoryError:
            refused = unreadable("read.memory", limit_mb=limits.memory_bytes // MEGABYTE)
        return {"refused": {"code": refused.code, "zh": refused.zh, "en": refused.en}}

    return work


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
