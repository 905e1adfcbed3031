"""The child process that makes the small copy of one picture: reads `input` in its cell, writes `small.jpg`."""

import json
import sys
import warnings
from pathlib import Path
from typing import Any

from gis_service.parcels.reading import sandbox
from gis_service.parcels.reading.result import Limits

SIDE = 400
MOST_PIXELS = 200_000_000
"""A 200-megapixel phone camera is the largest there is; anything above is a bomb."""

Refused = dict[str, list[str]]


def main(arguments: list[str]) -> int:
    limits = Limits(**json.loads(arguments[0])["limits"])
    sandbox.lock_down(limits)
    from PIL import Image, ImageOps  # before the walls: its decoders are libraries on disk
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)
    Image.init()
    sandbox.confine_files(Path.cwd())
    sandbox.forbid()
    Path(sandbox.VERDICT).write_text(json.dumps(_made(Image, ImageOps)))
    return 0


def _made(image: Any, operations: Any) -> Refused | dict[str, bool]:
    image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", image.DecompressionBombWarning)
    try:
        with image.open("input", formats=("JPEG", "PNG", "WEBP", "HEIF")) as picture:
            if min(picture.size) < 1:
                return {"refused": ["图片没有像素", "it has no pixels"]}
            picture.draft("RGB", (SIDE * 2, SIDE * 2))  # a JPEG is decoded at a fraction of its size
            small = operations.exif_transpose(picture)
            small.thumbnail((SIDE, SIDE))
            plain = small.convert("RGB")
            plain.info.clear()  # a comment in the original would be written again
            plain.save("small.jpg", "JPEG", quality=80)
    except (image.DecompressionBombError, image.DecompressionBombWarning, MemoryError):
        return {
            "refused": [
                f"像素超过 {MOST_PIXELS // 1_000_000} 百万",
                f"it has more than {MOST_PIXELS // 1_000_000} million pixels",
            ]
        }
    except Exception as fault:
        return {"refused": [f"不能解码({type(fault).__name__})", f"it cannot be decoded ({type(fault).__name__})"]}
    return {"made": True}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
