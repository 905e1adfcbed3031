"""Which parcel a file of a ZIP belongs to: by the parcel number at the start of its name, or as the name of a folder."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

_BREAK = re.compile(r"[\s_.()（）\[\]【】、,，;；+&-]")


def plain(text: str) -> str:
    """
    >>> plain("ｂｗ－０００１")
    'BW-0001'
    """
    return unicodedata.normalize("NFKC", text).strip().upper()


def number_in(path: str, numbers: Iterable[str]) -> str | None:
    """The parcel number a path speaks of: the longest one its name begins with, else a folder that is one.

    A number must end where the name has a break, so that BW-0001 is not found in BW-00012.

    >>> number_in("BW-0001-1_红线图.pdf", ["BW-0001", "BW-0001-1"]), number_in("BW-00012.pdf", ["BW-0001"])
    ('BW-0001-1', None)
    >>> number_in("资料/BW-0001/产权证.pdf", ["BW-0001"])
    'BW-0001'
    """
    by_plain = {plain(number): number for number in numbers}
    parts = PurePosixPath(path.replace("\\", "/")).parts
    name = plain(PurePosixPath(parts[-1]).stem) if parts else ""
    starts = sorted((number for number in by_plain if _begins(name, number)), key=len, reverse=True)
    if starts:
        return by_plain[starts[0]]
    return next((by_plain[plain(folder)] for folder in reversed(parts[:-1]) if plain(folder) in by_plain), None)


def _begins(name: str, number: str) -> bool:
    return name.startswith(number) and (len(name) == len(number) or bool(_BREAK.match(name[len(number)])))
