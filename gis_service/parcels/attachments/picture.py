"""The small copy of a picture, made in the same kind of cell as files of parcels are read in.

A picture from somebody else is decoded where it can do no harm: without network, with bounds on memory and time. What
comes back is a JPEG encoded anew: without the position, serial number or anything else a camera wrote into it.
"""

import shutil
import tempfile
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

from gis_service.parcels.attachments.errors import BadPicture
from gis_service.parcels.reading import sandbox
from gis_service.parcels.reading.result import MEGABYTE, Limits

PROGRAM = "gis_service.parcels.attachments.picture_child"
LIMITS = Limits(memory_bytes=1024 * MEGABYTE, cpu_seconds=10, wall_seconds=20, output_bytes=16 * MEGABYTE)


def small_copy(path: Path, *, name: str) -> BytesIO:
    """A JPEG of at most 400 pixels a side; raises `BadPicture` with what is wrong with the picture."""
    with tempfile.TemporaryDirectory(prefix="picture-") as cell, tempfile.TemporaryFile() as out:
        folder = Path(cell)
        shutil.copyfile(path, folder / "input")
        outcome = sandbox.run({"limits": asdict(LIMITS)}, folder, out, LIMITS, program=PROGRAM)
        verdict = outcome.verdict or {"refused": ["解码失败或超出限度", "it could not be decoded within bounds"]}
        if "refused" in verdict:
            zh, en = verdict["refused"]
            raise BadPicture(name=name, reason_zh=zh, reason=en)
        return BytesIO((folder / "small.jpg").read_bytes())
