"""From the call to the PDF: an A3 sheet of 北围, a parcel map, and both as slides, in the sample district.

    .venv/bin/python -m tests.benchmarks.sheets [--rounds 5]

The district is loaded into a scratch cluster first (some minutes). Beside it the same page by plain geopandas and matplotlib: parcels in the
colours of their status, roads and water, a label in each, frame and title; no placement, no legend of ours. The first round starts the printing process and reads the
fonts; it is printed apart. Wished for: the A3 sheet in less than 2 s.
"""

import argparse
import io
import os
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot
from matplotlib.patheffects import withStroke

from gis_service.access.actor import EVERYTHING
from gis_service.core import clock, db
from gis_service.core.cluster import Cluster
from gis_service.maps.catalogue import Catalogue
from gis_service.services import Services
from gis_service.settings import Settings
from gis_service.sheets.drawing.items import Page
from gis_service.sheets.drawing.letters import family
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import made
from gis_service.sheets.mapping.frame import Bounds, bounds_of
from gis_service.sheets.printing import output
from gis_service.sheets.printing.press import PRESS
from gis_service.sheets.printing.slides import to_pptx
from gis_service.supervisor import prepare
from tests.conftest import CloneServices

WISHED_S = 2.0
mpl.use("pdf")
mpl.rcParams["font.family"] = family()


def main() -> None:
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--rounds", type=int, default=5)
    rounds = reading.parse_args().rounds
    folder = Path(tempfile.mkdtemp(prefix="gis-bench-", dir="/tmp"))
    folder.chmod(0o755)
    cluster = Cluster.for_tests(folder)
    try:
        cluster.start(owner=True)
        cluster.clone("bench")
        services = CloneServices(Settings(environment="test", var_dir=folder / "var"), cluster, "bench")
        prepare(services, sample=True)
        measure(services, rounds)
        services.close()
    finally:
        PRESS.close()
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def measure(services: Services, rounds: int) -> None:
    def pages(kind: str, subject: str, size: str) -> list[Page]:
        with services.sessions() as session:
            db.enter(session, EVERYTHING)
            return made(Desk(services.reader, session, EVERYTHING, layers, clock.now()), kind, subject, size)

    layers = Catalogue.load()
    ours = told("北围 A3 → PDF", lambda: output.to_pdf(pages("area-survey", "北围", "a3")), rounds, wished=WISHED_S)
    matplotlib_s = told("同一页 matplotlib", lambda: by_matplotlib(services, layers), rounds)
    print(f"{'':18} matplotlib / ours: {matplotlib_s / ours:.1f} × in the processor's time of all processes")
    told("宗地图 A4 → PDF", lambda: output.to_pdf(pages("parcel", "BW-0045", "a4")), rounds)
    told("北围 A3 → PPTX", lambda: to_pptx(pages("area-survey", "北围", "a3"), clock.now()), rounds)
    told("北围 A3 → PNG 300", lambda: output.to_png(pages("area-survey", "北围", "a3")[0], 300), rounds)


def by_matplotlib(services: Services, layers: Catalogue) -> bytes:
    """The page as anybody would draw it with geopandas: no label is placed, none avoids another."""
    with services.sessions() as session:
        db.enter(session, EVERYTHING)
        desk = Desk(services.reader, session, EVERYTHING, layers, clock.now())
        parcels, ground = desk.rows("parcel-survey", area_name="北围"), desk.rows("ground", parcels_bounds(desk))
    figure, axes = pyplot.subplots(figsize=(420 / 25.4, 297 / 25.4))
    if len(ground):
        ground.plot(ax=axes, column="kind", cmap="Pastel1", linewidth=0.2)
    parcels.plot(ax=axes, column="survey_status", legend=True, edgecolor="black", linewidth=0.5)
    for row in parcels.itertuples():
        place = row.geometry.representative_point()
        halo = [withStroke(linewidth=2, foreground="white")]
        axes.annotate(
            f"{row.parcel_no}\n{row.area_computed_m2:,.0f}",
            (place.x, place.y),
            ha="center",
            fontsize=6,
            path_effects=halo,
        )
    axes.set_title("北围片区国有空闲地分布图", fontname=family())
    kept = io.BytesIO()
    figure.savefig(kept, format="pdf")
    pyplot.close(figure)
    return kept.getvalue()


def parcels_bounds(desk: Desk) -> Bounds:
    return bounds_of(list(desk.rows("parcel-survey", area_name="北围").geometry))


def spent_s() -> float:
    """The processor's time of this process and of the children that ended, in seconds."""
    usage = [resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in usage)


def printer_s() -> float:
    """The processor's time of the printing process so far."""
    child = PRESS._child
    if child is None:
        return 0.0
    fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def told(what: str, make: Callable[[], bytes], rounds: int, *, wished: float = 0.0) -> float:
    """Wall time, and the processor's time of this process and of the printing one, which a busy machine hardly changes; the latter is
    answered."""
    times, spent = [], []
    for _ in range(rounds + 1):
        begun, worked = time.perf_counter(), spent_s() + printer_s()
        size = len(make())
        times.append(time.perf_counter() - begun)
        spent.append(spent_s() + printer_s() - worked)
    middle = statistics.median(times[1:])
    verdict = f"  wished < {wished:.0f} s: {'yes' if middle < wished else 'NO'}" if wished else ""
    cpu = statistics.median(spent[1:])
    print(
        f"{what:18} first {times[0]:5.2f} s, median of {rounds} {middle:5.2f} s (CPU {cpu:4.2f} s), {size / 1e6:5.2f} MB{verdict}"
    )
    return cpu


if __name__ == "__main__":
    main()
