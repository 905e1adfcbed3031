"""From the wish to the file. While a child prints one run of parcels, the next is drawn; what is printed lies on disk.

So two cores are busy, and memory holds two runs however many there are. Numbers come last: how many pages a sheet takes is known
only when it is drawn, so every page gets its foot when the document is bound.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import structlog
from geopandas import GeoDataFrame

from gis_service.core.errors import NotFound
from gis_service.papers.errors import CharactersMissing
from gis_service.sheets.atlas.asked import Wish
from gis_service.sheets.atlas.binding import bound, feet
from gis_service.sheets.atlas.errors import ParcelUnfit, PressDied, TooManyPages
from gis_service.sheets.atlas.front import Leaf, front, title_of
from gis_service.sheets.atlas.rules import MOST_PAGES, RUN
from gis_service.sheets.atlas.stock import stocked
from gis_service.sheets.atlas.subjects import Subject, subjects
from gis_service.sheets.drawing.items import Page
from gis_service.sheets.errors import CannotPrint, TooLarge, TooSlow
from gis_service.sheets.errors import TooManyPages as LongLists
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import made
from gis_service.sheets.printing import output
from gis_service.sheets.printing.press import Press

RUN_SECONDS = 300.0
"""Most for one run: forty pages take two or three on a quiet machine."""
LOOK_EVERY_S = 0.3
FEET = 500
"""Feet printed at once: each is a few digits."""
UNFIT = (TooLarge, CharactersMissing, LongLists, NotFound)
"""Refusals that concern the one parcel whose sheet is drawn."""

T = TypeVar("T")
log = structlog.get_logger("gis_service.sheets.atlas")

Watch = Callable[[int, int], None]
"""Hears how many parcels of how many are drawn; raises to stop the work."""


@dataclass(frozen=True)
class Made:
    """What came of it."""

    title: str
    parcels: int
    pages: int


def make(desk: Desk, wish: Wish, out: Path, *, maker: str = "", watch: Watch | None = None, run: int = RUN) -> Made:
    """Write the atlas to `out`. Raises `NothingToBind`, `TooManyPages`, `ParcelUnfit`, `PressDied`, and what `watch` raises.

    `desk` has the moment in its `as_of`: all runs then read the same state of the register.
    """
    chosen = subjects(desk, wish)

    def told(done: int) -> None:
        if watch is not None:
            watch(done, len(chosen))

    with TemporaryDirectory(prefix="gis-atlas-") as folder, _printing(Path(folder), desk.moment) as printer:
        leaves = [leaf for part in _drawn(desk, wish, chosen, printer, told, run) for leaf in part]
        runs, sizes = list(printer.files), list(printer.sizes)
        before = front(desk, wish, leaves, maker)
        _bounded(len(before.pages) + len(sizes))
        opening = printer.put(before.pages)
        sizes = [(page.width, page.height) for page in before.pages] + sizes
        numbers = [printer.put(part) for part in _parts(feet(sizes), FEET)]
        printer.settle(lambda: told(len(leaves)))
        pages = bound([opening, *runs], numbers, before.marks, before.links, out)
    return Made(title_of(wish, leaves), len(leaves), pages)


def _drawn(
    desk: Desk, wish: Wish, chosen: Sequence[Subject], printer: "_Printer", told: Callable[[int], None], run: int
) -> Iterator[list[Leaf]]:
    """The sheets of each run drawn, and given to the printer."""
    remembered: dict[tuple[Any, ...], GeoDataFrame] = {}
    done = 0
    for part in _parts(chosen, run):
        near = stocked(desk, part, remembered)
        pages: list[Page] = []
        leaves: list[Leaf] = []
        for subject in part:
            sheet = _sheet(near, wish, subject)
            pages += sheet
            leaves.append(Leaf(subject, len(sheet)))
            done += 1
            _bounded(len(printer.sizes) + len(pages))
            told(done)
        printer.settle(lambda: told(done))  # noqa: B023  (called at once)
        printer.put(pages, of=(part[0].parcel_no, part[-1].parcel_no))
        yield leaves


def _parts(whole: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(whole), size):
        yield whole[start : start + size]


def _bounded(pages: int) -> None:
    if pages > MOST_PAGES:
        raise TooManyPages(count=pages, most=MOST_PAGES, unit_zh="页", unit_en="pages")


def _sheet(desk: Desk, wish: Wish, subject: Subject) -> list[Page]:
    try:
        return made(desk, wish.kind, subject.parcel_no, wish.size, numbered=False)
    except UNFIT as refusal:
        zh, en = refusal.sentence("zh"), refusal.sentence("en")
        raise ParcelUnfit(parcel_no=subject.parcel_no, reason_zh=zh, reason_en=en) from None


# --- printing beside the drawing --------------------------------------------------------------------------------------


class _Printer:
    """Prints one task after another in a child, into files, in the order they are given."""

    def __init__(self, folder: Path, at: datetime, press: Press, hand: ThreadPoolExecutor):
        self.folder, self.at, self.press, self.hand = folder, at, press, hand
        self.files: list[Path] = []
        self.sizes: list[tuple[float, float]] = []
        """Of all pages that were given."""
        self._waiting: list[tuple[Future[int], tuple[str, str]]] = []

    def put(self, pages: Sequence[Page], of: tuple[str, str] = ("", "")) -> Path:
        """Have pages printed; `of` names the first and the last parcel for who must be told of trouble."""
        path = self.folder / f"{len(self.files):05}.pdf"
        self.files.append(path)
        self.sizes += [(page.width, page.height) for page in pages]
        self._waiting.append((self.hand.submit(_print, pages, path, self.at, self.press), of))
        return path

    def settle(self, told: Callable[[], None]) -> None:
        """Wait until all is printed; `told` is called now and then, and may raise."""
        for printing, of in self._waiting:
            while not wait([printing], timeout=LOOK_EVERY_S).done:
                told()
            try:
                printing.result()
            except (CannotPrint, TooSlow) as fault:
                log.warning("an atlas was not printed", fault=fault.sentence("en"), first=of[0], last=of[1])
                raise PressDied(first=of[0] or "封面", last=of[1] or "封面") from fault
        self._waiting.clear()


def _print(pages: Sequence[Page], path: Path, at: datetime, press: Press) -> int:
    return path.write_bytes(output.to_pdf(pages, at, press))


@contextmanager
def _printing(folder: Path, at: datetime) -> Iterator[_Printer]:
    """A printer with a child of its own, which ends with it, whatever it is doing then."""
    press = Press(seconds=RUN_SECONDS, tasks=1)
    with ThreadPoolExecutor(1, thread_name_prefix="atlas") as hand:
        try:
            yield _Printer(folder, at, press, hand)
        finally:
            press.abandon()
            hand.shutdown(cancel_futures=True)
            press.close()
