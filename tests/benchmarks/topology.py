"""How long the checks of the register take: everything, and after one edit, for registers of several sizes.

    python -m tests.benchmarks.topology [--sizes 1000 10000]

The made net of parcels of the import benchmark, with boundary points, one parcel in fifty drawn a little wrong. The server
is a throw-away one without durability.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from shapely import MultiPolygon, Polygon
from sqlalchemy import create_engine, insert, text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import db, migrate
from gis_service.core.cluster import Cluster
from gis_service.core.srid import STORAGE_SRID
from gis_service.geo import crs
from gis_service.parcels.models import Parcel
from gis_service.parcels.topology import operations
from tests.benchmarks.imports import rings

WRONG = 50


def fill(session: Session, count: int) -> None:
    db.enter(session, EVERYTHING)
    session.execute(text("set local statement_timeout = 0"))
    rows = []
    for n, ring in enumerate(rings(count)):
        if n % WRONG == 0:
            ring[1] += (1.5, 0.0)
        shape = MultiPolygon([Polygon(ring)])
        outline = crs.transform(shape, 4547, STORAGE_SRID)
        facts = {"district_code": "440402", "parcel_no": f"M-{n:06}", "area_computed_crs": 4547}
        area = round(shape.area, 2)
        rows.append(
            {
                **facts,
                "area_computed_m2": area,
                "area_registered_m2": area,
                "geom": f"SRID={STORAGE_SRID};{outline.wkt}",
            }
        )
    session.execute(insert(Parcel), rows)
    session.execute(text(POINTS), {"srid": STORAGE_SRID})


POINTS = """
    insert into boundary_point (parcel_id, part_no, ring_no, seq, point_no, northing_text, easting_text, source_crs, geom)
    select p.id, 1, 1, d.path[3], 'J' || d.path[3], '0', '0', 4547, d.geom from parcel p, st_dumppoints(p.geom) d
     where d.path[3] < 5"""


def measured(session: Session, **how: bool) -> tuple[float, operations.Outcome]:
    began = time.perf_counter()
    outcome = operations.check(session, **how)
    return time.perf_counter() - began, outcome


def one(cluster: Cluster, count: int) -> None:
    engine = create_engine(cluster.url(db.APP_ROLE, cluster.clone(f"bench_{count}")))
    with db.sessions_for(engine).begin() as session:
        fill(session, count)
    line = [f"{count:>8}"]
    for kind in ("marks", "full", "edit", "edit", "figure"):
        with db.sessions_for(engine).begin() as session:
            db.enter(session, EVERYTHING)
            session.execute(text("analyze parcel"))
            middle = {
                "id": session.scalar(text("select id from parcel order by id offset :n limit 1"), {"n": count // 2 + 3})
            }
            if kind == "edit":
                session.execute(text("update parcel set geom = st_translate(geom, 0.000003, 0) where id = :id"), middle)
            if kind == "figure":
                session.execute(text("update parcel set area_registered_m2 = 1 where id = :id"), middle)
            seconds, outcome = measured(session, full=kind == "full")
            line.append(f"{kind} {seconds:.2f} s ({outcome.parcels} parcels, {outcome.found} found)")
    print("   ".join(line))
    engine.dispose()


def main(sizes: list[int]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="gis-bench-", dir="/tmp"))
    folder.chmod(0o755)
    cluster = Cluster.for_tests(folder)
    try:
        cluster.start(owner=True)
        cluster.create_template(migrate.upgrade)
        for count in sizes:
            one(cluster, count)
    finally:
        cluster.remove()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--sizes", nargs="+", type=int, default=[1_000, 10_000])
    main(words.parse_args().sizes)
